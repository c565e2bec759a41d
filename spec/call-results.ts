/**
 * What each call of the kernel half returns, in each situation: in Linux 2.6.37 with the patch, in Linux 4.11, and here. Where we differ
 * from one that has the call, the row names the rule. `test/src/call-results.test.ts` makes each call, with buffers of a C program.
 *
 * Facts of Linux are from virt/kvm/assigned-dev.c of 2.6.37 and arch/x86/kvm/assigned-dev.c of 4.11, and irq_comm.c beside them.
 */

/** A value of a field. */
type Value = number | bigint | readonly number[];
/** A call: its name, and the fields that are said; the rest of what Linux looks at is 0, and what it ignores is anything. */
export interface KernelCall {
  readonly call: string;
  readonly fields?: Readonly<Record<string, Value>>;
  /** Of KVM_SET_GSI_ROUTING: the entries behind the header. */
  readonly routes?: readonly Readonly<Record<string, number>>[];
}

/** One row. A result is 0 or a number, or the name of an errno; "-" where the kernel has no such call. */
export interface CallResult extends KernelCall {
  readonly situation: string;
  /** The calls before it, each of which succeeds. Each device has four vectors. */
  readonly before: readonly KernelCall[];
  /** Linux 2.6.37 with the patch, Linux 4.11, and ours. */
  readonly patched: string;
  readonly linux: string;
  readonly ours: string;
  /** The rule that is behind a difference. */
  readonly rule?: string;
}

const PLACE = { segnr: 0, busnr: 0, devfn: 8 };
const ASSIGN: KernelCall = { call: 'KVM_ASSIGN_PCI_DEVICE', fields: { ...PLACE, flags: 1 } };
const irq = (flags: number): KernelCall => ({ call: 'KVM_ASSIGN_DEV_IRQ', fields: { flags } });
const noIrq = (flags: number): KernelCall => ({ call: 'KVM_DEASSIGN_DEV_IRQ', fields: { flags } });
const nr = (entry_nr: number): KernelCall => ({ call: 'KVM_ASSIGN_SET_MSIX_NR', fields: { entry_nr } });
const entry = (number: number, gsi = 30): KernelCall => ({
  call: 'KVM_ASSIGN_SET_MSIX_ENTRY',
  fields: { entry: number, gsi },
});
const page = (base_addr: bigint): KernelCall => ({ call: 'KVM_ASSIGN_REG_MSIX_MMIO', fields: { base_addr } });
const route = (fields: Readonly<Record<string, number>>, header: Readonly<Record<string, Value>> = {}): KernelCall => ({
  call: 'KVM_SET_GSI_ROUTING',
  fields: { nr: 1, ...header },
  routes: [{ gsi: 30, type: 2, address_lo: 0xfee01000, data: 0x41, ...fields }],
});
const pin = (controller: number, number: number): KernelCall =>
  route({ gsi: 5, type: 1, address_lo: controller, address_hi: number, data: 0 });
const signal = (fields: Readonly<Record<string, number>>): KernelCall => ({ call: 'KVM_SIGNAL_MSI', fields });
const MESSAGE = { address_lo: 0xfee01000, data: 0x41 };

const UP = [ASSIGN, nr(1), entry(2), irq(0x404)];
const PAGED = [ASSIGN, nr(1), entry(2), page(0x10000n), irq(0x404)];

/** The same call for the second device of the host, which is device 1 of the machine. */
const second = ({ call, fields = {} }: KernelCall): KernelCall => ({
  call,
  fields: { ...fields, assigned_dev_id: 1, ...(call === ASSIGN.call ? { devfn: 16 } : {}) },
});

const row = (
  situation: string,
  before: readonly KernelCall[],
  call: KernelCall,
  [patched, linux, ours]: readonly [string, string, string],
  rule?: string,
): CallResult => ({ ...call, situation, before, patched, linux, ours, ...(rule === undefined ? {} : { rule }) });

const same = (result: string): [string, string, string] => [result, result, result];
/** Of the patch alone: mainline has no such call. */
const patch = (patched: string, ours = patched): [string, string, string] => [patched, '-', ours];

