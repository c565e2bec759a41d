//! The glue: a VMM's device behind maskbit's ABI. This file is all that had to be written for the proof, and `Vm` of `vm.rs` on the shim of irqfds.
//!
//!     /usr/bin/rustc --edition 2021 -O -C panic=abort -C strip=debuginfo -C link-arg=--emit-relocs \
//!         --target wasm32-unknown-unknown --crate-type cdylib -o vmm.wasm dut.rs
//!     maskbit prove --learn vmm.wasm
//!
//! Three bugs can be built in, each by a switch, and are there to be found (README.md):
//!     --cfg bug_kept_route --cfg bug_stale_pending --cfg bug_last_group
#![allow(dead_code, unknown_lints, unexpected_cfgs)]
mod bus;
mod device;
#[path = "../kits/wasm/shims/heap.rs"]
mod heap;
mod interrupt;
#[path = "../kits/wasm/shims/irqfd.rs"]
mod irqfd;
#[path = "../kits/wasm/maskbit.rs"]
mod maskbit;
mod msix;
mod vm;

use bus::{number_of, put_number, BusDevice};
use device::{PciDevice, PBA_BASE, TABLE_BASE};

#[global_allocator]
static HEAP: heap::Heap = heap::Heap;

struct Glue(PciDevice);

fn read(device: &mut PciDevice, base: u64, offset: u32, size: u32) -> u64 {
    let mut data = [0; 8];
    device.read(base, offset.into(), &mut data[..size as usize]);
    number_of(&data[..size as usize])
}

fn bytes_of(value: u64) -> [u8; 8] {
    let mut data = [0; 8];
    put_number(value, &mut data);
    data
}

impl maskbit::Device for Glue {
    fn new(vectors: u32) -> Glue {
        assert!(vectors <= 128);
        Glue(PciDevice::new(vectors as u16))
    }
    fn config_read(&mut self, offset: u32, size: u32) -> u32 {
        let mut data = [0; 4];
        self.0.read_config(offset as usize, &mut data[..size as usize]);
        number_of(&data[..size as usize]) as u32
    }
    fn config_write(&mut self, offset: u32, size: u32, value: u32) {
        self.0.write_config(offset as usize, &bytes_of(value.into())[..size as usize])
    }
    fn table_read(&mut self, offset: u32, size: u32) -> u64 {
        read(&mut self.0, TABLE_BASE, offset, size)
    }
    fn table_write(&mut self, offset: u32, size: u32, value: u64) {
        self.0.write(TABLE_BASE, offset.into(), &bytes_of(value)[..size as usize])
    }
    fn pba_read(&mut self, offset: u32, size: u32) -> u64 {
        read(&mut self.0, PBA_BASE, offset, size)
    }
    fn signal(&mut self, vector: u32) {
        self.0.interrupt(vector as usize)
    }
    fn reset(&mut self) {
        self.0.reset()
    }
    fn retire(&mut self, vector: u32) {
        self.0.clear_interrupt(vector as usize)
    }
}

device!(Glue, reset, retire);
