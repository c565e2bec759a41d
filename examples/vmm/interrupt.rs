//! Groups of interrupts: what a device asks for, and how it is carried to the guest. A route is made when its vector is first opened, since most guests open
//! few of the vectors that a device has.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::vm::{EventFd, GsiAllocator, MsiRoute, Result, Vm};

/// How one interrupt of a group is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MsiSourceConfig {
    pub address_lo: u32,
    pub address_hi: u32,
    pub data: u32,
}

/// Some interrupts of one device.
pub trait InterruptSourceGroup {
    /// Whether an interrupt reaches the guest when it is triggered.
    fn is_live(&self, index: usize) -> bool;
    /// Sends an interrupt to the guest.
    fn trigger(&self, index: usize) -> Result<()>;
    /// What a device backend writes, where it is another process or the kernel.
    fn notifier(&self, index: usize) -> Option<EventFd>;
    /// Sets an interrupt up, and lets it through or not.
    fn update(&self, index: usize, config: MsiSourceConfig, masked: bool) -> Result<()>;
    /// Takes everything away.
    fn disable(&self) -> Result<()>;
}

/// The way of one interrupt into the guest.
struct InterruptRoute {
    gsi: u32,
    fd: EventFd,
    registered: bool,
    #[cfg(bug_kept_route)]
    carries: Option<MsiSourceConfig>,
}

impl InterruptRoute {
    fn new(allocator: &mut GsiAllocator) -> Result<Self> {
        Ok(InterruptRoute {
            gsi: allocator.allocate()?,
            fd: EventFd::new(),
            registered: false,
            #[cfg(bug_kept_route)]
            carries: None,
        })
    }

    fn enable(&mut self, vm: &dyn Vm) -> Result<()> {
        if !self.registered {
            vm.register_irqfd(&self.fd, self.gsi)?;
            self.registered = true;
        }
        Ok(())
    }

    fn disable(&mut self, vm: &dyn Vm) -> Result<()> {
        if self.registered {
            vm.unregister_irqfd(&self.fd, self.gsi)?;
            self.registered = false;
        }
        Ok(())
    }
}

/// What the groups of one machine share.
pub struct InterruptManager {
    vm: Box<dyn Vm>,
    allocator: RefCell<GsiAllocator>,
    /// What the hypervisor's table was last set to: it can only be set as a whole.
    routing: RefCell<BTreeMap<u32, MsiRoute>>,
}

impl InterruptManager {
    pub fn new(vm: Box<dyn Vm>, first_gsi: u32, gsis: usize) -> Rc<Self> {
        Rc::new(InterruptManager {
            vm,
            allocator: RefCell::new(GsiAllocator::new(first_gsi, gsis)),
            routing: RefCell::new(BTreeMap::new()),
        })
    }

    pub fn create_group(self: &Rc<Self>, count: usize) -> Rc<dyn InterruptSourceGroup> {
        Rc::new(MsiInterruptGroup {
            manager: Rc::clone(self),
            routes: RefCell::new((0..count).map(|_| None).collect()),
        })
    }

    fn set_route(&self, gsi: u32, route: MsiRoute) -> Result<()> {
        let mut routing = self.routing.borrow_mut();
        // Setting the table is a call that stops every vCPU: it is left out where nothing changes.
        if routing.get(&gsi) == Some(&route) {
            return Ok(());
        }
        routing.insert(gsi, route);
        self.vm.set_gsi_routing(&routing)
    }

    fn remove_route(&self, gsi: u32) -> Result<()> {
        let mut routing = self.routing.borrow_mut();
        if routing.remove(&gsi).is_some() {
            self.vm.set_gsi_routing(&routing)?;
        }
        Ok(())
    }
}

struct MsiInterruptGroup {
    manager: Rc<InterruptManager>,
    routes: RefCell<Vec<Option<InterruptRoute>>>,
}

impl InterruptSourceGroup for MsiInterruptGroup {
    fn is_live(&self, index: usize) -> bool {
        matches!(self.routes.borrow().get(index), Some(Some(route)) if route.registered)
    }

    fn trigger(&self, index: usize) -> Result<()> {
        if let Some(Some(route)) = self.routes.borrow().get(index) {
            route.fd.write();
        }
        Ok(())
    }

    fn notifier(&self, index: usize) -> Option<EventFd> {
        self.routes.borrow().get(index)?.as_ref().map(|route| route.fd.clone())
    }

    fn update(&self, index: usize, config: MsiSourceConfig, masked: bool) -> Result<()> {
        let mut routes = self.routes.borrow_mut();
        let slot = match routes.get_mut(index) {
            Some(slot) => slot,
            None => return Ok(()),
        };
        if masked {
            return match slot {
                Some(route) => route.disable(&*self.manager.vm),
                None => Ok(()),
            };
        }
        if slot.is_none() {
            *slot = Some(InterruptRoute::new(&mut self.manager.allocator.borrow_mut())?);
        }
        if let Some(route) = slot {
            let MsiSourceConfig { address_lo, address_hi, data } = config;
            #[cfg(bug_kept_route)]
            if route.carries.replace(config) == Some(config) {
                return route.enable(&*self.manager.vm);
            }
            // The route stands before anything can come along it.
            self.manager.set_route(route.gsi, MsiRoute { address_lo, address_hi, data })?;
            route.enable(&*self.manager.vm)?;
        }
        Ok(())
    }

    #[cfg(bug_kept_route)]
    fn disable(&self) -> Result<()> {
        // What was allocated is kept for the next driver: most open the same vectors again.
        for route in self.routes.borrow_mut().iter_mut().flatten() {
            route.disable(&*self.manager.vm)?;
            self.manager.remove_route(route.gsi)?;
        }
        Ok(())
    }

    #[cfg(not(bug_kept_route))]
    fn disable(&self) -> Result<()> {
        for slot in self.routes.borrow_mut().iter_mut() {
            if let Some(mut route) = slot.take() {
                route.disable(&*self.manager.vm)?;
                self.manager.remove_route(route.gsi)?;
                self.manager.allocator.borrow_mut().free(route.gsi)?;
            }
        }
        Ok(())
    }
}
