/**
 * Faults of ten further kinds, planted in the recordings at places that a seed chooses: what the guest forgot or undid, and what the device did
 * wrong. `explain` names the line of each.
 */
import { describe, expect, test } from 'vitest';
import { type Cause, explain } from '../../../conformance/replay/explain.ts';
import { messageName } from '../../../conformance/replay/events.ts';
import { replay } from '../../../conformance/replay/replay.ts';
import { logLines, messageLine } from '../../setup/logs.ts';

const RECORDINGS = ['linux-6.1-e1000e-q35', 'linux-6.1-qemu-xhci-q35', 'linux-6.1-vmxnet3-pc', 'base'] as const;

/** A vector that sends at this line, with the lines of its table and of its function. */
interface Place {
  readonly lines: readonly string[];
  readonly device: string;
  readonly vector: number;
  readonly message: string;
  /** The entry, as the guest reads it. */
  readonly entry: readonly number[];
  /** Message Control, and where it is. */
  readonly control: number;
  readonly capability: number;
  readonly table: (verb: 'read' | 'write', dword: number, value: number) => string;
}

/** A place of a recording: the log up to a message that a seed chooses, in a guest that goes on. */
function placeOf(name: string, seed: number): Place {
  const all = logLines(name);
  const places: Omit<Place, 'lines' | 'device' | 'capability' | 'table'>[] = [];
  const ends: number[] = [];
  let dwords: Uint32Array = new Uint32Array(0);
  let address = 0;
  const { geometry } = replay(() => [all.join('\n'), '\n'], {
    watch: ({ kind, line, state, vector, message }) => {
      if (state !== undefined) dwords = state.dwords;
      if (kind !== 'message' || vector === undefined || message === undefined) return;
      const entry = [...dwords.subarray(1 + 4 * vector, 5 + 4 * vector)];
      places.push({ vector, message, entry, control: dwords[0] });
      ends.push(line);
    },
  });
  for (const line of all) {
    const found = /addr 0x([0-9a-f]+) .*'msix-table'$/.exec(line);
    if (found !== null) address = Math.floor(Number.parseInt(found[1], 16) / 0x1000) * 0x1000;
  }
  const at = (seed * 7919) % places.length;
  const { device, capability, tableOffset } = geometry;
  const base = address + (tableOffset % 0x1000);
  const { vector } = places[at];
  return {
    ...places[at],
    device,
    capability,
    lines: all.slice(0, ends[at]),
    table: (verb, dword, value) =>
      `memory_region_ops_${verb} cpu 0 addr 0x${(base + 16 * vector + 4 * dword).toString(16)} value 0x${value.toString(16)} size 4 name 'msix-table'`,
  };
}

const config = ({ device }: Place, offset: number, value: number): string =>
  `pci_cfg_write ${device} @0x${offset.toString(16)} <- 0x${value.toString(16)}`;
const setControl = (place: Place, value: number): string[] => [
  config(place, place.capability + 2, value),
  `msix_write_config dev ${place.device.split(' ')[0]} enabled ${value >> 15} masked ${(value >> 14) & 1}`,
];

interface Fault {
  readonly kind: string;
  readonly cause: Cause;
  /** What is added to the log, and which line of it is to be named, from 0. */
  readonly plant: (place: Place) => readonly [lines: readonly string[], named: number];
}

const FAULTS: readonly Fault[] = [
  {
    kind: 'the guest masks and never unmasks',
    cause: 'masked',
    plant: ({ table }) => [[table('write', 3, 1), table('read', 3, 1)], 0],
  },
  {
    kind: 'the guest leaves Function Mask set',
    cause: 'function masked',
    plant: (place) => [setControl(place, place.control | 0x4000), 0],
  },
  {
    kind: 'the guest writes the masked entry anew, and leaves it masked',
    cause: 'masked',
    plant: ({ table, entry }) => [[table('write', 3, 1), table('write', 0, entry[0]), table('write', 2, 0x99)], 0],
  },
  {
    kind: 'the guest clears Bus Master Enable',
    cause: 'bus master',
    plant: (place) => [[config(place, 4, 0x2), place.table('read', 3, 0)], 0],
  },
  {
    kind: 'the guest writes zeros, and unmasks',
    cause: 'zeros',
    plant: ({ table }) => [
      [table('write', 3, 1), ...[0, 1, 2].map((dword) => table('write', dword, 0)), table('write', 3, 0)],
      // The data, which are the last to become zero.
      3,
    ],
  },
  {
    kind: 'QEMU resets the device, and the guest does not set it up again',
    cause: 'disabled',
    plant: ({ device }) => [[`resettable_phase_hold_exec obj=0x55d0(${device.split(' ')[0]}) method=1`], 0],
  },
  {
    kind: 'the device sends while Function Mask is set',
    cause: 'device',
    plant: (place) => [[...setControl(place, place.control | 0x4000), messageLine(place.message)], 2],
  },
  {
    kind: 'the device sends a torn message, the new address with the old data',
    cause: 'device',
    plant: ({ table, entry }) => [
      [
        table('write', 3, 1),
        table('write', 0, (entry[0] ^ 0x1000) >>> 0),
        messageLine(messageName((entry[0] ^ 0x1000) >>> 0, entry[1], entry[2])),
        table('write', 2, entry[2] ^ 1),
      ],
      2,
    ],
  },
  {
    kind: 'the device returns another address than was written',
    cause: 'device',
    plant: ({ table, entry }) => [[table('read', 0, (entry[0] ^ 0x1000) >>> 0)], 0],
  },
  {
    kind: 'the device loses the Mask Bit',
    cause: 'device',
    plant: ({ table }) => [[table('write', 3, 1), table('read', 3, 0)], 1],
  },
];

describe.each(FAULTS.map((fault, index) => ({ ...fault, seed: index + 1 })))(
  '$kind',
  ({ cause: wanted, plant, seed }) => {
    test.each(RECORDINGS)('%s', (name) => {
      const place = placeOf(name, seed);
      const [added, named] = plant(place);
      const { device, vector } = place;
      const edited = [...place.lines, ...added];
      const { cause, line, sentence } = explain(() => [edited.join('\n'), '\n'], { device, vector });
      expect([cause, line], sentence).toEqual([wanted, place.lines.length + named + 1]);
    });
  },
);

test.each(RECORDINGS)('without a fault nothing of the kind is said: %s', (name) => {
  const { lines, device, vector } = placeOf(name, 1);
  expect(explain(() => [lines.join('\n'), '\n'], { device, vector }).cause).toBe('sent');
});
