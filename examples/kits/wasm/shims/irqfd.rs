//! Eventfds, irqfds and a routing table, as KVM's behave, in as much as a guest can tell. `irqfd.h` is the same in C.
//!
//! - An eventfd that is written while no irqfd waits for it keeps its count. It is saturated here at 1: it is read whole, and a larger count
//!   would only make more states.
//! - When an irqfd is assigned to an eventfd that has a count, the interrupt is injected at once.
//! - An interrupt whose route is missing is lost.
#![allow(dead_code)]
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::maskbit::host;

/// Where an interrupt goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Route {
    pub address: u64,
    pub data: u32,
}

#[derive(Default)]
struct Counter {
    is_counted: Cell<bool>,
    irqfd: RefCell<Option<(Rc<Routes>, u32)>>,
}

/// Something that is written by whoever has an event: a device model, or VFIO.
#[derive(Clone, Default)]
pub struct EventFd(Rc<Counter>);

impl EventFd {
    pub fn new() -> Self {
        Self::default()
    }

    /// A write of 1.
    pub fn write(&self) {
        match &*self.0.irqfd.borrow() {
            Some((routes, gsi)) => routes.inject(*gsi),
            None => self.0.is_counted.set(true),
        }
    }

    /// A read by userspace. Returns whether anything was there.
    pub fn read(&self) -> bool {
        self.0.is_counted.replace(false)
    }
}

#[derive(Default)]
struct Routes(RefCell<Vec<(u32, Route)>>);

impl Routes {
    fn inject(&self, gsi: u32) {
        if let Some((_, route)) = self.0.borrow().iter().find(|(each, _)| *each == gsi) {
            host::send(route.address, route.data);
        }
    }
}

/// A virtual machine.
#[derive(Clone, Default)]
pub struct Kvm(Rc<Routes>);

impl Kvm {
    /// KVM_SET_GSI_ROUTING: replaces the whole table.
    pub fn set_gsi_routing(&self, routes: impl Iterator<Item = (u32, Route)>) {
        let mut table = self.0 .0.borrow_mut();
        table.clear();
        table.extend(routes);
    }

    /// KVM_IRQFD. False where the eventfd has an irqfd already: EBUSY.
    #[must_use]
    pub fn assign_irqfd(&self, fd: &EventFd, gsi: u32) -> bool {
        if fd.0.irqfd.borrow().is_some() {
            return false;
        }
        *fd.0.irqfd.borrow_mut() = Some((Rc::clone(&self.0), gsi));
        if fd.read() {
            self.0.inject(gsi);
        }
        true
    }

    /// KVM_IRQFD with KVM_IRQFD_FLAG_DEASSIGN. False where it has none for this interrupt.
    #[must_use]
    pub fn deassign_irqfd(&self, fd: &EventFd, gsi: u32) -> bool {
        let mut irqfd = fd.0.irqfd.borrow_mut();
        let is_assigned = matches!(&*irqfd, Some((_, assigned)) if *assigned == gsi);
        if is_assigned {
            *irqfd = None;
        }
        is_assigned
    }
}
