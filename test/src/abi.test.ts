/**
 * The binary interface, held against a C compiler: a program is compiled from structs written here once more, and prints what the
 * compiler makes of them. What needs no compiler is pinned by numbers that were looked up.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { abi } from '../../src/index.ts';
import { fieldsOf } from '../../src/kernel/structs.ts';
import { runCommand } from '../setup/command.ts';

/** The structs, as C declares them. `U64` is a __u64 of x86-64, or of i386 where it is aligned to 4. */
const C_STRUCTS: readonly (readonly [struct: abi.Struct, members: string])[] = [
  [abi.ENABLE_CAP, 'U32 cap; U32 flags; U64 args[4]; U8 pad[64];'],
  [abi.ASSIGNED_PCI_DEV, 'U32 assigned_dev_id; U32 busnr; U32 devfn; U32 flags; U32 segnr; U32 reserved[11];'],
  [abi.ASSIGNED_IRQ, 'U32 assigned_dev_id; U32 host_irq; U32 guest_irq; U32 flags; U32 reserved[12];'],
  [abi.ASSIGNED_MSIX_NR, 'U32 assigned_dev_id; U16 entry_nr; U16 padding;'],
  [abi.ASSIGNED_MSIX_ENTRY, 'U32 assigned_dev_id; U32 gsi; U16 entry; U16 padding[3];'],
  [abi.ASSIGNED_MSIX_MMIO, 'U32 assigned_dev_id; U64 base_addr; U32 flags; U64 reserved;'],
  [abi.IRQ_ROUTING, 'U32 nr; U32 flags;'],
  [
    abi.IRQ_ROUTING_ENTRY,
    'U32 gsi; U32 type; U32 flags; U32 pad; U32 address_lo; U32 address_hi; U32 data; U32 rest[5];',
  ],
  [abi.MSI, 'U32 address_lo; U32 address_hi; U32 data; U32 flags; U8 pad[16];'],
  [abi.MSIX_TABLE, 'U32 assigned_dev_id; U32 vector_count; U32 pba_offset; U32 flags;'],
  [abi.MSIX_CONTROL, 'U32 assigned_dev_id; U32 control;'],
  [abi.MSIX_DEVICE, 'U32 assigned_dev_id; U32 reserved;'],
  [abi.MSIX_ACCESS, 'U32 assigned_dev_id; U32 offset; U32 bytes; U32 is_write; U32 data[2];'],
];

/** The ioctls, as C makes their numbers. */
const C_IOCTLS: readonly (readonly [name: string, number: number, macro: string])[] = [
  ['KVM_CHECK_EXTENSION', abi.KVM_CHECK_EXTENSION, '_IO(0xAE, 0x03)'],
  ['KVM_ASSIGN_PCI_DEVICE', abi.KVM_ASSIGN_PCI_DEVICE, '_IOR(0xAE, 0x69, struct kvm_assigned_pci_dev)'],
  ['KVM_SET_GSI_ROUTING', abi.KVM_SET_GSI_ROUTING, '_IOW(0xAE, 0x6a, struct kvm_irq_routing)'],
  ['KVM_ASSIGN_DEV_IRQ', abi.KVM_ASSIGN_DEV_IRQ, '_IOW(0xAE, 0x70, struct kvm_assigned_irq)'],
  ['KVM_DEASSIGN_PCI_DEVICE', abi.KVM_DEASSIGN_PCI_DEVICE, '_IOW(0xAE, 0x72, struct kvm_assigned_pci_dev)'],
  ['KVM_ASSIGN_SET_MSIX_NR', abi.KVM_ASSIGN_SET_MSIX_NR, '_IOW(0xAE, 0x73, struct kvm_assigned_msix_nr)'],
  ['KVM_ASSIGN_SET_MSIX_ENTRY', abi.KVM_ASSIGN_SET_MSIX_ENTRY, '_IOW(0xAE, 0x74, struct kvm_assigned_msix_entry)'],
  ['KVM_DEASSIGN_DEV_IRQ', abi.KVM_DEASSIGN_DEV_IRQ, '_IOW(0xAE, 0x75, struct kvm_assigned_irq)'],
  ['KVM_ASSIGN_REG_MSIX_MMIO', abi.KVM_ASSIGN_REG_MSIX_MMIO, '_IOW(0xAE, 0x7d, struct kvm_assigned_msix_mmio)'],
  ['KVM_ENABLE_CAP', abi.KVM_ENABLE_CAP, '_IOW(0xAE, 0xa3, struct kvm_enable_cap)'],
  ['KVM_SIGNAL_MSI', abi.KVM_SIGNAL_MSI, '_IOW(0xAE, 0xa5, struct kvm_msi)'],
  ['MASKBIT_CREATE_MSIX_TABLE', abi.MASKBIT_CREATE_MSIX_TABLE, "_IOW('m', 1, struct maskbit_msix_table)"],
  ['MASKBIT_SET_MSIX_CONTROL', abi.MASKBIT_SET_MSIX_CONTROL, "_IOW('m', 2, struct maskbit_msix_control)"],
  ['MASKBIT_UNREGISTER_MSIX_MMIO', abi.MASKBIT_UNREGISTER_MSIX_MMIO, "_IOW('m', 3, struct maskbit_msix_device)"],
  ['MASKBIT_ACCESS_MSIX', abi.MASKBIT_ACCESS_MSIX, "_IOWR('m', 4, struct maskbit_msix_access)"],
  ['MASKBIT_RESET_MSIX', abi.MASKBIT_RESET_MSIX, "_IOW('m', 5, struct maskbit_msix_device)"],
];

