/**
 * The routing table by itself: what a GSI stands for, which tables are refused, and that one that is refused leaves the old one as it was.
 */
import { describe, expect, test } from 'vitest';
import { abi } from '../../src/index.ts';
import { RoutingTable } from '../../src/kernel/routing.ts';

const MESSAGE = { type: abi.KVM_IRQ_ROUTING_MSI, address_lo: 0xfee01000, address_hi: 0, data: 0x41 };
const pin = (controller: number, number: number): abi.Values => ({
  ...{ type: abi.KVM_IRQ_ROUTING_IRQCHIP, address_lo: controller, address_hi: number },
});

/** A `kvm_irq_routing` from byte `at` of its buffer. */
function routing(entries: readonly abi.Values[], header: abi.Values = {}, at = 0): DataView {
  const first = at + abi.IRQ_ROUTING.bytes;
  const view = new DataView(new ArrayBuffer(first + entries.length * abi.IRQ_ROUTING_ENTRY.bytes));
  abi.encode(abi.IRQ_ROUTING, { nr: entries.length, ...header }, view, at);
  for (const [index, entry] of entries.entries())
    abi.encode(abi.IRQ_ROUTING_ENTRY, entry, view, first + index * abi.IRQ_ROUTING_ENTRY.bytes);
  return view;
}

/** A table with these routes. */
function tableOf(...entries: readonly abi.Values[]): RoutingTable {
  const table = new RoutingTable();
  const result = table.replace(routing(entries, {}, 8), 8);
  if (result !== 0) throw new Error(`got ${result}; expected 0.`);
  return table;
}

/** The words of a GSI: type, and what its union says. */
const words = ({ routes }: RoutingTable, gsi: number): number[] => [...routes.subarray(4 * gsi, 4 * gsi + 4)];

describe('a table that is taken', () => {
  test('says where the message of a GSI begins, and of no other number', () => {
    const table = tableOf(
      { gsi: 0, ...MESSAGE, address_hi: 2 },
      { gsi: 7, ...MESSAGE, data: 0x42 },
      { gsi: 8, ...pin(2, 8) },
    );
    expect([0, 7].map((gsi) => table.messageAt(gsi))).toEqual([1, 29]);
    expect([...table.routes.subarray(29, 32)]).toEqual([0xfee01000, 0, 0x42]);
    // Half of a GSI is none, though the word that it would lead to looks like the type of a message.
    for (const gsi of [1, 8, 0.5, -1, 1023, 1024, 2 ** 30, 2 ** 32, NaN, Infinity])
      expect(table.messageAt(gsi)).toBe(-1);
  });

  test('ends a route where its message ends: what is behind it is no route of the next GSI', () => {
    const table = tableOf({ gsi: 5, ...MESSAGE, rest: [2, 2, 2, 2, 2] });
    expect([words(table, 5), words(table, 6), table.messageAt(6)]).toEqual([
      [2, 0xfee01000, 0, 0x41],
      [0, 0, 0, 0],
      -1,
    ]);
  });

  test('keeps of a GSI that is a pin of two controllers the first', () => {
    expect(words(tableOf({ gsi: 3, ...pin(0, 3) }, { gsi: 3, ...pin(2, 4) }), 3)).toEqual([1, 0, 3, 0]);
  });

  test('replaces the one before whole', () => {
    const table = tableOf({ gsi: 3, ...MESSAGE });
    expect(table.replace(routing([{ gsi: 4, ...MESSAGE }]), 0)).toBe(0);
    expect([table.messageAt(3), table.messageAt(4)]).toEqual([-1, 17]);
  });

  test.each([
    ['the last GSI', [{ gsi: 1023, ...MESSAGE }]],
    [
      'the last pins',
      [
        { gsi: 1, ...pin(0, 15) },
        { gsi: 2, ...pin(1, 7) },
        { gsi: 3, ...pin(2, 23) },
      ],
    ],
    [
      'one pin under two GSIs',
      [
        { gsi: 1, ...pin(0, 3) },
        { gsi: 2, ...pin(0, 3) },
      ],
    ],
    ['as many as there may be', Array.from({ length: 1023 }, (_, gsi) => ({ gsi, ...MESSAGE }))],
  ])('may have %s', (_name, entries) => {
    const table = new RoutingTable();
    expect(table.replace(routing(entries), 0)).toBe(0);
  });
});

