//! A device in WebAssembly without std and without a heap: for firmware, and for kernels.
//!
//!     /usr/bin/rustc --edition 2021 -O -C panic=abort -C strip=debuginfo -C link-arg=--emit-relocs \
//!         --target wasm32-unknown-unknown --crate-type cdylib -o dut.wasm no_std.rs
#![no_std]
mod maskbit;

use maskbit::host;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

const VECTORS_MAX: usize = 64;

#[derive(Clone, Copy)]
struct Vector {
    entry: [u32; 4],
    /// Address and data as they stood when the vector was last unblocked.
    latched: Option<(u64, u32)>,
    pending: bool,
}

const RESET: Vector = Vector { entry: [0, 0, 0, 1], latched: None, pending: false };

struct Function {
    vectors: usize,
    enabled: bool,
    function_mask: bool,
    vector: [Vector; VECTORS_MAX],
}

impl Function {
    fn follow(&mut self, index: usize) {
        let open = self.enabled && !self.function_mask;
        let vector = &mut self.vector[index];
        if !open || vector.entry[3] & 1 != 0 {
            vector.latched = None;
        } else if vector.latched.is_none() {
            let message = (u64::from(vector.entry[1]) << 32 | u64::from(vector.entry[0]), vector.entry[2]);
            vector.latched = Some(message);
            if core::mem::take(&mut vector.pending) {
                host::send(message.0, message.1);
            }
        }
    }

    fn dword(&self, at: u32) -> u64 {
        self.vector[..self.vectors].get((at / 4) as usize).map_or(!0, |vector| vector.entry[(at % 4) as usize]).into()
    }

    fn write_dword(&mut self, at: u32, value: u32) {
        let index = (at / 4) as usize;
        if index < self.vectors {
            self.vector[index].entry[(at % 4) as usize] = match at % 4 {
                0 => value & !3,
                3 => value & 1,
                _ => value,
            };
            self.follow(index);
        }
    }
}

fn is_lawful(offset: u32, size: u32) -> bool {
    matches!(size, 4 | 8) && offset % size == 0
}

impl maskbit::Device for Function {
    fn new(vectors: u32) -> Function {
        assert!(vectors as usize <= VECTORS_MAX);
        Function { vectors: vectors as usize, enabled: false, function_mask: false, vector: [RESET; VECTORS_MAX] }
    }
    fn config_read(&mut self, offset: u32, size: u32) -> u32 {
        let control = u32::from(self.enabled) << 15 | u32::from(self.function_mask) << 14 | (self.vectors as u32 - 1);
        let dword = if offset < 4 { control << 16 | 0x11 } else { 0 };
        dword >> (8 * (offset % 4)) & (!0 >> (32 - 8 * size))
    }
    fn config_write(&mut self, offset: u32, size: u32, value: u32) {
        if offset > 3 || offset + size <= 3 {
            return;
        }
        let byte = value >> (8 * (3 - offset));
        self.enabled = byte & 0x80 != 0;
        self.function_mask = byte & 0x40 != 0;
        (0..self.vectors).for_each(|index| self.follow(index));
    }
    fn table_read(&mut self, offset: u32, size: u32) -> u64 {
        if !is_lawful(offset, size) {
            return !0;
        }
        self.dword(offset / 4) | if size == 8 { self.dword(offset / 4 + 1) << 32 } else { 0 }
    }
    fn table_write(&mut self, offset: u32, size: u32, value: u64) {
        if is_lawful(offset, size) {
            self.write_dword(offset / 4, value as u32);
            if size == 8 {
                self.write_dword(offset / 4 + 1, (value >> 32) as u32);
            }
        }
    }
    fn pba_read(&mut self, offset: u32, size: u32) -> u64 {
        let bits = self.vector.iter().enumerate().fold(0, |word, (bit, vector)| word | u64::from(vector.pending) << bit);
        match (offset, size) {
            (0, 8) => bits,
            (0, 4) => bits & 0xffff_ffff,
            (4, 4) => bits >> 32,
            _ => !0,
        }
    }
    fn signal(&mut self, vector: u32) {
        match self.vector[vector as usize].latched {
            Some((address, data)) => host::send(address, data),
            None => self.vector[vector as usize].pending = true,
        }
    }
    fn reset(&mut self) {
        *self = Self::new(self.vectors as u32);
    }
    fn retire(&mut self, vector: u32) {
        self.vector[vector as usize].pending = false;
    }
}

device!(Function, reset, retire);