/** A value for an element of a field that shows each of its bytes, and differs from all others of its struct. */
const byteOf = (field: number, element: number, byte: number): number =>
  (0x11 * (field + 1) + 7 * element + byte) & 0xff;

const TYPE_BYTES = { u8: 1, u16: 2, u32: 4, u64: 8 };

function elementOf(type: abi.FieldType, field: number, element: number): bigint {
  let value = 0n;
  for (let byte = 0; byte < TYPE_BYTES[type]; byte++) value |= BigInt(byteOf(field, element, byte)) << BigInt(8 * byte);
  return value;
}

/** All fields of a struct, filled. */
function filled(struct: abi.Struct): abi.Values {
  return Object.fromEntries(
    struct.fields.map(({ name, type, length }, field) => {
      const element = (index: number) =>
        type === 'u64' ? elementOf(type, field, index) : Number(elementOf(type, field, index));
      return [name, length === undefined ? element(0) : Array.from({ length }, (_, index) => element(index))];
    }),
  );
}

const hex = (view: DataView): string => Buffer.from(view.buffer).toString('hex');

function encoded(struct: abi.Struct): string {
  const view = new DataView(new ArrayBuffer(struct.bytes));
  abi.encode(struct, filled(struct), view);
  return hex(view);
}

/** The program. It prints, line by line, what `expectedLines` says. */
function program(alignment: number): string {
  const declarations = C_STRUCTS.map(([{ name }, members]) => `struct ${name} { ${members} };`);
  const prints = C_STRUCTS.map(([struct]) => {
    const { name, fields } = struct;
    const fill = fields.flatMap((field, index) =>
      Array.from({ length: field.length ?? 1 }, (_, element) => {
        const place = field.length === undefined ? field.name : `${field.name}[${element}]`;
        return `  x.${place} = 0x${elementOf(field.type, index, element).toString(16)}ULL;`;
      }),
    );
    return [
      `{ struct ${name} x; memset(&x, 0, sizeof x);`,
      `  printf("${name} %zu", sizeof x);`,
      ...fields.map((field) => `  printf(" ${field.name}=%zu", offsetof(struct ${name}, ${field.name}));`),
      ...fill,
      '  printf(" "); for (size_t i = 0; i < sizeof x; i++) printf("%02x", ((unsigned char *)&x)[i]);',
      '  printf("\\n"); }',
    ].join('\n');
  });
  return [
    '#include <stddef.h>',
    '#include <stdint.h>',
    '#include <stdio.h>',
    '#include <string.h>',
    '#include <sys/ioctl.h>',
    'typedef uint8_t U8; typedef uint16_t U16; typedef uint32_t U32;',
    `typedef uint64_t U64 __attribute__((aligned(${alignment})));`,
    ...declarations,
    'int main(void) {',
    ...prints,
    ...C_IOCTLS.map(([name, , macro]) => `printf("${name} 0x%lx\\n", (unsigned long)${macro});`),
    'return 0; }',
  ].join('\n');
}

const folder = mkdtempSync(join(tmpdir(), 'maskbit-abi-'));
afterAll(() => rmSync(folder, { recursive: true }));

function runC(alignment: number): string[] {
  writeFileSync(join(folder, 'abi.c'), program(alignment));
  const compiled = runCommand('gcc', ['-Wall', '-Werror', '-o', 'abi', 'abi.c'], folder);
  if (compiled.status !== 0) throw new Error(compiled.stderr);
  return runCommand(join(folder, 'abi'), []).stdout.trim().split('\n');
}

const hasCompiler = runCommand('gcc', ['--version']).status === 0;

// Without a compiler there is nothing to compare with. CI has one; there its absence is a failure.
const isSkipped = !hasCompiler && process.env.CI === undefined;

