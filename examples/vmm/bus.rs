//! Accesses of a guest, as they come from the exit of a vCPU: an offset, and as many bytes as the access has.

/// Something that a guest can read and write.
pub trait BusDevice {
    fn read(&mut self, base: u64, offset: u64, data: &mut [u8]);
    fn write(&mut self, base: u64, offset: u64, data: &[u8]);
}

/// Reads a little-endian number of up to 8 bytes.
pub fn number_of(data: &[u8]) -> u64 {
    data.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// Writes a little-endian number into as many bytes as there are.
pub fn put_number(value: u64, data: &mut [u8]) {
    for (index, byte) in data.iter_mut().enumerate() {
        *byte = (value >> (8 * index)) as u8;
    }
}
