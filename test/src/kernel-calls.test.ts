/**
 * Userspace's calls of the kernel, before a kernel that writes down what it is called with, and before one that refuses: each is the ioctl that
 * it says, with its fields at their places, and one that fails is a sentence with its name and the errno.
 */
import { describe, expect, test } from 'vitest';
import { abi, type Kernel } from '../../src/index.ts';
import { KernelCalls } from '../../src/userspace/kernel-calls.ts';

const ID = 0x0102_0304;

/** A call, the sentence's name of it, and what the kernel must have read. */
const CALLS: readonly {
  readonly name: string;
  readonly make: (calls: KernelCalls) => unknown;
  readonly request: number;
  readonly struct: abi.Struct;
  readonly values: Record<string, unknown>;
}[] = [
  {
    name: 'KVM_ENABLE_CAP',
    make: (calls) => calls.enableCapability(59),
    request: abi.KVM_ENABLE_CAP,
    struct: abi.ENABLE_CAP,
    values: { cap: 59 },
  },
  {
    name: 'KVM_ASSIGN_PCI_DEVICE',
    make: (calls) => calls.assignDevice(2, 0x18),
    request: abi.KVM_ASSIGN_PCI_DEVICE,
    struct: abi.ASSIGNED_PCI_DEV,
    values: { assigned_dev_id: ID, busnr: 2, devfn: 0x18, flags: 1 },
  },
  {
    name: 'KVM_DEASSIGN_PCI_DEVICE',
    make: (calls) => calls.deassignDevice(),
    request: abi.KVM_DEASSIGN_PCI_DEVICE,
    struct: abi.ASSIGNED_PCI_DEV,
    values: { assigned_dev_id: ID },
  },
  {
    name: 'MASKBIT_CREATE_MSIX_TABLE',
    make: (calls) => calls.createTable(5, 0x2000, 1),
    request: abi.MASKBIT_CREATE_MSIX_TABLE,
    struct: abi.MSIX_TABLE,
    values: { assigned_dev_id: ID, vector_count: 5, pba_offset: 0x2000, flags: 1 },
  },
  {
    name: 'KVM_ASSIGN_DEV_IRQ',
    make: (calls) => calls.assignIrqs(0x0101, 11),
    request: abi.KVM_ASSIGN_DEV_IRQ,
    struct: abi.ASSIGNED_IRQ,
    values: { assigned_dev_id: ID, flags: 0x0101, guest_irq: 11 },
  },
  {
    name: 'KVM_DEASSIGN_DEV_IRQ',
    make: (calls) => calls.deassignIrqs(0x0404),
    request: abi.KVM_DEASSIGN_DEV_IRQ,
    struct: abi.ASSIGNED_IRQ,
    values: { assigned_dev_id: ID, flags: 0x0404, guest_irq: 0 },
  },
  {
    name: 'MASKBIT_SET_MSIX_CONTROL',
    make: (calls) => calls.setControl(3),
    request: abi.MASKBIT_SET_MSIX_CONTROL,
    struct: abi.MSIX_CONTROL,
    values: { assigned_dev_id: ID, control: 3 },
  },
  {
    name: 'MASKBIT_RESET_MSIX',
    make: (calls) => calls.reset(),
    request: abi.MASKBIT_RESET_MSIX,
    struct: abi.MSIX_DEVICE,
    values: { assigned_dev_id: ID },
  },
  {
    name: 'MASKBIT_UNREGISTER_MSIX_MMIO',
    make: (calls) => calls.unregister(),
    request: abi.MASKBIT_UNREGISTER_MSIX_MMIO,
    struct: abi.MSIX_DEVICE,
    values: { assigned_dev_id: ID },
  },
  {
    name: 'KVM_ASSIGN_SET_MSIX_NR',
    make: (calls) => calls.setEntryCount(7),
    request: abi.KVM_ASSIGN_SET_MSIX_NR,
    struct: abi.ASSIGNED_MSIX_NR,
    values: { assigned_dev_id: ID, entry_nr: 7 },
  },
  {
    name: 'KVM_ASSIGN_SET_MSIX_ENTRY',
    make: (calls) => calls.setEntry(3, 33, true),
    request: abi.KVM_ASSIGN_SET_MSIX_ENTRY,
    struct: abi.ASSIGNED_MSIX_ENTRY,
    values: { assigned_dev_id: ID, entry: 3, gsi: 33, padding: [1, 0, 0] },
  },
  {
    name: 'KVM_SET_GSI_ROUTING',
    make: (calls) => calls.setRoutes([{ gsi: 33, addressLow: 0xfee01000, addressHigh: 1, data: 0x41 }]),
    request: abi.KVM_SET_GSI_ROUTING,
    struct: abi.IRQ_ROUTING,
    values: { nr: 1, flags: 0 },
  },
];

