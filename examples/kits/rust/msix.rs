//! A small MSI-X: the capability, the table and the Pending Bit Array of one emulated PCI function.
//!
//! Copy it, change it, break it. It uses `core` alone but for one `Vec`, so it also compiles to WebAssembly. Offsets count
//! bytes, from the start of the capability, of the table, or of the Pending Bit Array.

const ENABLE: u16 = 1 << 15; // Message Control, bit 15
const FUNCTION_MASK: u16 = 1 << 14; // Message Control, bit 14
const ENTRY_BYTES: u32 = 16;

/// A posted write of `data` to `address`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Message {
    pub address: u64,
    pub data: u32,
}

#[derive(Clone)]
struct Vector {
    /// What the guest reads.
    entry: Message,
    /// What is sent while the vector is not blocked: the entry as it stood when it was last unblocked.
    latched: Option<Message>,
    masked: bool,
    pending: bool,
}

impl Vector {
    const RESET: Vector = Vector { entry: Message { address: 0, data: 0 }, latched: None, masked: true, pending: false };

    /// Follows what blocks the vector, and returns the message that this lets out.
    fn follow(&mut self, function_open: bool) -> Option<Message> {
        let open = function_open && !self.masked;
        if !open {
            self.latched = None;
            return None;
        }
        if self.latched.is_some() {
            return None;
        }
        self.latched = Some(self.entry);
        core::mem::take(&mut self.pending).then(|| self.entry)
    }
}

/// The MSI-X of one function. `S` takes its messages.
pub struct Msix<S: FnMut(Message)> {
    control: u16,
    vectors: Vec<Vector>,
    pub send: S,
}

impl<S: FnMut(Message)> Msix<S> {
    /// A function with 1 to 2048 vectors, as after reset.
    pub fn new(vectors: usize, send: S) -> Self {
        assert!((1..=2048).contains(&vectors), "got {vectors} vectors; expected 1 to 2048");
        Msix { control: 0, vectors: vec![Vector::RESET; vectors], send }
    }

    /// Function Level Reset.
    pub fn reset(&mut self) {
        self.control = 0;
        self.vectors.fill(Vector::RESET);
    }

    pub fn vector_count(&self) -> usize {
        self.vectors.len()
    }

    fn open(&self) -> bool {
        self.control & (ENABLE | FUNCTION_MASK) == ENABLE
    }

    fn table_bytes(&self) -> u32 {
        ENTRY_BYTES * self.vectors.len() as u32
    }

    /// Reads byte by byte, so that every width and offset means the same.
    pub fn config_read(&self, offset: u32, size: u32) -> u32 {
        if !lawful_config(offset, size) {
            return all_ones(size) as u32;
        }
        let control = self.control | (self.vectors.len() - 1) as u16;
        let pba = (self.table_bytes() + 4095) / 4096 * 4096;
        let dwords = [0x11 | u32::from(control) << 16, 0, pba];
        let byte = |at: u32| dwords[at as usize / 4] >> (8 * (at % 4)) & 0xff;
        (0..size).fold(0, |value, at| value | byte(offset + at) << (8 * at))
    }

    /// Only byte 3 can be written: the upper half of Message Control.
    pub fn config_write(&mut self, offset: u32, size: u32, value: u32) {
        if !lawful_config(offset, size) || offset > 3 || offset + size <= 3 {
            return;
        }
        let byte = (value >> (8 * (3 - offset))) as u16 & 0xff;
        self.control = byte << 8 & (ENABLE | FUNCTION_MASK);
        let open = self.open();
        for vector in &mut self.vectors {
            if let Some(message) = vector.follow(open) {
                (self.send)(message);
            }
        }
    }

    pub fn table_read(&self, offset: u32, size: u32) -> u64 {
        if !lawful_memory(offset, size, self.table_bytes()) {
            return all_ones(size);
        }
        let high = if size == 8 { u64::from(self.dword(offset + 4)) << 32 } else { 0 };
        high | u64::from(self.dword(offset))
    }

    fn dword(&self, offset: u32) -> u32 {
        let Vector { entry, masked, .. } = &self.vectors[(offset / ENTRY_BYTES) as usize];
        match offset % ENTRY_BYTES {
            0 => entry.address as u32,
            4 => (entry.address >> 32) as u32,
            8 => entry.data,
            _ => u32::from(*masked),
        }
    }

    /// Writes 4 or 8 bytes; 8 bytes are the lower dword and then the upper one.
    pub fn table_write(&mut self, offset: u32, size: u32, value: u64) {
        if !lawful_memory(offset, size, self.table_bytes()) {
            return;
        }
        self.write_dword(offset, value as u32);
        if size == 8 {
            self.write_dword(offset + 4, (value >> 32) as u32);
        }
    }

    fn write_dword(&mut self, offset: u32, value: u32) {
        let open = self.open();
        let vector = &mut self.vectors[(offset / ENTRY_BYTES) as usize];
        let entry = &mut vector.entry;
        match offset % ENTRY_BYTES {
            0 => entry.address = entry.address >> 32 << 32 | u64::from(value & !3),
            4 => entry.address = entry.address & 0xffff_ffff | u64::from(value) << 32,
            8 => entry.data = value,
            _ => vector.masked = value & 1 != 0,
        }
        if let Some(message) = vector.follow(open) {
            (self.send)(message);
        }
    }

    pub fn pba_read(&self, offset: u32, size: u32) -> u64 {
        let end = (self.vectors.len() as u32 + 63) / 64 * 8;
        if !lawful_memory(offset, size, end) {
            return all_ones(size);
        }
        let first = 8 * offset as usize;
        let bits = self.vectors.iter().skip(first).take(8 * size as usize);
        bits.enumerate().fold(0, |word, (bit, vector)| word | u64::from(vector.pending) << bit)
    }

    /// The device has an event.
    pub fn signal(&mut self, vector: usize) {
        if let Some(vector) = self.vectors.get_mut(vector) {
            match vector.latched {
                Some(message) => (self.send)(message),
                None => vector.pending = true,
            }
        }
    }

    /// The cause of the event is gone.
    pub fn retire(&mut self, vector: usize) {
        if let Some(vector) = self.vectors.get_mut(vector) {
            vector.pending = false;
        }
    }
}

fn all_ones(size: u32) -> u64 {
    if size < 8 { (1 << (8 * size)) - 1 } else { u64::MAX }
}

fn lawful_config(offset: u32, size: u32) -> bool {
    matches!(size, 1 | 2 | 4) && offset <= 12 - size
}

/// Aligned accesses of 4 and 8 bytes exist; anything else reads all-ones and writes nothing.
fn lawful_memory(offset: u32, size: u32, end: u32) -> bool {
    matches!(size, 4 | 8) && offset % size == 0 && offset < end && size <= end - offset
}