/** The table. */
export const CALL_RESULTS: readonly CallResult[] = [
  row('a device of the host', [], ASSIGN, same('0')),
  row('flags 3: and INTx is shared (PCI 2.3)', [], { ...ASSIGN, fields: { ...PLACE, flags: 3 } }, same('0')),
  row('flags 5: and INTx is masked', [], { ...ASSIGN, fields: { ...PLACE, flags: 5 } }, same('0')),
  row('flags 0: without an IOMMU', [], { ...ASSIGN, fields: PLACE }, ['0', 'EINVAL', 'EINVAL'], 'MSIX-CALL-6'),
  row('an id that is taken', [ASSIGN], ASSIGN, same('EEXIST')),
  row(
    'another id, the same device',
    [ASSIGN],
    { ...ASSIGN, fields: { ...PLACE, assigned_dev_id: 1, flags: 1 } },
    same('EBUSY'),
  ),
  row('no such device of the host', [], { ...ASSIGN, fields: { ...PLACE, devfn: 24, flags: 1 } }, same('EINVAL')),
  row('assigned', [ASSIGN], { call: 'KVM_DEASSIGN_PCI_DEVICE' }, same('0')),
  row('not assigned', [], { call: 'KVM_DEASSIGN_PCI_DEVICE' }, same('EINVAL')),
  row('with MSI-X and its page', PAGED, { call: 'KVM_DEASSIGN_PCI_DEVICE' }, ['0', '-', '0']),

  row('no such device', [], irq(0x101), same('ENODEV')),
  row('INTx, 0x101', [ASSIGN], irq(0x101), same('0')),
  row('INTx twice', [ASSIGN, irq(0x101)], irq(0x101), same('EEXIST')),
  row('flags 0', [ASSIGN], irq(0), same('EINVAL')),
  row('two types of the host, 0x003', [ASSIGN], irq(0x003), same('EINVAL')),
  row('two types of the guest, 0x300', [ASSIGN], irq(0x300), same('EINVAL')),
  row('a type of the host that does not exist, 0x110', [ASSIGN], irq(0x110), same('EINVAL')),
  row('the same, where the host has one', [ASSIGN, irq(0x101)], irq(0x110), same('EEXIST')),
  row('MSI of the guest alone, 0x200', [ASSIGN], irq(0x200), same('0')),
  row('MSI of a host device that has none, 0x002', [ASSIGN], irq(0x002), same('EINVAL')),
  row("the host's MSI-X, the guest's INTx, 0x104", [ASSIGN, nr(1), entry(2)], irq(0x104), same('0')),
  row('MSI-X without a number of entries', [ASSIGN], irq(0x404), same('EINVAL')),
  row('MSI-X with a number of entries and no entry', [ASSIGN, nr(1)], irq(0x404), ['0', '0', 'EINVAL'], 'MSIX-CALL-2'),
  row('MSI-X', [ASSIGN, nr(1), entry(2)], irq(0x404), same('0')),
  row('MSI-X while INTx is assigned', [ASSIGN, irq(0x101), nr(1), entry(2)], irq(0x404), same('EEXIST')),
  row('MSI-X with a page where there is room', [ASSIGN, nr(1), entry(2), page(0x10000n)], irq(0x404), ['0', '-', '0']),
  row(
    "MSI-X with a page that overlaps another device's",
    [...PAGED, ...[ASSIGN, nr(1), entry(2), page(0x10010n)].map(second)],
    second(irq(0x404)),
    ['0', '-', 'EEXIST'],
    'MSIX-POSTED-7',
  ),

  row('no such device', [], noIrq(0x101), same('ENODEV')),
  row('none assigned', [ASSIGN], noIrq(0x101), same('ENXIO')),
  row('INTx', [ASSIGN, irq(0x101)], noIrq(0x101), same('0')),
  row('MSI-X', UP, noIrq(0x404), same('0')),
  row('INTx is named, and MSI-X assigned: MSI-X is', UP, noIrq(0x101), ['0', '0', '0'], 'MSIX-CALL-1'),
  row('flags 0', UP, noIrq(0), same('0')),

  row('no such device', [], nr(1), same('EINVAL')),
  row('1', [ASSIGN], nr(1), same('0')),
  row('0', [ASSIGN], nr(0), same('EINVAL')),
  row('256', [ASSIGN], nr(256), ['EINVAL', '0', '0'], 'MSIX-CALL-3'),
  row('257', [ASSIGN], nr(257), same('EINVAL')),
  row('twice', [ASSIGN, nr(1)], nr(1), same('EINVAL')),
  row('while MSI-X is assigned', UP, nr(2), same('EINVAL')),

  row('no such device', [], entry(0), same('EINVAL')),
  row('before a number is told', [ASSIGN], entry(0), same('ENOSPC')),
  row('an entry of the table', [ASSIGN, nr(1)], entry(3), same('0')),
  row('an entry beyond the table', [ASSIGN, nr(1)], entry(4), ['0', '0', 'EINVAL'], 'MSIX-CALL-2'),
  row('one more than the number', [ASSIGN, nr(1), entry(0)], entry(1), same('ENOSPC')),
  row('the same entry again', [ASSIGN, nr(1), entry(0)], entry(0, 31), same('0')),
  row('one more, where GSI 0 was told', [ASSIGN, nr(1), entry(0, 0)], entry(1), ['0', '0', 'ENOSPC'], 'MSIX-CALL-2'),
  row('a GSI beyond all routes', [ASSIGN, nr(1)], entry(0, 5000), same('0')),

  row('no such device', [], page(0x10000n), patch('EINVAL')),
  row('address 0', [ASSIGN], page(0n), patch('EINVAL')),
  row('an address', [ASSIGN], page(0x10000n), patch('0')),
  row('twice', [ASSIGN, page(0x10000n)], page(0x20000n), patch('0')),
  row('within an entry', [ASSIGN], page(0x10008n), patch('0', 'EINVAL'), 'MSIX-CALL-5'),
  row('beyond physical memory', [ASSIGN], page(1n << 52n), patch('0', 'EINVAL'), 'MSIX-CALL-5'),
  row('flags 1', [ASSIGN], { ...page(0x10000n), fields: { base_addr: 0x10000n, flags: 1 } }, patch('EINVAL')),
  row('reserved 1', [ASSIGN], { ...page(0x10000n), fields: { base_addr: 0x10000n, reserved: 1n } }, patch('EINVAL')),
  row('while MSI-X is assigned, for the first time', UP, page(0x10000n), patch('0')),
  row('while the page is on the bus', PAGED, page(0x20000n), patch('0')),

  row('a message', [], route({}), same('0')),
  row('more than 1,023', [], route({}, { nr: 1024 }), same('EINVAL')),
  row('flags', [], route({}, { flags: 1 }), same('EINVAL')),
  row('flags of an entry', [], route({ flags: 1 }), same('EINVAL')),
  row('GSI 1024', [], route({ gsi: 1024 }), same('EINVAL')),
  row('a type that does not exist', [], route({ type: 7 }), same('EINVAL')),
  row('pin 23 of the I/O APIC', [], pin(2, 23), same('0')),
  row('pin 24 of the I/O APIC', [], pin(2, 24), same('EINVAL')),
  row('pin 7 of the second PIC', [], pin(1, 7), same('0')),
  row('pin 8 of the second PIC', [], pin(1, 8), same('EINVAL')),
  row('pin 16 of the first PIC', [], pin(0, 16), same('EINVAL')),
  row('a controller that does not exist', [], pin(3, 0), same('EINVAL')),

  row('a message', [], signal(MESSAGE), ['-', '1', '1']),
  row('flags', [], signal({ ...MESSAGE, flags: 1 }), ['-', 'EINVAL', 'EINVAL']),
  row('address 0', [], signal({ data: 0x41 }), ['-', '1', 'EINVAL'], 'MSIX-CALL-4'),
];
