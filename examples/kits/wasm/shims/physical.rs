//! A physical function below a hypervisor that passes it through. `physical.h` is the same in C. It is the Rust kit, whose messages the host has
//! programmed: entry v sends v, and that is the host's interrupt v. Say what the host does then:
//!
//!     Physical::new(vectors, move |vector| triggers[vector].write())
//!
//! `signal` of the glue becomes `signal` of this, for the device that has an event is this one.
#![allow(dead_code)]
use crate::msix::{Message, Msix};

pub struct Physical {
    msix: Msix<Box<dyn FnMut(Message)>>,
}

impl Physical {
    pub fn new(vectors: usize, mut host_interrupt: impl FnMut(usize) + 'static) -> Self {
        let mut physical =
            Physical { msix: Msix::new(vectors, Box::new(move |message| host_interrupt(message.data as usize))) };
        physical.program();
        physical
    }

    fn program(&mut self) {
        for vector in 0..self.msix.vector_count() as u32 {
            self.msix.table_write(16 * vector, 8, 0xfee0_0000);
            self.msix.table_write(16 * vector + 8, 4, vector.into());
        }
    }

    pub fn reset(&mut self) {
        self.msix.reset();
        self.program();
    }

    pub fn control(&mut self, control: u32) {
        self.msix.config_write(2, 2, control)
    }

    pub fn mask(&mut self, vector: u32, is_masked: bool) {
        self.msix.table_write(16 * vector + 12, 4, is_masked.into())
    }

    pub fn pending(&self, word: u32) -> u32 {
        self.msix.pba_read(4 * word, 4) as u32
    }

    pub fn signal(&mut self, vector: usize) {
        self.msix.signal(vector)
    }

    pub fn retire(&mut self, vector: usize) {
        self.msix.retire(vector)
    }
}
