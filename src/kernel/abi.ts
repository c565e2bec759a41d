/**
 * The binary interface between userspace and the kernel half: ioctl numbers, capability numbers, errnos, and the layouts of
 * the structs, holes included.
 *
 * Those that begin with `KVM_` are of Linux 2.6.36 to 4.11 and of the patch "KVM: Emulation MSI-X mask bits for assigned
 * devices" (kvm@vger.kernel.org, October 2010); struct and field names are theirs. Those that begin with `MASKBIT_` are
 * ours, for what the patch lacks. `test/src/abi.test.ts` holds all of it against what a C compiler makes of the same structs.
 *
 * All of it is as x86-64 has it: little-endian, and a `__u64` is aligned to 8 bytes. On i386 it is aligned to 4, so that a struct
 * with a `__u64` behind an odd number of dwords has other offsets there (hazard S5 of the patch) (`structs.ts` lays both out).
 */

import { struct } from './structs.ts';

export { decode, encode, type Field, type FieldType, type Struct, type Values } from './structs.ts';

// ---- Structs

/** Argument of `KVM_ENABLE_CAP`. */
export const ENABLE_CAP = struct('kvm_enable_cap', () => ({
  cap: 'u32',
  flags: 'u32',
  args: ['u64', 4],
  pad: ['u8', 64],
}));
/** Argument of `KVM_ASSIGN_PCI_DEVICE` and `KVM_DEASSIGN_PCI_DEVICE`. */
export const ASSIGNED_PCI_DEV = struct('kvm_assigned_pci_dev', () => ({
  assigned_dev_id: 'u32',
  busnr: 'u32',
  devfn: 'u32',
  flags: 'u32',
  segnr: 'u32',
  reserved: ['u32', 11],
}));
/** Argument of `KVM_ASSIGN_DEV_IRQ` and `KVM_DEASSIGN_DEV_IRQ`. */
export const ASSIGNED_IRQ = struct('kvm_assigned_irq', () => ({
  assigned_dev_id: 'u32',
  host_irq: 'u32',
  guest_irq: 'u32',
  flags: 'u32',
  reserved: ['u32', 12],
}));
/** Argument of `KVM_ASSIGN_SET_MSIX_NR`. */
export const ASSIGNED_MSIX_NR = struct('kvm_assigned_msix_nr', () => ({
  assigned_dev_id: 'u32',
  entry_nr: 'u16',
  padding: 'u16',
}));
/** Argument of `KVM_ASSIGN_SET_MSIX_ENTRY`. With `KVM_CAP_DEVICE_MSIX_EXT` enabled, `padding[0]` holds flags. */
export const ASSIGNED_MSIX_ENTRY = struct('kvm_assigned_msix_entry', () => ({
  assigned_dev_id: 'u32',
  gsi: 'u32',
  entry: 'u16',
  padding: ['u16', 3],
}));
/** Argument of `KVM_ASSIGN_REG_MSIX_MMIO`, as patch 8/8 leaves it: two holes of four bytes, behind the id and behind the flags. */
export const ASSIGNED_MSIX_MMIO = struct('kvm_assigned_msix_mmio', () => ({
  assigned_dev_id: 'u32',
  base_addr: 'u64',
  flags: 'u32',
  reserved: 'u64',
}));
/** What `KVM_SET_GSI_ROUTING` begins with; `nr` routing entries follow. */
export const IRQ_ROUTING = struct('kvm_irq_routing', () => ({ nr: 'u32', flags: 'u32' }));
/** One routing entry. Its union of 32 bytes is told here as what a message makes of it. */
export const IRQ_ROUTING_ENTRY = struct('kvm_irq_routing_entry', () => ({
  gsi: 'u32',
  type: 'u32',
  flags: 'u32',
  pad: 'u32',
  address_lo: 'u32',
  address_hi: 'u32',
  data: 'u32',
  rest: ['u32', 5],
}));
/** Argument of `KVM_SIGNAL_MSI`. */
export const MSI = struct('kvm_msi', () => ({
  address_lo: 'u32',
  address_hi: 'u32',
  data: 'u32',
  flags: 'u32',
  pad: ['u8', 16],
}));