/** A kernel that has every capability, answers `result`, and keeps what it was called with last. */
function recorder(result: number): { kernel: Kernel; last: { request: number; view: DataView } } {
  const last = { request: 0, view: new DataView(new ArrayBuffer(0)) };
  const ioctl = (request: number, view: DataView): number => {
    Object.assign(last, { request, view });
    return result;
  };
  return { kernel: { systemIoctl: () => 1, vcpuIoctl: ioctl, vmIoctl: ioctl } as unknown as Kernel, last };
}

describe('a call', () => {
  test.each(CALLS)('$name is this ioctl, with these fields', ({ make, request, struct, values }) => {
    const { kernel, last } = recorder(0);
    make(new KernelCalls(kernel, ID));
    expect(last.request).toBe(request);
    expect(abi.decode(struct, last.view)).toMatchObject(values);
  });

  test.each(CALLS)('$name that fails is a sentence', ({ name, make }) => {
    const calls = new KernelCalls(recorder(abi.EINVAL).kernel, ID);
    expect(() => make(calls)).toThrow(`${name}: got the errno 22 for device ${ID}; expected success.`);
  });

  test('of a capability that the kernel does not have is a sentence', () => {
    const kernel = { systemIoctl: () => 0 } as unknown as Kernel;
    expect(() => new KernelCalls(kernel, 0).enableCapability(59)).toThrow(
      'KVM_CHECK_EXTENSION: got no capability 59; expected a kernel that has it.',
    );
  });

  test('of an entry that is not masked says so, and routes stand behind their header', () => {
    const { kernel, last } = recorder(0);
    const calls = new KernelCalls(kernel, ID);
    calls.setEntry(3, 33, false);
    expect(abi.decode(abi.ASSIGNED_MSIX_ENTRY, last.view)).toMatchObject({ padding: [0, 0, 0] });
    calls.setRoutes([
      { gsi: 33, addressLow: 0xfee01000, addressHigh: 1, data: 0x41 },
      { gsi: 34, addressLow: 0xfee02000, addressHigh: 0, data: 0x42 },
    ]);
    const { bytes } = abi.IRQ_ROUTING;
    expect(last.view.byteLength).toBe(bytes + 2 * abi.IRQ_ROUTING_ENTRY.bytes);
    expect(abi.decode(abi.IRQ_ROUTING_ENTRY, last.view, bytes + abi.IRQ_ROUTING_ENTRY.bytes)).toMatchObject({
      ...{ gsi: 34, type: 2, flags: 0, address_lo: 0xfee02000, address_hi: 0, data: 0x42 },
    });
  });

  test('that may fail answers: a page that is refused, interrupts that are', () => {
    const { kernel, last } = recorder(abi.EEXIST);
    const calls = new KernelCalls(kernel, ID);
    expect([calls.register(0x1_2345_0000), calls.tryAssignIrqs(0x0404)]).toEqual([false, abi.EEXIST]);
    expect(abi.decode(abi.ASSIGNED_IRQ, last.view)).toMatchObject({ assigned_dev_id: ID, flags: 0x0404, guest_irq: 0 });
    const taking = recorder(0);
    expect(new KernelCalls(taking.kernel, ID).register(0x1_2345_0000)).toBe(true);
    expect(abi.decode(abi.ASSIGNED_MSIX_MMIO, taking.last.view)).toMatchObject({ base_addr: 0x1_2345_0000n });
  });
});
