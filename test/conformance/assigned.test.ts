import { readFileSync } from 'node:fs';
import { initialTransition } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { Stepper } from '../../checker/compile/step.ts';
import { packValue, unpackValue } from '../../checker/compile/layout.ts';
import { parseManifest } from '../../checker/decide/manifest.ts';
import { compareRuns } from '../../checker/decide/refine.ts';
import { enumerate, stepper } from '../../checker/explore/enumerate.ts';
import { explore } from '../../checker/explore/explore.ts';
import { simplePaths, transitionPaths } from '../../checker/explore/paths.ts';
import { checkSpec } from '../../checker/machine/subset.ts';
import { readTrace, packTrace } from '../../checker/trace/codec.ts';
import { printSequence } from '../../checker/export/sequence.ts';
import { reduceTrace, replayTrace } from '../../checker/trace/trace.ts';
import { AssignedAdapter, IMPLEMENTED } from '../../conformance/device/assigned.ts';
import { AssignedDriver, handOverAndBack } from '../../conformance/paths/assigned-drive.ts';
import { createHost, createOwnership } from '../../conformance/device/parts.ts';
import { drivePart } from '../../conformance/paths/parts.ts';
import { createAssignedDevice } from '../../machines/assigned-device.ts';
import {
  CHAIN,
  CHECKED,
  DESIGNS,
  DIRECT,
  designByName,
  HANDED,
  moving,
  POSTED,
  REPAIRS,
  REVIEWED,
  without,
} from '../../machines/designs.ts';
import { THREE, TWO } from '../../machines/messages.ts';
import { MONITORS } from '../../machines/monitors.ts';
import { BRING_UP } from '../../properties/assigned/claims.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { ASSIGNED_PROPERTIES } from '../../properties/assigned/index.ts';
import { BREAKERS, decideBroken, decideWhole } from '../../properties/assigned/mutants.ts';
import {
  decideObjection,
  HANDOVER_OBJECTIONS,
  handoverProblems,
  OBJECTIONS,
  reviewedWithout,
  UNEXPRESSED,
} from '../../properties/assigned/objections.ts';
import type { AssignedVerdict } from '../../properties/assigned/property.ts';
import { traceVerdict } from '../../properties/assigned/trace.ts';
import { ASSIGNED_CAST } from '../../properties/cast.ts';
import { createInstance } from '../../properties/instances.ts';
import { MACHINE_NAMES } from '../../properties/names.ts';
import { subjectByName } from '../../properties/subject.ts';
import { AssignedDevice } from '../../src/index.ts';

/** Every design that has a name, and the reviewed one without each of its repairs. */
const ALL_DESIGNS = [...DESIGNS, ...REPAIRS.map((repair) => without(REVIEWED, repair))];