/** Ours: a device whose one MSI-X Table the kernel is to keep. `pba_offset` counts from the start of the table. */
export const MSIX_TABLE = struct('maskbit_msix_table', () => ({
  assigned_dev_id: 'u32',
  vector_count: 'u32',
  pba_offset: 'u32',
  flags: 'u32',
}));
/** Ours: MSI-X Enable and Function Mask as two plain bits. */
export const MSIX_CONTROL = struct('maskbit_msix_control', () => ({ assigned_dev_id: 'u32', control: 'u32' }));
/** Ours: a device, and nothing else. */
export const MSIX_DEVICE = struct('maskbit_msix_device', () => ({ assigned_dev_id: 'u32', reserved: 'u32' }));
/** Ours: an access to the page of the table, handed to the owner of the table. A read leaves its value in `data`. */
export const MSIX_ACCESS = struct('maskbit_msix_access', () => ({
  assigned_dev_id: 'u32',
  offset: 'u32',
  bytes: 'u32',
  is_write: 'u32',
  data: ['u32', 2],
}));

// ---- ioctl numbers

const NONE = 0;
const WRITE = 1;
const READ = 2;

/** An ioctl number, as `asm-generic/ioctl.h` makes it: direction, size of the argument, type, number. */
/* @__NO_SIDE_EFFECTS__ */
function ioctlNumber(direction: number, type: number, number: number, bytes: number): number {
  return ((direction << 30) | (bytes << 16) | (type << 8) | number) >>> 0;
}

/** The type of all ioctls of KVM. */
export const KVMIO = 0xae;
/** The type of ours. */
export const MASKBIT_IO = 0x6d;

export const KVM_CHECK_EXTENSION: number = ioctlNumber(NONE, KVMIO, 0x03, 0);
/** The direction says that it is read, and yet it is written: so it stands in Linux. */
export const KVM_ASSIGN_PCI_DEVICE: number = ioctlNumber(READ, KVMIO, 0x69, ASSIGNED_PCI_DEV.bytes);
export const KVM_SET_GSI_ROUTING: number = ioctlNumber(WRITE, KVMIO, 0x6a, IRQ_ROUTING.bytes);
export const KVM_ASSIGN_DEV_IRQ: number = ioctlNumber(WRITE, KVMIO, 0x70, ASSIGNED_IRQ.bytes);
export const KVM_DEASSIGN_PCI_DEVICE: number = ioctlNumber(WRITE, KVMIO, 0x72, ASSIGNED_PCI_DEV.bytes);
export const KVM_ASSIGN_SET_MSIX_NR: number = ioctlNumber(WRITE, KVMIO, 0x73, ASSIGNED_MSIX_NR.bytes);
export const KVM_ASSIGN_SET_MSIX_ENTRY: number = ioctlNumber(WRITE, KVMIO, 0x74, ASSIGNED_MSIX_ENTRY.bytes);
export const KVM_DEASSIGN_DEV_IRQ: number = ioctlNumber(WRITE, KVMIO, 0x75, ASSIGNED_IRQ.bytes);
/** Of the patch. Mainline never had it. */
export const KVM_ASSIGN_REG_MSIX_MMIO: number = ioctlNumber(WRITE, KVMIO, 0x7d, ASSIGNED_MSIX_MMIO.bytes);
/** An ioctl of a vCPU. */
export const KVM_ENABLE_CAP: number = ioctlNumber(WRITE, KVMIO, 0xa3, ENABLE_CAP.bytes);
export const KVM_SIGNAL_MSI: number = ioctlNumber(WRITE, KVMIO, 0xa5, MSI.bytes);

