//! A global allocator that leaves no trace of what was freed: what a program did before it came to a state must not be told from its memory.
//! Freed blocks are zeroed, the first that fits is taken, and what is free at the end is forgotten.
use core::alloc::{GlobalAlloc, Layout};

const BYTES: usize = 4 << 20;
const HEADER: usize = 16;

#[repr(C, align(16))]
struct Arena([u8; BYTES]);
static mut ARENA: Arena = Arena([0; BYTES]);

/// Before each block: how long it is with this, and whether it is in use. A length of 0 is where the heap ends.
#[repr(C)]
struct Block {
    bytes: usize,
    is_used: usize,
}

pub struct Heap;

unsafe fn block_at(offset: usize) -> &'static mut Block {
    &mut *(core::ptr::addr_of_mut!(ARENA) as *mut u8).add(offset).cast()
}

unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let bytes = (layout.size() + HEADER + 15) & !15;
        let mut at = 0;
        while at + bytes + HEADER <= BYTES && layout.align() <= 16 {
            let block = block_at(at);
            if block.bytes == 0 || (block.is_used == 0 && block.bytes == bytes) {
                *block = Block { bytes, is_used: 1 };
                return (block as *mut Block).cast::<u8>().add(HEADER);
            }
            at += block.bytes;
        }
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        let block = &mut *pointer.sub(HEADER).cast::<Block>();
        block.is_used = 0;
        core::ptr::write_bytes(pointer, 0, block.bytes - HEADER);
        let (mut at, mut end) = (0, 0);
        while block_at(at).bytes != 0 {
            let is_used = block_at(at).is_used != 0;
            at += block_at(at).bytes;
            if is_used {
                end = at;
            }
        }
        while block_at(end).bytes != 0 {
            let bytes = core::mem::replace(&mut block_at(end).bytes, 0);
            end += bytes;
        }
    }
}
