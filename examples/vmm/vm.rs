//! The hypervisor as a VMM sees it. What it is here, is the shim of irqfds and routes that behaves as KVM does.
use std::collections::BTreeMap;

pub use crate::irqfd::{EventFd, Kvm};
use crate::irqfd::Route;

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

/// What a VMM asks of its hypervisor.
pub trait Vm {
    fn register_irqfd(&self, fd: &EventFd, gsi: u32) -> Result<()>;
    fn unregister_irqfd(&self, fd: &EventFd, gsi: u32) -> Result<()>;
    /// Replaces the whole table.
    fn set_gsi_routing(&self, routes: &BTreeMap<u32, MsiRoute>) -> Result<()>;
}

impl Vm for Kvm {
    fn register_irqfd(&self, fd: &EventFd, gsi: u32) -> Result<()> {
        self.assign_irqfd(fd, gsi).then_some(()).ok_or(Error::AlreadyRegistered(gsi))
    }

    fn unregister_irqfd(&self, fd: &EventFd, gsi: u32) -> Result<()> {
        self.deassign_irqfd(fd, gsi).then_some(()).ok_or(Error::NotRegistered(gsi))
    }

    fn set_gsi_routing(&self, routes: &BTreeMap<u32, MsiRoute>) -> Result<()> {
        Kvm::set_gsi_routing(
            self,
            routes.iter().map(|(gsi, route)| {
                let address = u64::from(route.address_hi) << 32 | u64::from(route.address_lo);
                (*gsi, Route { address, data: route.data })
            }),
        );
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
