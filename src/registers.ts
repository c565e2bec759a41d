/**
 * Every register constant of MSI-X, re-typed from the PCI Express Base Specification, section 7.7.2.
 *
 * Owns numbers, not behaviour. The machines, the suites and the implementation share these words and never logic.
 * `test/src/registers.test.ts` holds a second copy, so that a slip of one digit here is a failing test.
 */

/** Capability ID of MSI-X. PCIe 7.7.2.1. */
export const CAPABILITY_ID = 0x11;
/** Length of the MSI-X capability structure, in bytes. PCIe 7.7.2. */
export const CAPABILITY_BYTES = 12;
/** Byte offset of Message Control (16 bits) within the capability. PCIe 7.7.2.2. */
export const CAPABILITY_CONTROL_OFFSET = 2;
/** Byte offset of Table Offset/Table BIR (32 bits) within the capability. PCIe 7.7.2.3. */
export const CAPABILITY_TABLE_OFFSET = 4;
/** Byte offset of PBA Offset/PBA BIR (32 bits) within the capability. PCIe 7.7.2.4. */
export const CAPABILITY_PBA_OFFSET = 8;

/** Table Size, bits 10:0 of Message Control, holds the number of vectors less one. PCIe 7.7.2.2. */
export const CONTROL_TABLE_SIZE = 0x07ff;
/** Function Mask, bit 14 of Message Control. PCIe 7.7.2.2. */
export const CONTROL_FUNCTION_MASK = 0x4000;
/** MSI-X Enable, bit 15 of Message Control. PCIe 7.7.2.2. */
export const CONTROL_ENABLE = 0x8000;

/** BAR Indicator Register, bits 2:0 of either location dword; 6 and 7 are reserved. PCIe 7.7.2.3, 7.7.2.4. */
export const LOCATION_BIR = 0x7;
/** The largest BIR that names a Base Address Register. PCIe 7.7.2.3. */
export const LOCATION_BIR_MAX = 5;

/** The largest number of vectors that Table Size can state. PCIe 7.7.2.2. */
export const VECTOR_COUNT_MAX = 2048;

/** Length of one MSI-X Table entry, in bytes. PCIe 7.7.2. */
export const ENTRY_BYTES = 16;
/** Byte offset of Message Address within an entry. PCIe 7.7.2.5. */
export const ENTRY_ADDRESS_LOW_OFFSET = 0;
/** Byte offset of Message Upper Address within an entry. PCIe 7.7.2.6. */
export const ENTRY_ADDRESS_HIGH_OFFSET = 4;
/** Byte offset of Message Data within an entry. PCIe 7.7.2.7. */
export const ENTRY_DATA_OFFSET = 8;
/** Byte offset of Vector Control within an entry. PCIe 7.7.2.8. */
export const ENTRY_VECTOR_CONTROL_OFFSET = 12;

/** Bits 1:0 of Message Address, which software writes as zero: a message is a dword write. PCIe 7.7.2.5. */
export const ADDRESS_LOW_RESERVED = 0x3;
/** Mask Bit, bit 0 of Vector Control; set by reset. PCIe 7.7.2.8. */
export const VECTOR_CONTROL_MASK = 0x1;

/** The Pending Bit Array is made of QWORDs; each holds the bits of this many vectors. PCIe 7.7.2.9. */
export const PBA_QWORD_BITS = 64;
/** Length of one PBA QWORD, in bytes. PCIe 7.7.2.9. */
export const PBA_QWORD_BYTES = 8;
