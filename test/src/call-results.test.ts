/**
 * What each call returns, in each situation of the table in `spec/call-results.ts`. The buffers are of a C program, whose memory was full
 * of 0xaa before the fields that Linux looks at were set: holes, and fields that are ignored, hold that.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALL_RESULTS, type CallResult, type KernelCall } from '../../spec/call-results.ts';
import { ruleById } from '../../spec/index.ts';
import { abi } from '../../src/index.ts';
import { runCommand } from '../setup/command.ts';
import { Machine } from '../setup/machine.ts';

/** Of each call: its number, its struct as C declares it, and the fields that Linux looks at. */
const CALLS: Readonly<Record<string, { request: number; members: string; looked: readonly string[] }>> = {
  KVM_ASSIGN_PCI_DEVICE: {
    request: abi.KVM_ASSIGN_PCI_DEVICE,
    members: 'U32 assigned_dev_id; U32 busnr; U32 devfn; U32 flags; U32 segnr; U32 reserved[11];',
    looked: ['assigned_dev_id', 'busnr', 'devfn', 'flags', 'segnr'],
  },
  KVM_DEASSIGN_PCI_DEVICE: {
    request: abi.KVM_DEASSIGN_PCI_DEVICE,
    members: 'U32 assigned_dev_id; U32 busnr; U32 devfn; U32 flags; U32 segnr; U32 reserved[11];',
    looked: ['assigned_dev_id'],
  },
  KVM_ASSIGN_DEV_IRQ: {
    request: abi.KVM_ASSIGN_DEV_IRQ,
    members: 'U32 assigned_dev_id; U32 host_irq; U32 guest_irq; U32 flags; U32 reserved[12];',
    looked: ['assigned_dev_id', 'guest_irq', 'flags'],
  },
  KVM_DEASSIGN_DEV_IRQ: {
    request: abi.KVM_DEASSIGN_DEV_IRQ,
    members: 'U32 assigned_dev_id; U32 host_irq; U32 guest_irq; U32 flags; U32 reserved[12];',
    looked: ['assigned_dev_id', 'flags'],
  },
  KVM_ASSIGN_SET_MSIX_NR: {
    request: abi.KVM_ASSIGN_SET_MSIX_NR,
    members: 'U32 assigned_dev_id; U16 entry_nr; U16 padding;',
    looked: ['assigned_dev_id', 'entry_nr'],
  },
  KVM_ASSIGN_SET_MSIX_ENTRY: {
    request: abi.KVM_ASSIGN_SET_MSIX_ENTRY,
    members: 'U32 assigned_dev_id; U32 gsi; U16 entry; U16 padding[3];',
    looked: ['assigned_dev_id', 'gsi', 'entry'],
  },
  KVM_ASSIGN_REG_MSIX_MMIO: {
    request: abi.KVM_ASSIGN_REG_MSIX_MMIO,
    members: 'U32 assigned_dev_id; U64 base_addr; U32 flags; U64 reserved;',
    looked: ['assigned_dev_id', 'base_addr', 'flags', 'reserved'],
  },
  KVM_SET_GSI_ROUTING: { request: abi.KVM_SET_GSI_ROUTING, members: 'U32 nr; U32 flags;', looked: ['nr', 'flags'] },
  KVM_SIGNAL_MSI: {
    request: abi.KVM_SIGNAL_MSI,
    members: 'U32 address_lo; U32 address_hi; U32 data; U32 flags; U8 pad[16];',
    looked: ['address_lo', 'address_hi', 'data', 'flags'],
  },
};
const ROUTE = {
  members: 'U32 gsi; U32 type; U32 flags; U32 pad; U32 address_lo; U32 address_hi; U32 data; U32 rest[5];',
  looked: ['gsi', 'type', 'flags', 'address_lo', 'address_hi', 'data'],
};

/** Every buffer that the table needs, each once. */
const BUFFERS = [...new Set(CALL_RESULTS.flatMap((row) => [...row.before, row]).map(keyOf))];

function keyOf({ call, fields = {}, routes = [] }: KernelCall): string {
  return JSON.stringify({ call, fields, routes }, (_, value: unknown) =>
    typeof value === 'bigint' ? `0x${value.toString(16)}` : value,
  );
}