describe('a table that is refused leaves the old one', () => {
  test.each([
    ['flags of its own', [], { flags: 1 }, abi.EINVAL],
    ['flags in an upper byte', [], { flags: 0x0100_0000 }, abi.EINVAL],
    ['too many entries', [], { nr: 1024 }, abi.EINVAL],
    ['fewer bytes than entries', [{ gsi: 1, ...MESSAGE }], { nr: 2 }, abi.EFAULT],
    ['flags of an entry', [{ gsi: 1, ...MESSAGE, flags: 1 }], {}, abi.EINVAL],
    ['a GSI beyond the last', [{ gsi: 1024, ...MESSAGE }], {}, abi.EINVAL],
    ['a pin of a GSI beyond the last', [{ gsi: 1024, ...pin(0, 1) }], {}, abi.EINVAL],
    ['a GSI far beyond the last', [{ gsi: 2 ** 31, ...MESSAGE }], {}, abi.EINVAL],
    ['a type that does not exist', [{ gsi: 1, ...MESSAGE, type: 3 }], {}, abi.EINVAL],
    ['no type', [{ gsi: 1, ...MESSAGE, type: 0 }], {}, abi.EINVAL],
    ['a pin that PIC 0 does not have', [{ gsi: 1, ...pin(0, 16) }], {}, abi.EINVAL],
    ['a pin that PIC 1 does not have', [{ gsi: 1, ...pin(1, 8) }], {}, abi.EINVAL],
    ['a pin that the I/O APIC does not have', [{ gsi: 1, ...pin(2, 24) }], {}, abi.EINVAL],
    ['a controller that does not exist', [{ gsi: 1, ...pin(3, 0) }], {}, abi.EINVAL],
    [
      'two messages of a GSI',
      [
        { gsi: 1, ...MESSAGE },
        { gsi: 1, ...MESSAGE },
      ],
      {},
      abi.EINVAL,
    ],
    [
      'a message and a pin',
      [
        { gsi: 1, ...MESSAGE },
        { gsi: 1, ...pin(0, 1) },
      ],
      {},
      abi.EINVAL,
    ],
    [
      'a pin and a message',
      [
        { gsi: 1, ...pin(0, 1) },
        { gsi: 1, ...MESSAGE },
      ],
      {},
      abi.EINVAL,
    ],
    [
      'two pins of one controller',
      [
        { gsi: 1, ...pin(0, 1) },
        { gsi: 1, ...pin(0, 2) },
      ],
      {},
      abi.EINVAL,
    ],
    [
      'two pins of one controller, with another between',
      [
        { gsi: 1, ...pin(0, 1) },
        { gsi: 1, ...pin(1, 1) },
        { gsi: 1, ...pin(0, 2) },
      ],
      {},
      abi.EINVAL,
    ],
  ])('with %s', (_name, entries, header, errno) => {
    const table = tableOf({ gsi: 3, ...MESSAGE });
    const before = table.routes.join();
    expect(table.replace(routing(entries, header), 0)).toBe(errno);
    expect(table.routes.join()).toBe(before);
  });
});

describe('a route that was saved', () => {
  test('comes back, or goes, for itself; a GSI beyond the last is none', () => {
    const table = tableOf({ gsi: 3, ...MESSAGE }, { gsi: 4, ...MESSAGE });
    table.restore(3, Uint32Array.of(0xfee02000, 1, 0x55));
    table.restore(4, undefined);
    table.restore(5, Uint32Array.of(1, 2, 3));
    expect([2, 3, 4, 5, 6].map((gsi) => words(table, gsi))).toEqual([
      [0, 0, 0, 0],
      [2, 0xfee02000, 1, 0x55],
      [0, 0, 0, 0],
      [2, 1, 2, 3],
      [0, 0, 0, 0],
    ]);
    const before = table.routes.join();
    for (const gsi of [1024, 2 ** 31]) table.restore(gsi, Uint32Array.of(1, 2, 3));
    expect(table.routes.join()).toBe(before);
  });
});
