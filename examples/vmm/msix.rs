//! MSI-X of an emulated device: Message Control, the table, and the Pending Bit Array.
use std::rc::Rc;

use crate::bus::{number_of, put_number};
use crate::interrupt::{InterruptSourceGroup, MsiSourceConfig};

const MAX_MSIX_VECTORS_PER_DEVICE: u16 = 2048;
const MSIX_TABLE_ENTRIES_MODULO: u64 = 16;
const MSIX_PBA_ENTRIES_MODULO: u64 = 8;
const BITS_PER_PBA_ENTRY: usize = 64;
const FUNCTION_MASK_BIT: u16 = 14;
const MSIX_ENABLE_BIT: u16 = 15;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MsixTableEntry {
    pub msg_addr_lo: u32,
    pub msg_addr_hi: u32,
    pub msg_data: u32,
    pub vector_ctl: u32,
}

impl MsixTableEntry {
    pub fn masked(&self) -> bool {
        self.vector_ctl & 1 == 1
    }

    fn source(&self) -> MsiSourceConfig {
        MsiSourceConfig { address_lo: self.msg_addr_lo, address_hi: self.msg_addr_hi, data: self.msg_data }
    }

    fn dword(&self, index: u64) -> u32 {
        match index {
            0 => self.msg_addr_lo,
            1 => self.msg_addr_hi,
            2 => self.msg_data,
            _ => self.vector_ctl,
        }
    }

    fn set_dword(&mut self, index: u64, value: u32) {
        match index {
            0 => self.msg_addr_lo = value & !0x3,
            1 => self.msg_addr_hi = value,
            2 => self.msg_data = value,
            _ => self.vector_ctl = value & 0x1,
        }
    }
}

impl Default for MsixTableEntry {
    fn default() -> Self {
        MsixTableEntry { msg_addr_lo: 0, msg_addr_hi: 0, msg_data: 0, vector_ctl: 0x1 }
    }
}

pub struct MsixConfig {
    pub table_entries: Vec<MsixTableEntry>,
    pub pba_entries: Vec<u64>,
    interrupt_source_group: Rc<dyn InterruptSourceGroup>,
    masked: bool,
    enabled: bool,
}

impl MsixConfig {
    pub fn new(msix_vectors: u16, interrupt_source_group: Rc<dyn InterruptSourceGroup>) -> Self {
        assert!(msix_vectors <= MAX_MSIX_VECTORS_PER_DEVICE);
        let num_pba_entries = (msix_vectors as usize + BITS_PER_PBA_ENTRY - 1) / BITS_PER_PBA_ENTRY;
        MsixConfig {
            table_entries: vec![MsixTableEntry::default(); msix_vectors as usize],
            pba_entries: vec![0; num_pba_entries],
            interrupt_source_group,
            masked: false,
            enabled: false,
        }
    }

    pub fn masked(&self) -> bool {
        self.masked
    }

    pub fn enabled(&self) -> bool {
        self.enabled
    }

    pub fn reset(&mut self) {
        if self.interrupt_source_group.disable().is_err() {
            crate::maskbit::host::fail(1);
        }
        self.table_entries.fill(MsixTableEntry::default());
        self.pba_entries.fill(0);
        self.masked = false;
        self.enabled = false;
    }

    pub fn set_msg_ctl(&mut self, reg: u16) {
        let old_masked = self.masked;
        let old_enabled = self.enabled;

        self.masked = (reg >> FUNCTION_MASK_BIT) & 1 == 1;
        self.enabled = (reg >> MSIX_ENABLE_BIT) & 1 == 1;

        // Only a change of what both amount to is worth a walk over the table.
        let was_live = old_enabled && !old_masked;
        let is_live = self.enabled && !self.masked;
        if was_live == is_live {
            return;
        }
        for index in 0..self.table_entries.len() {
            self.update_entry(index);
        }
        if is_live {
            #[cfg(bug_last_group)]
            let injected = (self.table_entries.len() / BITS_PER_PBA_ENTRY).max(1) * BITS_PER_PBA_ENTRY;
            #[cfg(not(bug_last_group))]
            let injected = self.table_entries.len();
            for index in 0..injected.min(self.table_entries.len()) {
                if !self.table_entries[index].masked() {
                    self.inject_msix_and_clear_pba(index);
                }
            }
        }
    }