describe.skipIf(isSkipped)('the structs and ioctl numbers, against gcc (skipped where there is no gcc)', () => {
  test('are what the compiler makes of them on x86-64: sizes, offsets, holes, bytes, numbers', () => {
    const structs = C_STRUCTS.map(([struct]) => {
      const offsets = struct.fields.map(({ name, offset }) => `${name}=${offset}`).join(' ');
      return `${struct.name} ${struct.bytes} ${offsets} ${encoded(struct)}`;
    });
    const ioctls = C_IOCTLS.map(([name, number]) => `${name} 0x${number.toString(16)}`);
    expect(runC(8)).toEqual([...structs, ...ioctls]);
  });

  test('are told for i386, too, where a __u64 is aligned to 4 (hazard S5)', () => {
    const lines = runC(4).slice(0, C_STRUCTS.length);
    expect(lines.map((line) => line.split(' ').slice(0, -1).join(' '))).toEqual(
      C_STRUCTS.map(([struct]) => {
        const declaration = Object.fromEntries(
          struct.fields.map(({ name, type, length }) => [
            name,
            length === undefined ? type : ([type, length] as const),
          ]),
        );
        const { fields, bytes } = fieldsOf(declaration, 4);
        return [struct.name, bytes, ...fields.map(({ name, offset }) => `${name}=${offset}`)].join(' ');
      }),
    );
  });
});

test('the struct of the patch has two holes on x86-64 and none on i386', () => {
  expect([abi.ASSIGNED_MSIX_MMIO.bytes, abi.ASSIGNED_MSIX_MMIO.offset]).toEqual([
    32,
    { assigned_dev_id: 0, base_addr: 8, flags: 16, reserved: 24 },
  ]);
  const i386 = fieldsOf({ assigned_dev_id: 'u32', base_addr: 'u64', flags: 'u32', reserved: 'u64' }, 4);
  expect([i386.bytes, ...i386.fields.map(({ offset }) => offset)]).toEqual([24, 0, 4, 12, 16]);
});

test('what is encoded comes back when it is decoded, at any place of a buffer', () => {
  for (const [struct] of C_STRUCTS) {
    const view = new DataView(new ArrayBuffer(struct.bytes + 5));
    abi.encode(struct, filled(struct), view, 3);
    expect(abi.decode(struct, view, 3)).toEqual(filled(struct));
    expect([view.getUint8(0), view.getUint8(2), view.getUint8(struct.bytes + 3)]).toEqual([0, 0, 0]);
  }
});

test('a field that is none, and an array that is too long, are refused in a sentence', () => {
  const view = new DataView(new ArrayBuffer(64));
  expect(() => abi.encode(abi.MSIX_CONTROL, { enable: 1 }, view)).toThrow(
    new TypeError(
      'encode: got the field enable; expected one of assigned_dev_id, control, which are those of maskbit_msix_control.',
    ),
  );
  expect(() => abi.encode(abi.MSIX_ACCESS, { data: [1, 2, 3] }, view)).toThrow(
    new RangeError('encode: got 3 values for data of maskbit_msix_access; expected at most 2.'),
  );
});

test('numbers of Linux and of the patch are as they were looked up', () => {
  expect([abi.KVM_ASSIGN_REG_MSIX_MMIO, abi.KVM_ASSIGN_PCI_DEVICE, abi.KVM_ENABLE_CAP]).toEqual([
    0x4020ae7d, 0x8040ae69, 0x4068aea3,
  ]);
  expect([abi.KVM_CAP_DEVICE_MSIX_EXT, abi.KVM_CAP_DEVICE_MSIX_MASK, abi.KVM_MAX_MSIX_PER_DEV]).toEqual([59, 60, 256]);
  expect([abi.EFAULT, abi.EINVAL, abi.EEXIST, abi.ENODEV, abi.ENXIO, abi.ENOTTY, abi.ENOSPC, abi.EBUSY]).toEqual([
    -14, -22, -17, -19, -6, -25, -28, -16,
  ]);
});

test('a declaration is laid out as C does, holes and the end included', () => {
  const declaration = { a: 'u8', b: ['u16', 3], c: 'u64', d: 'u32', e: 'u8' } as const;
  const fields = [
    { name: 'a', type: 'u8', offset: 0 },
    { name: 'b', type: 'u16', offset: 2, length: 3 },
    { name: 'c', type: 'u64', offset: 8 },
    { name: 'd', type: 'u32', offset: 16 },
    { name: 'e', type: 'u8', offset: 20 },
  ];
  const offset = { a: 0, b: 2, c: 8, d: 16, e: 20 };
  expect(fieldsOf(declaration)).toEqual({ fields, offset, bytes: 24 });
  expect(fieldsOf(declaration).fields.map((field) => 'length' in field)).toEqual([false, true, false, false, false]);
  expect(fieldsOf({ a: 'u64', b: 'u32' })).toMatchObject({ bytes: 16 });
  expect(fieldsOf({ a: 'u64', b: 'u32' }, 4)).toMatchObject({ bytes: 12 });
  expect(fieldsOf({ a: 'u32', b: 'u8' })).toMatchObject({ bytes: 8 });
});