describe('the machines of the assigned device', () => {
  test.each(ALL_DESIGNS)('$name lies in the subset, with every monitor', (design) => {
    const options = { design, vectors: 2, messages: THREE, monitors: MONITORS, watched: [0, 1] };
    expect(() => checkSpec(createAssignedDevice(options).machine)).not.toThrow();
  });

  //= MSIX-OWN-1 type=test
  test.each([
    ['ownership', 8, 16],
    ['host-function', 6, 17],
    ['assigned-device', 3180, 18832],
  ] as const)('%s has %i states and %i transitions', (name, states, transitions) => {
    const { machine, events } = createInstance(name);
    checkSpec(machine);
    const { summary } = explore(compile(machine, events));
    expect([summary.states, summary.transitions, summary.deadlocks]).toEqual([states, transitions, 0]);
  });

  test.each([POSTED, DIRECT, REVIEWED, CHECKED])('$name is not changed by being watched', (design) => {
    const bare = createAssignedDevice({ design, vectors: 1, messages: TWO });
    const watched = createAssignedDevice({ design, vectors: 1, messages: TWO, monitors: MONITORS });
    const [one, other] = [bare, watched].map(({ machine, events }) => explore(compile(machine, events)));
    const same = { event: (name: string) => name, first: seen, other: seen };
    expect(compareRuns(one, other, same)).toMatchObject({ same: true, pairs: other.states.count });
    // What the monitors add to a state is all that there is more of.
    const states = new Set(
      Array.from({ length: other.states.count }, (_, state) => {
        const { monitor, ...rest } = other.value(state) as Record<string, unknown>;
        void monitor;
        return JSON.stringify(rest);
      }),
    );
    expect(states.size).toBe(one.states.count);
  });

  // A monitor may take an event that the machine ignores; what comes out is the same.
  const seen = ({ outputs }: { outputs: readonly string[] }): string => outputs.join(' ');

  test.each(ALL_DESIGNS)('$name is compiled to what XState does, on a sample', (design) => {
    const { machine, events } = createAssignedDevice({
      design,
      vectors: 2,
      messages: TWO,
      monitors: ['fresh', 'owed'],
    });
    const compiled = compile(machine, events);
    const exploration = explore(compiled, { limits: { states: 20_000 } });
    const step = stepper(machine);
    const compiledStep = new Stepper(compiled);
    const target = new Int32Array(compiled.wordCount);
    // Every 997th state, and in each every event.
    for (let state = 0; state < 19_000; state += 997) {
      const value = exploration.value(state);
      const snapshot = machine.resolveState({ value, context: {} });
      const words = packValue(compiled, value);
      for (const [event, name] of events.entries()) {
        const { next, outputs } = step(snapshot, name);
        compiledStep.stepWords(words, 0, event, target, 0);
        expect(unpackValue(compiled, target)).toEqual(next.value);
        expect(compiledStep.outputs(words)).toEqual(outputs);
      }
    }
  });

  test('are known by name, and a design that is none is refused', () => {
    expect(MACHINE_NAMES).toContain('assigned-device');
    expect(designByName('reviewed without flush')).toMatchObject({ flush: false, latch: true, grow: true });
    expect(designByName('posted moved')).toEqual(moving(POSTED));
    const two = { design: moving(POSTED), vectors: 1, messages: TWO, vcpus: 2 };
    expect(() => createAssignedDevice(two)).toThrow('Got 2 as vcpus of createAssignedDevice; expected');
    expect(() => designByName('perfect')).toThrow(/^Got the design perfect; expected one of posted, flushing, /);
    expect(() => designByName('posted without tea')).toThrow(
      'or one of them without a repair that it has: flush, latch, oneOwner, direct, grow.',
    );
    expect(() => designByName('posted without flush')).toThrow('Got the design posted without flush;');
    expect(() => designByName('reviewed without flush without latch')).toThrow(
      'Got the design reviewed without flush without',
    );
  });

  test('differ by one repair from each other, along the chain', () => {
    const repairs = CHAIN.map((design) => REPAIRS.filter((repair) => design[repair]));
    expect(repairs).toEqual(REPAIRS.map((_, count) => REPAIRS.slice(0, count)).concat([[...REPAIRS]]));
    expect(CHECKED).toMatchObject({ ...REVIEWED, name: 'checked', title: expect.any(String), check: true });
  });
});

/** Verdicts are decided once for all tests. */
const decided = new Map<string, AssignedVerdict[]>();
function verdictsOf(design: (typeof DESIGNS)[number]): AssignedVerdict[] {
  const known = decided.get(design.name);
  if (known !== undefined) return known;
  const verdicts = new AssignedInstance({ design, vectors: 1, messages: THREE }).decideAll(ASSIGNED_PROPERTIES);
  decided.set(design.name, verdicts);
  return verdicts;
}