    fn update_entry(&mut self, index: usize) {
        let entry = &self.table_entries[index];
        let masked = !self.enabled || self.masked || entry.masked();
        if self.interrupt_source_group.update(index, entry.source(), masked).is_err() {
            crate::maskbit::host::fail(2);
        }
    }

    pub fn read_table(&self, offset: u64, data: &mut [u8]) {
        let index = (offset / MSIX_TABLE_ENTRIES_MODULO) as usize;
        let modulo_offset = offset % MSIX_TABLE_ENTRIES_MODULO;
        let entry = match self.table_entries.get(index) {
            Some(entry) => entry,
            None => return data.fill(0xff),
        };
        match data.len() {
            4 if modulo_offset % 4 == 0 => put_number(entry.dword(modulo_offset / 4).into(), data),
            8 if modulo_offset % 8 == 0 => {
                let low = u64::from(entry.dword(modulo_offset / 4));
                put_number(low | u64::from(entry.dword(modulo_offset / 4 + 1)) << 32, data);
            }
            _ => data.fill(0xff),
        }
    }

    pub fn write_table(&mut self, offset: u64, data: &[u8]) {
        let index = (offset / MSIX_TABLE_ENTRIES_MODULO) as usize;
        let modulo_offset = offset % MSIX_TABLE_ENTRIES_MODULO;
        let value = number_of(data);
        let old_entry = match self.table_entries.get(index) {
            Some(entry) => *entry,
            None => return,
        };
        let entry = &mut self.table_entries[index];
        match data.len() {
            4 if modulo_offset % 4 == 0 => entry.set_dword(modulo_offset / 4, value as u32),
            8 if modulo_offset % 8 == 0 => {
                entry.set_dword(modulo_offset / 4, value as u32);
                entry.set_dword(modulo_offset / 4 + 1, (value >> 32) as u32);
            }
            _ => return,
        }
        let new_entry = *entry;
        if new_entry == old_entry {
            return;
        }
        #[cfg(bug_stale_pending)]
        if new_entry.source() != old_entry.source() {
            // What waits was meant for the message of before.
            self.set_pba_bit(index, false);
        }
        // The entry may have been changed while it was open: its route follows.
        self.update_entry(index);
        // A vector that has been unmasked gets what it has missed.
        if self.enabled && !self.masked && old_entry.masked() && !new_entry.masked() {
            self.inject_msix_and_clear_pba(index);
        }
    }

    pub fn read_pba(&self, offset: u64, data: &mut [u8]) {
        let index = (offset / MSIX_PBA_ENTRIES_MODULO) as usize;
        let modulo_offset = offset % MSIX_PBA_ENTRIES_MODULO;
        let entry = match self.pba_entries.get(index) {
            Some(entry) => *entry,
            None => return data.fill(0xff),
        };
        match (data.len(), modulo_offset) {
            (4, 0) | (8, 0) => put_number(entry, data),
            (4, 4) => put_number(entry >> 32, data),
            _ => data.fill(0xff),
        }
    }

    fn set_pba_bit(&mut self, vector: usize, is_set: bool) {
        let bit = 1u64 << (vector % BITS_PER_PBA_ENTRY);
        let word = &mut self.pba_entries[vector / BITS_PER_PBA_ENTRY];
        *word = if is_set { *word | bit } else { *word & !bit };
    }

    fn get_pba_bit(&self, vector: usize) -> bool {
        self.pba_entries[vector / BITS_PER_PBA_ENTRY] >> (vector % BITS_PER_PBA_ENTRY) & 1 == 1
    }

    fn inject_msix_and_clear_pba(&mut self, vector: usize) {
        if !self.get_pba_bit(vector) {
            return;
        }
        if self.interrupt_source_group.trigger(vector).is_err() {
            crate::maskbit::host::fail(3);
        }
        self.set_pba_bit(vector, false);
    }

    /// The device has an event.
    pub fn trigger(&mut self, vector: usize) {
        let entry = match self.table_entries.get(vector) {
            Some(entry) => entry,
            None => return,
        };
        if !self.enabled || self.masked || entry.masked() {
            self.set_pba_bit(vector, true);
        } else if self.interrupt_source_group.trigger(vector).is_err() {
            crate::maskbit::host::fail(4);
        }
    }

    /// The device has what it had an event for no more.
    pub fn clear(&mut self, vector: usize) {
        if vector < self.table_entries.len() {
            self.set_pba_bit(vector, false);
        }
    }
}