/** The program: it prints each buffer as a line of bytes. */
function program(): string {
  const structs = [...Object.entries(CALLS), ['route', ROUTE] as const];
  const fill = (struct: string, looked: readonly string[], fields: Readonly<Record<string, unknown>>): string[] => [
    `{ struct ${struct} x; memset(&x, 0xaa, sizeof x);`,
    ...looked.map((field) => `  x.${field} = ${(fields[field] as string | number | undefined) ?? 0};`),
    '  for (size_t i = 0; i < sizeof x; i++) printf("%02x", ((unsigned char *)&x)[i]); }',
  ];
  const prints = BUFFERS.flatMap((key) => {
    const { call, fields, routes } = JSON.parse(key) as Required<KernelCall>;
    return [
      ...fill(call, CALLS[call].looked, fields),
      ...routes.flatMap((each) => fill('route', ROUTE.looked, each)),
      'printf("\\n");',
    ];
  });
  return [
    '#include <stdint.h>',
    '#include <stdio.h>',
    '#include <string.h>',
    'typedef uint8_t U8; typedef uint16_t U16; typedef uint32_t U32; typedef uint64_t U64;',
    ...structs.map(([name, { members }]) => `struct ${name} { ${members} };`),
    'int main(void) {',
    ...prints,
    'return 0; }',
  ].join('\n');
}

const hasCompiler = runCommand('gcc', ['--version']).status === 0;
const isSkipped = !hasCompiler && process.env.CI === undefined;

describe('the table of what calls return', () => {
  test('names a rule for each difference from a kernel that has the call, and no other', () => {
    const wrong = CALL_RESULTS.filter(({ patched, linux, ours, rule }) => {
      const differs = [patched, linux].some((result) => result !== '-' && result !== ours);
      return rule === undefined ? differs : ruleById(rule).choice === undefined;
    });
    expect(wrong.map(({ call, situation }) => `${call}: ${situation}`)).toEqual([]);
  });

  test('has each situation of a call once', () => {
    const names = CALL_RESULTS.map(({ call, situation }) => `${call}: ${situation}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(73);
  });
});

//= MSIX-CALL-1, MSIX-CALL-2, MSIX-CALL-3, MSIX-CALL-4, MSIX-CALL-5, MSIX-CALL-6 type=test
describe.skipIf(isSkipped)('calls with buffers of a C program (skipped where there is no gcc)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-calls-'));
  const bytes = new Map<string, Uint8Array>();
  beforeAll(() => {
    writeFileSync(join(folder, 'calls.c'), program());
    const compiled = runCommand('gcc', ['-Wall', '-Werror', '-o', 'calls', 'calls.c'], folder);
    if (compiled.status !== 0) throw new Error(compiled.stderr);
    const lines = runCommand(join(folder, 'calls'), []).stdout.trim().split('\n');
    for (const [index, key] of BUFFERS.entries()) bytes.set(key, Uint8Array.from(Buffer.from(lines[index], 'hex')));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function make(machine: Machine, call: KernelCall): number {
    const buffer = bytes.get(keyOf(call))!;
    return machine.kernel.vmIoctl(CALLS[call.call].request, new DataView(buffer.slice().buffer));
  }

  /** A result as the table has it: a number, or the name of an errno. */
  function named(result: number): string {
    const errno = Object.entries(abi).find(([name, value]) => /^E[A-Z]+$/.test(name) && value === result);
    return result < 0 ? (errno?.[0] ?? String(result)) : String(result);
  }

  test('holes hold 0xaa', () => {
    const key = BUFFERS.find((each) => each.includes('REG_MSIX_MMIO'))!;
    expect([...bytes.get(key)!.subarray(4, 8), ...bytes.get(key)!.subarray(20, 24)]).toEqual(Array(8).fill(0xaa));
  });

  test.each(CALL_RESULTS.map((row): [string, string, CallResult] => [row.call, row.situation, row]))(
    '%s: %s',
    (_call, _situation, row) => {
      const machine = new Machine(4, 4);
      for (const call of row.before) expect([call.call, make(machine, call)]).toEqual([call.call, 0]);
      expect(named(make(machine, row))).toBe(row.ours);
    },
  );

  test('INTx is named where MSI-X is assigned, and MSI-X stays [MSIX-CALL-1]', () => {
    const machine = new Machine(4);
    const row = CALL_RESULTS.find(({ rule }) => rule === 'MSIX-CALL-1')!;
    for (const call of [...row.before, row]) make(machine, call);
    expect([machine.hosts[0].enabled, machine.kernel.devices.get(0)?.irqTypes]).toEqual([true, 0x404]);
  });
});