describe('the chain of designs', () => {
  //= MSIX-ASSIGN-1 type=test
  //= MSIX-ASSIGN-2 type=test
  //= MSIX-ASSIGN-3 type=test
  //= MSIX-ASSIGN-4 type=test
  //= MSIX-ASSIGN-5 type=test
  //= MSIX-ASSIGN-6 type=test
  //= MSIX-ASSIGN-7 type=test
  //= MSIX-ASSIGN-10 type=test
  test.each(OBJECTIONS)('turns "$words" from fails to holds by one repair ($of)', (objection) => {
    const repaired = REPAIRS.indexOf(objection.repair) + 1;
    const results = CHAIN.map((design) => decideObjection(objection, design).result);
    expect(results).toEqual(CHAIN.map((_, index) => (index < repaired ? 'fails' : 'holds')));
    expect(decideObjection(objection, CHECKED).result).toBe('holds');
    // The repair is needed: the reviewed design without it alone fails again.
    expect(decideObjection(objection, reviewedWithout(objection)).result).toBe('fails');
  });

  test('has objections whose traces are pinned, so that none turns to another cause unseen', () => {
    const traces = OBJECTIONS.map((objection) => [objection.name, decideObjection(objection, POSTED).path?.at(-1)]);
    expect(traces).toEqual([
      ['late-arrival', 'fabric.arrive.0'],
      ['discarded-write', 'fabric.arrive.0'],
      ['two-records', 'vmm.complete'],
      ['stale-record', 'vmm.complete'],
      ['stale-enable', 'device.signal.0'],
      ['live-before', 'device.signal.0'],
      ['live-after', 'device.signal.0'],
      ['moved-bar', 'device.signal.0'],
      ['zeros', 'device.signal.0'],
      ['contents-matter', 'fabric.arrive.0'],
      ['lost-event', 'device.signal.0'],
      ['rebuild', 'vmm.disableAll'],
    ]);
    const lengths = OBJECTIONS.map((objection) => decideObjection(objection, POSTED).path?.length);
    expect(lengths).toEqual([4, 6, 7, 5, 9, 3, 3, 5, 6, 7, 3, 7]);
  });

  //= MSIX-POSTED-8 type=test
  test('the window of S2 stands open under a lock of userspace too: what exits there is completed after it [MSIX-POSTED-8]', () => {
    const { machine } = createAssignedDevice({ design: POSTED, vectors: 1, messages: TWO, vcpus: 2 });
    const step = stepper(machine);
    const placing = BRING_UP.slice(0, BRING_UP.indexOf('kernel.place'));
    const locked = [...placing, 'vcpu1.mask.0', 'kernel.place', 'vmm.complete1', 'device.signal.0'];
    const [initial] = initialTransition(machine);
    const end = locked.reduce(({ next }, event) => step(next, event), step(initial, 'none'));
    expect(end.outputs).toEqual(['send.0']);
    expect(end.next.matches({ vector0: { userMask: 'masked', kernelMask: 'unmasked' }, ownership: 'kernel' })).toBe(
      true,
    );
  });

  //= MSIX-POSTED-7 type=test
  test('has nothing to say of a handover at any time, which the patch does not have: the design handed fails it', () => {
    expect(handoverProblems()).toEqual([]);
    const { path } = decideObjection(HANDOVER_OBJECTIONS[0], HANDED);
    expect(path?.at(-1)).toBe('vmm.register');
    expect(createAssignedDevice({ design: POSTED, vectors: 1, messages: TWO }).events).not.toContain('vmm.register');
  });

  test('breaks no property that held before', () => {
    const results = CHAIN.map(verdictsOf);
    for (const [index, { name }] of ASSIGNED_PROPERTIES.entries()) {
      const along = results.map((verdicts) => verdicts[index].result).filter((result) => result !== 'n/a');
      expect([name, along.slice(along.indexOf('holds')).includes('fails') && along.includes('holds')]).toEqual([
        name,
        false,
      ]);
    }
  });

  test('answers every hazard of the patch, or says why it cannot', () => {
    const asked = new Set(OBJECTIONS.flatMap(({ of }) => of.split(', ')));
    for (const hazard of ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7']) {
      expect([hazard, asked.has(hazard) || hazard in UNEXPRESSED]).toEqual([hazard, true]);
    }
  });

  //= MSIX-ASSIGN-8 type=test
  //= MSIX-ASSIGN-9 type=test
  //= MSIX-OWN-2 type=test
  //= MSIX-OWN-3 type=test
  test('ends in a design that fails nothing but arrivals at a masked vector, and one that fails nothing', () => {
    const failing = [REVIEWED, CHECKED].map((design) => verdictsOf(design).filter(({ result }) => result === 'fails'));
    expect(failing.map((verdicts) => verdicts.map(({ property }) => property))).toEqual([['NoDeliverBlockedStep'], []]);
    const reasons = verdictsOf(REVIEWED).filter(({ result }) => result === 'n/a');
    expect(reasons.every(({ reason }) => reason !== undefined)).toBe(true);
  });

  //= MSIX-POSTED-1 type=test
  //= MSIX-POSTED-2 type=test
  //= MSIX-POSTED-3 type=test
  //= MSIX-POSTED-4 type=test
  //= MSIX-POSTED-5 type=test
  //= MSIX-POSTED-6 type=test
  test('begins with the posted design, whose failures have the traces that are pinned', () => {
    const manifest = parseManifest(readFileSync('properties/manifest.json', 'utf8'));
    const { verdicts: pinned } = manifest.find(
      ({ instance }) => instance.design === 'posted' && instance.vectors === 1 && instance.vcpus === undefined,
    )!;
    for (const { property, result, path } of verdictsOf(POSTED)) {
      expect([property, result === 'fails' ? path?.length : result]).toEqual([
        property,
        result === 'fails' ? (pinned[property] as { fails: number }).fails : pinned[property],
      ]);
    }
  });

  test("finds the reviewer's trace of a message in flight after the flush", () => {
    const { path } = decideObjection(OBJECTIONS[0], POSTED);
    expect(path).toEqual(['device.signal.0', 'guest.mask.0', 'guest.read.0', 'fabric.arrive.0']);
  });
});

