//! The hypervisor as a VMM sees it: eventfds, irqfds and a routing table. `Kvm` is a stub of them that behaves as KVM does, in as much as a guest can tell.
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    NoSuchGsi(u32),
    AlreadyRegistered(u32),
    NotRegistered(u32),
    OutOfGsis,
}
pub type Result<T> = std::result::Result<T, Error>;

/// One entry of the routing table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MsiRoute {
    pub address_lo: u32,
    pub address_hi: u32,
    pub data: u32,
}

#[derive(Default)]
struct EventFdInner {
    /// Saturated: whoever reads it reads it whole.
    count: Cell<bool>,
    irqfd: RefCell<Option<(Rc<KvmInner>, u32)>>,
}

/// Something that is written by whoever has an event.
#[derive(Clone, Default)]
pub struct EventFd(Rc<EventFdInner>);

impl EventFd {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn write(&self) {
        match &*self.0.irqfd.borrow() {
            Some((kvm, gsi)) => kvm.inject(*gsi),
            None => self.0.count.set(true),
        }
    }

    /// Returns whether anything was there.
    pub fn read(&self) -> bool {
        self.0.count.replace(false)
    }
}

/// What a VMM asks of its hypervisor.
pub trait Vm {
    fn register_irqfd(&self, fd: &EventFd, gsi: u32) -> Result<()>;
    fn unregister_irqfd(&self, fd: &EventFd, gsi: u32) -> Result<()>;
    /// Replaces the whole table.
    fn set_gsi_routing(&self, routes: &BTreeMap<u32, MsiRoute>) -> Result<()>;
}

#[derive(Default)]
struct KvmInner {
    routes: RefCell<Vec<(u32, MsiRoute)>>,
}

impl KvmInner {
    fn inject(&self, gsi: u32) {
        if let Some((_, route)) = self.routes.borrow().iter().find(|(each, _)| *each == gsi) {
            let address = u64::from(route.address_hi) << 32 | u64::from(route.address_lo);
            crate::maskbit::host::send(address, route.data);
        }
    }
}

/// A virtual machine.
#[derive(Clone, Default)]
pub struct Kvm(Rc<KvmInner>);

impl Vm for Kvm {
    fn register_irqfd(&self, fd: &EventFd, gsi: u32) -> Result<()> {
        if fd.0.irqfd.borrow().is_some() {
            return Err(Error::AlreadyRegistered(gsi));
        }
        *fd.0.irqfd.borrow_mut() = Some((Rc::clone(&self.0), gsi));
        // What was counted before is injected at once.
        if fd.read() {
            self.0.inject(gsi);
        }
        Ok(())
    }

    fn unregister_irqfd(&self, fd: &EventFd, gsi: u32) -> Result<()> {
        match fd.0.irqfd.borrow_mut().take() {
            Some((_, registered)) if registered == gsi => Ok(()),
            _ => Err(Error::NotRegistered(gsi)),
        }
    }

    fn set_gsi_routing(&self, routes: &BTreeMap<u32, MsiRoute>) -> Result<()> {
        let mut table = self.0.routes.borrow_mut();
        table.clear();
        table.extend(routes.iter().map(|(gsi, route)| (*gsi, *route)));
        Ok(())
    }
}

/// Hands out GSIs above those of the pins of an I/O APIC, the lowest that is free first.
pub struct GsiAllocator {
    first: u32,
    used: Vec<bool>,
}

impl GsiAllocator {
    pub fn new(first: u32, count: usize) -> Self {
        GsiAllocator { first, used: vec![false; count] }
    }

    pub fn allocate(&mut self) -> Result<u32> {
        let index = self.used.iter().position(|used| !used).ok_or(Error::OutOfGsis)?;
        self.used[index] = true;
        Ok(self.first + index as u32)
    }

    pub fn free(&mut self, gsi: u32) -> Result<()> {
        let index = gsi.checked_sub(self.first).map(|index| index as usize);
        match index.and_then(|index| self.used.get_mut(index)) {
            Some(used) if *used => {
                *used = false;
                Ok(())
            }
            _ => Err(Error::NoSuchGsi(gsi)),
        }
    }
}
