/**
 * Histories for the simulator, at random: what guests, userspaces, devices and callbacks do, weighted so that vectors get live, messages
 * are in flight, and the rare acts still come.
 */
import * as fc from 'fast-check';
import { type Act, NONSENSE, type Reaction, type Step, WORKS } from './world.ts';

const device = fc.integer({ min: 0, max: 2 });
const vcpu = fc.constantFrom(0, 0, 1);
const vector = fc.integer({ min: 0, max: 2 });
const bytes = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(4, 8) },
  { weight: 1, arbitrary: fc.constantFrom(1, 2, 3, 0) },
);
const offset = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 11 }).map((dword) => 4 * dword) },
  { weight: 2, arbitrary: fc.constantFrom(0x2000, 0x2004) },
  { weight: 1, arbitrary: fc.constantFrom(-4, 1, 0x1ffc, 0x2008, 0xfffc, 0x10000) },
);
const word = fc.constantFrom(0, 1, 0xfee01000, 0xfee02003, 0x41, 0x42, 0x80000000, 0xffffffff);
const record = fc.record;
/** Base Address Register 0, the command register, a Function Level Reset, and the power states: D0, one that there is not, D3hot. */
const CONFIG_WRITES = [
  ...([0x7ebf0000, 0x10000, 0x8000, 0].map((base) => [0x10, base]) as [number, number][]),
  ...([0x7ebf0000, 0x10000, 6, 0].map((command) => [0x04, command]) as [number, number][]),
  ...([[0x68, 0x8000]] as [number, number][]),
  ...([0, 1, 3].map((state) => [0x44, state]) as [number, number][]),
];
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: record({
      do: fc.constant('control' as const),
      device,
      vcpu,
      value: fc.constantFrom(0x8000, 0x8000, 0xc000, 0, 0x4000),
    }),
  },
  { weight: 5, arbitrary: record({ do: fc.constant('read' as const), device, vcpu, offset, bytes }) },
  {
    weight: 3,
    arbitrary: record({ do: fc.constant('write' as const), device, vcpu, offset, bytes, low: word, high: word }),
  },
  // Masks and unmasks, which guests do all day.
  {
    weight: 8,
    arbitrary: record({ device, vcpu, vector, low: fc.constantFrom(0, 0, 1) }).map(
      ({ device: at, vcpu: by, vector: index, low }): Act => ({
        do: 'write',
        device: at,
        vcpu: by,
        offset: 16 * index + 12,
        bytes: 4,
        low,
        high: 0,
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: record({ device, vcpu, vector, data: fc.constantFrom(0x41, 0x42) }).map(
      ({ device: at, vcpu: by, vector: index, data }): Act => ({
        do: 'write',
        device: at,
        vcpu: by,
        offset: 16 * index,
        bytes: 8,
        low: 0xfee01000 + 4096 * (data & 1),
        high: 0,
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: record({ device, vcpu, write: fc.constantFrom(...CONFIG_WRITES) }).map(
      ({ device: at, vcpu: by, write: [place, value] }): Act => ({
        do: 'config',
        device: at,
        vcpu: by,
        offset: place,
        value,
      }),
    ),
  },
  { weight: 10, arbitrary: record({ do: fc.constant('signal' as const), device, vector }) },
  { weight: 1, arbitrary: record({ do: fc.constant('retire' as const), device, vector }) },
  { weight: 5, arbitrary: record({ do: fc.constant('arrive' as const), device, vector }) },
  {
    weight: 4,
    arbitrary: record({ do: fc.constant('handover' as const), device, step: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 8,
    arbitrary: record({ do: fc.constant('work' as const), device: fc.constant(2), step: fc.constantFrom(...WORKS) }),
  },
  { weight: 14, arbitrary: record({ do: fc.constant('complete' as const), device, vcpu }) },
  {
    weight: 1,
    arbitrary: record({
      do: fc.constantFrom('reset' as const, 'remove' as const, 'assign' as const, 'assign' as const),
      device,
    }),
  },
  {
    weight: 1,
    arbitrary: record({ do: fc.constantFrom('keep' as const, 'back' as const, 'restore' as const), device }),
  },
  { weight: 2, arbitrary: record({ do: fc.constant('damage' as const), device, bit: fc.nat(4095) }) },
  {
    weight: 2,
    arbitrary: record({ do: fc.constant('nonsense' as const), device, which: fc.nat(NONSENSE.length - 1) }),
  },
);

// From within a callback a save is taken nowhere: what is in the middle of a call is no state of a device.
const inner = act.filter((each) => !['damage', 'nonsense'].includes(each.do));
const reaction: fc.Arbitrary<Reaction> = record({
  acts: fc.array(inner, { maxLength: 3 }),
  throws: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const reactions: fc.Arbitrary<readonly Reaction[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(reaction, { maxLength: 4 }) },
);

/** How a guest brings a device up, or does not: from nothing there is a long way to the first message. */
function broughtUp(at: number): readonly Act[] {
  const handovers = [0, 1].map((step): Act => ({ do: 'handover', device: at, step }));
  const unmasks = [0, 1, 2].map((index): Act => ({
    ...{ do: 'write', device: at, vcpu: 0, offset: 16 * index + 12, bytes: 4, low: 0, high: 0 },
  }));
  return [
    { do: 'control', device: at, vcpu: 0, value: 0x8000 },
    { do: 'complete', device: at, vcpu: 0 },
    ...handovers,
    ...unmasks,
  ];
}

/** In the posted design what is not used yet is told first, and userspace builds it up. */
function postedUp(): readonly Act[] {
  const of = { device: 2, vcpu: 0 } as const;
  const entries = [0, 1].flatMap((index): Act[] => [
    { ...of, do: 'write', offset: 16 * index, bytes: 8, low: 0xfee01000, high: 0 },
    { ...of, do: 'complete' },
  ]);
  const control: Act[] = [
    { ...of, do: 'control', value: 0x8000 },
    { ...of, do: 'complete' },
  ];
  const works = (['tellBase', 'enableAll', 'place'] as const).map((step): Act => ({ do: 'work', device: 2, step }));
  return [...entries, ...control, ...works];
}

const beginnings = fc.constantFrom([], [0], [1], [0, 1], [2], [0, 1, 2]);

/** A history of up to a hundred steps, after a beginning. */
export const histories: fc.Arbitrary<Step[]> = fc
  .tuple(beginnings, fc.array(record({ act, reactions }), { maxLength: 100, size: 'max' }))
  .map(([up, steps]) => [
    ...up.flatMap((at) => (at === 2 ? postedUp() : broughtUp(at))).map((each) => ({ act: each, reactions: [] })),
    ...steps,
  ]);