/** Ours: the kernel keeps the one table of a device from now on. */
export const MASKBIT_CREATE_MSIX_TABLE: number = ioctlNumber(WRITE, MASKBIT_IO, 0x01, MSIX_TABLE.bytes);
/** Ours: tells the kernel MSI-X Enable and Function Mask (R3). */
export const MASKBIT_SET_MSIX_CONTROL: number = ioctlNumber(WRITE, MASKBIT_IO, 0x02, MSIX_CONTROL.bytes);
/** Ours: takes the page of the table back. The patch has no way to. */
export const MASKBIT_UNREGISTER_MSIX_MMIO: number = ioctlNumber(WRITE, MASKBIT_IO, 0x03, MSIX_DEVICE.bytes);
/** Ours: hands an access that exited to the one owner of the table, for a userspace that shares no more than memory. */
export const MASKBIT_ACCESS_MSIX: number = ioctlNumber(READ | WRITE, MASKBIT_IO, 0x04, MSIX_ACCESS.bytes);
/** Ours: resets table and function. */
export const MASKBIT_RESET_MSIX: number = ioctlNumber(WRITE, MASKBIT_IO, 0x05, MSIX_DEVICE.bytes);

// ---- Capabilities

export const KVM_CAP_DEVICE_ASSIGNMENT = 17;
export const KVM_CAP_IRQ_ROUTING = 25;
export const KVM_CAP_DEVICE_DEASSIGNMENT = 27;
export const KVM_CAP_DEVICE_MSIX = 28;
export const KVM_CAP_ASSIGN_DEV_IRQ = 29;
export const KVM_CAP_ENABLE_CAP = 54;
export const KVM_CAP_SIGNAL_MSI = 77;
/** Of the patch. Mainline gave 59 to `KVM_CAP_ASYNC_PF` later, so a number alone does not tell the two apart. */
export const KVM_CAP_DEVICE_MSIX_EXT = 59;
/** Of the patch. Mainline gave 60 to `KVM_CAP_TSC_CONTROL` later. */
export const KVM_CAP_DEVICE_MSIX_MASK = 60;

// ---- Flags and limits

/** Flag of `kvm_assigned_pci_dev`: the device's memory accesses go through an IOMMU. Required since Linux 3.3, and here. */
export const KVM_DEV_ASSIGN_ENABLE_IOMMU = 1;
export const KVM_DEV_IRQ_HOST_INTX = 0x0001;
export const KVM_DEV_IRQ_HOST_MSI = 0x0002;
export const KVM_DEV_IRQ_HOST_MSIX = 0x0004;
export const KVM_DEV_IRQ_HOST_MASK = 0x00ff;
export const KVM_DEV_IRQ_GUEST_INTX = 0x0100;
export const KVM_DEV_IRQ_GUEST_MSI = 0x0200;
export const KVM_DEV_IRQ_GUEST_MSIX = 0x0400;
export const KVM_DEV_IRQ_GUEST_MASK = 0xff00;
/** Type of a routing entry: a pin of an interrupt controller. */
export const KVM_IRQ_ROUTING_IRQCHIP = 1;
/** Type of a routing entry: a message. */
export const KVM_IRQ_ROUTING_MSI = 2;
/** The largest number of entries of `KVM_ASSIGN_SET_MSIX_NR`, which is accepted (HB-07). */
export const KVM_MAX_MSIX_PER_DEV = 256;
/** GSIs are below it, and so is the number of routing entries. */
export const KVM_MAX_IRQ_ROUTES = 1024;
/**
 * Flag in `padding[0]` of `kvm_assigned_msix_entry`, looked at only once `KVM_CAP_DEVICE_MSIX_EXT` is enabled: the entry is
 * masked. Earlier patches of the series had such a flag; its place and value here are ours.
 */
export const MSIX_ENTRY_FLAG_MASK = 1;
/** Flag of `maskbit_msix_table`: look at the Mask Bit on arrival, too (the design `checked`). */
export const MSIX_TABLE_CHECK_ARRIVALS = 1;
/** Bit of `maskbit_msix_control`. */
export const MSIX_CONTROL_ENABLE = 1;
/** Bit of `maskbit_msix_control`. */
export const MSIX_CONTROL_FUNCTION_MASK = 2;

/** Of a kernel that stops inside of a call, for whoever looks on: the call has not returned. No ioctl returns it. */
export const CALL_UNFINISHED = 1;

// ---- Errnos, as an ioctl returns them

export const ENXIO = -6;
export const EFAULT = -14;
export const EBUSY = -16;
export const EEXIST = -17;
export const ENODEV = -19;
export const EINVAL = -22;
export const ENOTTY = -25;
export const ENOSPC = -28;
