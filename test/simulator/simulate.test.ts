/**
 * A short share of the simulator, from fixed seeds, and the histories in which it has found something: a minute of it, and as long as one likes, is
 * `npm run simulate`.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Counts, simulations } from './simulate.ts';
import { type Act, differenceOf } from './world.ts';

/** How many histories: fewer for each mutant of the source, where one that differs is not shrunk either. */
const RUNS = Number(process.env['SIMULATED_RUNS'] ?? 300);
const counts: Counts = { acts: 0, calls: 0 };

test.each(simulations(counts))('$name tell, answer and look as the reference does', ({ property }) => {
  const before = counts.calls;
  fc.assert(property, { seed: 20101020, numRuns: RUNS, endOnFailure: process.env['SIMULATED_RUNS'] !== undefined });
  // What tells nothing has checked nothing.
  expect(counts.calls - before).toBeGreaterThan(5 * RUNS);
});

const DEVICES = ['reviewed', 'checked', 'posted'] as const;
const config = (device: number, offset: number, value: number): Act[] => [
  { do: 'config', device, vcpu: 0, offset, value },
  { do: 'complete', device, vcpu: 0 },
];
const read = (device: number, vcpu: number, offset: number, bytes: number): Act => ({
  ...{ do: 'read', device, vcpu, offset, bytes },
});

/** What the simulator has found, and histories like those, by what they are about. */
const FOUND: Readonly<Record<string, (device: number) => readonly Act[]>> = {
  'a read from before a reset that moves the page back is answered by nobody': (device) => [
    ...config(device, 0x10, 0x10000),
    read(device, 0, 0, 4),
    { do: 'reset', device },
    { do: 'complete', device, vcpu: 0 },
  ],
  'and so is one of another vCPU; one that a reset does not move is answered': (device) => [
    read(device, 1, 12, 4),
    { do: 'reset', device },
    { do: 'complete', device, vcpu: 1 },
    ...config(device, 0x10, 0x10000),
    read(device, 1, 0, 8),
    { do: 'reset', device },
    { do: 'complete', device, vcpu: 1 },
  ],
  'a read that no register answers has nothing of the answer before in its upper dword': (device) => [
    { do: 'write', device, vcpu: 0, offset: 0, bytes: 8, low: 0xfee01000, high: 0 },
    { do: 'complete', device, vcpu: 0 },
    { do: 'control', device, vcpu: 0, value: 0x8000 },
    { do: 'complete', device, vcpu: 0 },
    ...(['tellBase', 'enableAll', 'place'] as const).map((step): Act => ({ do: 'work', device, step })),
    ...[0, 1].map((step): Act => ({ do: 'handover', device, step })),
    read(device, 0, 0, 8),
    read(device, 0, 4, 8),
    { do: 'complete', device, vcpu: 0 },
  ],
  'a reset by one vCPU ends the write of another': (device) => [
    { do: 'write', device, vcpu: 1, offset: 0, bytes: 8, low: 0xfee01000, high: 0 },
    ...config(device, 0x68, 0x8000),
    ...config(device, 0x10, 0x7ebf0000),
    ...config(device, 0x04, 6),
    { do: 'complete', device, vcpu: 1 },
  ],
  'a sleeping device sends nothing, and wakes up reset': (device) => [
    ...config(device, 0x44, 3),
    { do: 'signal', device, vector: 0 },
    { do: 'control', device, vcpu: 0, value: 0x8000 },
    { do: 'complete', device, vcpu: 0 },
    read(device, 1, 0, 4),
    ...config(device, 0x44, 1),
    ...config(device, 0x44, 0),
    { do: 'complete', device, vcpu: 1 },
  ],
};

test.each(Object.entries(FOUND))('%s', (_, acts) => {
  const differences = DEVICES.map((_name, device) => differenceOf(acts(device).map((act) => ({ act, reactions: [] }))));
  expect(differences).toEqual(DEVICES.map(() => undefined));
});
