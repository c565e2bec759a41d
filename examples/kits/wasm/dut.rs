//! The Rust kit as a device in WebAssembly, with std and its allocator behind shims that zero what is freed.
//!
//!     /usr/bin/rustc --edition 2021 -O -C panic=abort -C strip=debuginfo -C link-arg=--emit-relocs \
//!         --target wasm32-unknown-unknown --crate-type cdylib -o dut.wasm dut.rs
//!     maskbit prove dut.wasm
#[path = "shims/heap.rs"]
mod heap;
mod maskbit;
#[allow(dead_code)]
#[path = "../rust/msix.rs"]
mod msix;

use msix::{Message, Msix};

#[global_allocator]
static HEAP: heap::Heap = heap::Heap;

struct Kit(Msix<fn(Message)>);

impl maskbit::Device for Kit {
    fn new(vectors: u32) -> Kit {
        Kit(Msix::new(vectors as usize, |message| maskbit::host::send(message.address, message.data)))
    }
    fn config_read(&mut self, offset: u32, size: u32) -> u32 {
        self.0.config_read(offset, size)
    }
    fn config_write(&mut self, offset: u32, size: u32, value: u32) {
        self.0.config_write(offset, size, value)
    }
    fn table_read(&mut self, offset: u32, size: u32) -> u64 {
        self.0.table_read(offset, size)
    }
    fn table_write(&mut self, offset: u32, size: u32, value: u64) {
        self.0.table_write(offset, size, value)
    }
    fn pba_read(&mut self, offset: u32, size: u32) -> u64 {
        self.0.pba_read(offset, size)
    }
    fn signal(&mut self, vector: u32) {
        self.0.signal(vector as usize)
    }
    fn reset(&mut self) {
        self.0.reset()
    }
    fn retire(&mut self, vector: u32) {
        self.0.retire(vector as usize)
    }
}

// Writes to the Pending Bit Array do nothing, as the trait has it.
device!(Kit, reset, retire, pba_write);
