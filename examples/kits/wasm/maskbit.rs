//! The ABI between maskbit and a device in WebAssembly, version 1, as a trait. `maskbit.h` says the same in C.
//!
//!     /usr/bin/rustc --edition 2021 -O -C panic=abort -C strip=debuginfo -C link-arg=--emit-relocs \
//!         --target wasm32-unknown-unknown --crate-type cdylib -o dut.wasm dut.rs
//!     maskbit prove dut.wasm
//!
//! Implement `Device` for a type of yours, and say `maskbit::device!(Type)` once. The whole state of the device must be in its memory, as it is
//! for any Rust that asks nothing of a system. It uses `core` alone. Offsets count bytes, from the start of the capability, of the table, or of
//! the Pending Bit Array.
//!
//! What a device cannot do, it does not export: `device!(Type, reset, retire)` names what it can beyond the trait's required methods.
#![allow(dead_code)]

pub const ABI: u32 = 1;

/// What a device under test does.
pub trait Device {
    /// Makes a function with 1 to 2048 vectors, as after reset. Panic where you cannot have so many.
    fn new(vectors: u32) -> Self;
    /// Reads 1, 2 or 4 bytes of the capability.
    fn config_read(&mut self, offset: u32, size: u32) -> u32;
    fn config_write(&mut self, offset: u32, size: u32, value: u32);
    /// Reads 1, 2, 4 or 8 bytes of the table.
    fn table_read(&mut self, offset: u32, size: u32) -> u64;
    fn table_write(&mut self, offset: u32, size: u32, value: u64);
    /// Reads 1, 2, 4 or 8 bytes of the Pending Bit Array.
    fn pba_read(&mut self, offset: u32, size: u32) -> u64;
    /// The device model has an event for a vector.
    fn signal(&mut self, vector: u32);

    /// Function Level Reset.
    fn reset(&mut self) {}
    /// The cause of the event is gone.
    fn retire(&mut self, _vector: u32) {}
    fn pba_write(&mut self, _offset: u32, _size: u32, _value: u64) {}
    /// Called after each write and event: work that a thread of yours would do.
    fn poll(&mut self) {}
    /// Bytes that are no part of the state, by number; `None` ends them. What they hold must never matter, and maskbit tests it:
    ///
    ///     if index == 0 { Some(maskbit::Bytes::of(&self.statistics)) } else { None }
    fn left_out(&self, _index: u32) -> Option<Bytes> {
        None
    }
}

/// Where some bytes are, and how many.
pub struct Bytes(u64);

impl Bytes {
    pub fn of<Value: ?Sized>(value: &Value) -> Bytes {
        let address = value as *const Value as *const u8 as usize;
        Bytes((core::mem::size_of_val(value) as u64) << 32 | address as u64)
    }
    /// As the ABI has it. Nothing is 0.
    pub fn told(bytes: Option<Bytes>) -> u64 {
        bytes.map_or(0, |Bytes(told)| told)
    }
}

/// What a device calls. A module imports what it calls, and no more.
pub mod host {
    mod env {
        #[link(wasm_import_module = "env")]
        extern "C" {
            pub fn send(address_low: u32, address_high: u32, data: u32);
            pub fn r#use(vector: u32);
            pub fn release(vector: u32);
            pub fn fail(code: u32) -> !;
        }
    }
    /// A posted write of `data` to `address`.
    pub fn send(address: u64, data: u32) {
        unsafe { env::send(address as u32, (address >> 32) as u32, data) }
    }
    /// The vector has become unblocked.
    pub fn used(vector: u32) {
        unsafe { env::r#use(vector) }
    }
    /// The vector has become blocked.
    pub fn released(vector: u32) {
        unsafe { env::release(vector) }
    }
    /// An assertion does not hold: a finding.
    pub fn fail(code: u32) -> ! {
        unsafe { env::fail(code) }
    }
}

/// Exports a device: `device!(Type)`, or `device!(Type, reset, retire)` with what it can do beyond.
#[macro_export]
macro_rules! device {
    ($device:ty $(, $ability:ident)* $(,)?) => {
        static mut MASKBIT_DEVICE: Option<$device> = None;
        fn maskbit_device() -> &'static mut $device {
            // One thread, and no call into the device from within another.
            unsafe {
                match &mut *core::ptr::addr_of_mut!(MASKBIT_DEVICE) {
                    Some(device) => device,
                    None => core::arch::wasm32::unreachable(),
                }
            }
        }
        #[no_mangle]
        pub extern "C" fn maskbit_abi() -> u32 {
            $crate::maskbit::ABI
        }
        #[no_mangle]
        pub extern "C" fn init(vectors: u32) {
            unsafe { *core::ptr::addr_of_mut!(MASKBIT_DEVICE) = Some(<$device as $crate::maskbit::Device>::new(vectors)) }
        }
        #[no_mangle]
        pub extern "C" fn config_read(offset: u32, size: u32) -> u32 {
            $crate::maskbit::Device::config_read(maskbit_device(), offset, size)
        }
        #[no_mangle]
        pub extern "C" fn config_write(offset: u32, size: u32, value: u32) {
            $crate::maskbit::Device::config_write(maskbit_device(), offset, size, value)
        }
        #[no_mangle]
        pub extern "C" fn table_read(offset: u32, size: u32) -> u64 {
            $crate::maskbit::Device::table_read(maskbit_device(), offset, size)
        }
        #[no_mangle]
        pub extern "C" fn table_write(offset: u32, size: u32, value: u64) {
            $crate::maskbit::Device::table_write(maskbit_device(), offset, size, value)
        }
        #[no_mangle]
        pub extern "C" fn pba_read(offset: u32, size: u32) -> u64 {
            $crate::maskbit::Device::pba_read(maskbit_device(), offset, size)
        }
        #[no_mangle]
        pub extern "C" fn signal(vector: u32) {
            $crate::maskbit::Device::signal(maskbit_device(), vector)
        }
        $($crate::device_ability!($ability);)*
    };
}

#[macro_export]
macro_rules! device_ability {
    (reset) => {
        #[no_mangle]
        pub extern "C" fn reset() {
            $crate::maskbit::Device::reset(maskbit_device())
        }
    };
    (retire) => {
        #[no_mangle]
        pub extern "C" fn retire(vector: u32) {
            $crate::maskbit::Device::retire(maskbit_device(), vector)
        }
    };
    (pba_write) => {
        #[no_mangle]
        pub extern "C" fn pba_write(offset: u32, size: u32, value: u64) {
            $crate::maskbit::Device::pba_write(maskbit_device(), offset, size, value)
        }
    };
    (poll) => {
        #[no_mangle]
        pub extern "C" fn poll() {
            $crate::maskbit::Device::poll(maskbit_device())
        }
    };
    (left_out) => {
        #[no_mangle]
        pub extern "C" fn left_out(index: u32) -> u64 {
            $crate::maskbit::Bytes::told($crate::maskbit::Device::left_out(maskbit_device(), index))
        }
    };
}
