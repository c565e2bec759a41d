//! A PCI device with one capability and one BAR, as a VMM makes one: what it has of configuration space and of memory, behind `BusDevice`.
use std::rc::Rc;

use crate::bus::{number_of, put_number, BusDevice};
use crate::interrupt::InterruptManager;
use crate::msix::MsixConfig;
use crate::vm::Kvm;

const MSIX_CAPABILITY_ID: u8 = 0x11;
const MSIX_CAPABILITY_LENGTH: usize = 12;
const FIRST_MSI_GSI: u32 = 24;
const GSIS: usize = 128;
pub const TABLE_BASE: u64 = 0x0000;
pub const PBA_BASE: u64 = 0x8000;

/// The bytes of the capability, and which of them a guest can write.
struct Capability {
    registers: [u8; MSIX_CAPABILITY_LENGTH],
    writable_bits: [u8; MSIX_CAPABILITY_LENGTH],
}

impl Capability {
    fn new(vectors: u16) -> Self {
        let mut registers = [0; MSIX_CAPABILITY_LENGTH];
        registers[0] = MSIX_CAPABILITY_ID;
        put_number((vectors - 1).into(), &mut registers[2..4]);
        put_number(TABLE_BASE, &mut registers[4..8]);
        put_number(PBA_BASE, &mut registers[8..12]);
        let mut writable_bits = [0; MSIX_CAPABILITY_LENGTH];
        writable_bits[3] = 0xc0;
        Capability { registers, writable_bits }
    }

    fn msg_ctl(&self) -> u16 {
        number_of(&self.registers[2..4]) as u16
    }

    /// Returns whether Message Control was among what was written.
    fn write(&mut self, offset: usize, data: &[u8]) -> bool {
        for (index, byte) in data.iter().enumerate() {
            let at = offset + index;
            let mask = self.writable_bits[at];
            self.registers[at] = self.registers[at] & !mask | byte & mask;
        }
        offset <= 3 && offset + data.len() > 3
    }

    fn reset(&mut self) {
        for (register, writable) in self.registers.iter_mut().zip(self.writable_bits) {
            *register &= !writable;
        }
    }
}

pub struct PciDevice {
    capability: Capability,
    msix_config: MsixConfig,
}

impl PciDevice {
    pub fn new(vectors: u16) -> Self {
        let manager = InterruptManager::new(Box::new(Kvm::default()), FIRST_MSI_GSI, GSIS);
        let group = manager.create_group(vectors as usize);
        PciDevice { capability: Capability::new(vectors), msix_config: MsixConfig::new(vectors, Rc::clone(&group)) }
    }

    pub fn read_config(&self, offset: usize, data: &mut [u8]) {
        match self.capability.registers.get(offset..offset + data.len()) {
            Some(bytes) => data.copy_from_slice(bytes),
            None => data.fill(0xff),
        }
    }

    pub fn write_config(&mut self, offset: usize, data: &[u8]) {
        if offset + data.len() <= MSIX_CAPABILITY_LENGTH && self.capability.write(offset, data) {
            self.msix_config.set_msg_ctl(self.capability.msg_ctl());
        }
    }

    pub fn reset(&mut self) {
        self.capability.reset();
        self.msix_config.reset();
    }

    pub fn interrupt(&mut self, vector: usize) {
        self.msix_config.trigger(vector);
    }

    pub fn clear_interrupt(&mut self, vector: usize) {
        self.msix_config.clear(vector);
    }
}

impl BusDevice for PciDevice {
    fn read(&mut self, base: u64, offset: u64, data: &mut [u8]) {
        match base {
            TABLE_BASE => self.msix_config.read_table(offset, data),
            PBA_BASE => self.msix_config.read_pba(offset, data),
            _ => data.fill(0xff),
        }
    }

    fn write(&mut self, base: u64, offset: u64, data: &[u8]) {
        if base == TABLE_BASE {
            self.msix_config.write_table(offset, data);
        }
    }
}