describe('what breaks the properties of the assigned device', () => {
  test('is known of each of them', () => {
    expect(BREAKERS.map(({ property }) => property)).toEqual(ASSIGNED_PROPERTIES);
  });

  test.each(BREAKERS)('$property.name fails in $design.name by $mutant', (breaker) => {
    expect(decideBroken(breaker).result).toBe('fails');
    expect(decideWhole(breaker)?.result ?? 'holds').toBe('holds');
  });
});

describe('counterexamples of the assigned device', () => {
  const [objection] = OBJECTIONS;
  const bounds = { design: POSTED, vectors: 1, messages: THREE };
  const { subject, trace } = traceVerdict(
    bounds,
    objection.property,
    decideObjection(objection, POSTED),
    objection.scope,
  );

  test('are traces like any other: packed, and made again', () => {
    const packed = packTrace(reduceTrace(subject, trace));
    const recorded = readTrace(packed);
    expect(recorded.instance).toEqual({ design: 'posted', vectors: 1, messages: 'three' });
    expect(replayTrace(subjectByName(recorded.machine, recorded.instance), recorded)).toEqual(trace);
  });

  test('are drawn as a message sequence', () => {
    expect(printSequence(trace, ASSIGNED_CAST)).toBe(
      [
        'at first: vector0.flight none, vector0.kernelMask unmasked',
        '   guest       kernel      device',
        '   |           |           |',
        '1. |           |           *            the device signals vector 0',
        '   |           |           *            vector 0 sends',
        '2. |---------->|           |            the guest masks vector 0',
        '   |<----------|           |            it is complete',
        '3. |---------->|           |            the guest reads entry 0',
        '   |<----------|           |            the Mask Bit reads set (vector 0)',
        '   |<----------|           |            the entry reads A (vector 0)',
        '   |<----------|           |            it is complete',
        '4. |           |<----------|            the message of vector 0 arrives',
        '   |<----------|           |            A of vector 0 is delivered',
        '   |           |           |',
        'FlushOnReadStep fails: Once a read has completed after a vector was blocked, none of its messages arrives. ' +
          '[MSIX-MSG-5, MSIX-ASSIGN-6]',
        '',
      ].join('\n'),
    );
  });

  test('of liveness are lassos', () => {
    const endless = OBJECTIONS.find(({ property }) => property.name.endsWith('Leads'))!;
    const verdict = decideObjection(endless, POSTED);
    const lasso = traceVerdict(bounds, endless.property, verdict, endless.scope);
    expect(lasso.trace.loop).toBe(verdict.path?.length);
  });
});

describe('the implementation of the assigned device', () => {
  const bounded = (name: string, vectors = 1) => ({ design: designByName(name), vectors, messages: TWO });

  test.each([
    ['reviewed', 3180],
    ['checked', 3180],
    ['posted', 1390],
    // A guest that moves its BAR, of which the patch is not told (hazard S4).
    ['posted moved', 5303],
    ['reviewed moved', 7500],
  ])('meets the machine of %s in %i pairs of states, as many as that has', (name, pairs) => {
    const bounds = bounded(name);
    const exploration = new AssignedInstance(bounds).explore();
    const driver = new AssignedDriver(exploration, bounds);
    expect(driver.walk(new AssignedAdapter(bounds))).toBe(pairs);
    expect(exploration.states.count).toBe(pairs);
    expect(driver.counts.steps).toBe(pairs * exploration.compiled.events.length);
    expect(driver.counts.outputs).toBeGreaterThan(1000);
  });

  test('is driven along the paths of @xstate/graph, one through every transition', () => {
    const bounds = bounded('posted');
    const exploration = new AssignedInstance(bounds).explore();
    const driver = new AssignedDriver(exploration, bounds);
    const { machine, events } = createAssignedDevice(bounds);
    driver.drivePaths(new AssignedAdapter(bounds), transitionPaths(machine, events), () => {});
    expect(driver.counts).toMatchObject({ paths: 30_580, steps: 324_346 });
    expect(driver.counts.paths).toBe(exploration.states.count * events.length);
  });

  test('is told apart in a sample, too, with two vCPUs', () => {
    const bounds = { ...bounded('reviewed'), vcpus: 2 };
    const exploration = new AssignedInstance(bounds).explore();
    expect(exploration.states.count).toBe(41_200);
    const driver = new AssignedDriver(exploration, bounds);
    expect(driver.sample(new AssignedAdapter(bounds), 50, 1, () => {})).toBe(50);
    expect(driver.counts.paths).toBe(50);
    const faulty = new AssignedAdapter(bounds, (options) =>
      Object.assign(new AssignedDevice(options), { mask: () => 0 }),
    );
    expect(() => driver.sample(faulty, 50, 1, () => {})).toThrow(/^AssignedDevice, design reviewed, after \d+ steps/);
  });

  test.each([
    ['a read that flushes nothing', 'reviewed', 'readEntry'],
    ['a mask that does nothing', 'reviewed', 'mask'],
    ['an arrival that is lost', 'checked', 'arrive'],
    ['a page that is not put on the bus', 'posted', 'place'],
    ['a reset that is none', 'reviewed', 'reset'],
    ['a removal that leaves the device', 'reviewed', 'remove'],
  ] as const)('is told apart where it has a fault: %s', (_, name, method) => {
    const bounds = bounded(name);
    const driver = new AssignedDriver(new AssignedInstance(bounds).explore(), bounds);
    const faulty = new AssignedAdapter(bounds, (options) =>
      Object.assign(new AssignedDevice(options), { [method]: () => 0 }),
    );
    expect(() => driver.walk(faulty)).toThrow(
      /^AssignedDevice, design \w+, after \d+ steps?: .*; expected .*\n(?: {2}Rule: .*\[MSIX-.*\n)* {2}1\. /,
    );
  });

  test('is told apart where it throws, with the rules of the step', () => {
    const bounds = bounded('reviewed');
    const driver = new AssignedDriver(new AssignedInstance(bounds).explore(), bounds);
    const faulty = new AssignedAdapter(bounds, (options) =>
      Object.assign(new AssignedDevice(options), {
        signal: () => {
          throw new TypeError('no such thing');
        },
      }),
    );
    expect(() => driver.walk(faulty)).toThrow(
      /^AssignedDevice, design reviewed, after \d+ steps?: it threw TypeError: no such thing; expected an answer\.\n {2}Rule: /,
    );
  });

  test('shows nothing of a handover over and back, in any state that has a device', () => {
    const bounds = bounded('reviewed');
    const driver = new AssignedDriver(new AssignedInstance(bounds).explore(), bounds);
    const adapter = new AssignedAdapter(bounds);
    let silent = 0;
    const count = driver.forEachState(adapter, () => void (silent += handOverAndBack(adapter) === undefined ? 1 : 0));
    // Four states have none.
    expect([silent, count]).toEqual([3176, 3180]);
  });

  test('is of designs that have a machine', () => {
    expect(IMPLEMENTED.map((name) => designByName(name).name)).toEqual(IMPLEMENTED);
  });
});

describe('the parts of the assigned device', () => {
  test.each([
    ['ownership', createOwnership('reviewed'), 29],
    ['ownership', createOwnership('checked'), 29],
    ['host-function', createHost(1), 13],
  ] as const)('%s: all simple paths of @xstate/graph drive it', (name, part, paths) => {
    const { machine, events } = createInstance(name);
    const graph = enumerate(machine, events);
    const found = simplePaths(graph);
    expect(found).toHaveLength(paths);
    for (const path of found) drivePart(part, graph, path);
    for (const path of transitionPaths(machine, events)) drivePart(part, graph, path);
  });

  test.each([
    ['ownership', createOwnership('reviewed'), 'vmm.registered'],
    ['host-function', createHost(1), 'device.signal.0'],
  ] as const)('%s is told apart where it ignores %s', (name, part, ignored) => {
    const { machine, events } = createInstance(name);
    const graph = enumerate(machine, events);
    const faulty = { ...part, perform: (event: string) => (event === ignored ? [] : part.perform(event)) };
    expect(() => {
      for (const path of simplePaths(graph)) drivePart(faulty, graph, path);
    }).toThrow(/, after \d+ steps?: .*; expected /);
  });

  test.each([
    [
      ...(['ownership', createOwnership('reviewed'), { ownership: 'kernel' }] as const),
      'the page is answered by the kernel; expected userspace.',
    ],
    [
      ...(['ownership', createOwnership('reviewed'), { vcpu: 'running' }] as const),
      'vCPU 0 is running the guest; expected stopped where the guest masks vector 0.',
    ],
    [
      ...([
        'host-function',
        createHost(1),
        { vector0: { flight: 'none', pending: 'clear', mask: 'unmasked' } },
      ] as const),
      "the host's Mask Bit of vector 0 is clear; expected set.",
    ],
    [
      ...([
        'host-function',
        createHost(1),
        { vector0: { flight: 'flying', pending: 'clear', mask: 'masked' } },
      ] as const),
      'vector 0 has a message in flight; expected no message in flight.',
    ],
  ])('%s: its states are told in the words of the design: %#', (name, part, spoilt, told) => {
    const { machine, events } = createInstance(name);
    const graph = enumerate(machine, events);
    const faulty = { ...part, state: () => ({ ...(part.state() as object), ...spoilt }) };
    expect(() => {
      for (const path of transitionPaths(machine, events)) drivePart(faulty, graph, path);
    }).toThrow(told);
  });
});
