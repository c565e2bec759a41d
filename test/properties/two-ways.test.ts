/**
 * Three properties of a function written the other way: as data over the machine's own states, in place of functions over what a property
 * sees of any function. Both forms are decided by the one search, and must come to the same, at the same shortest path, for the machine
 * and for every mutant of it. ARCHITECTURE.md says why the properties of a function are functions, and those of a design data.
 */
import { expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import type { Claim, StatePredicate } from '../../checker/decide/claim.ts';
import { decide } from '../../checker/decide/decide.ts';
import { decideProperties, type Property } from '../../checker/decide/property.ts';
import { explore } from '../../checker/explore/explore.ts';
import { mutate } from '../../checker/machine/mutate.ts';
import { functionEvents } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { TWO } from '../../machines/messages.ts';
import { vectorRegionName } from '../../machines/vector.ts';
import { after, and, before, named, not, or, output } from '../../properties/assigned/property.ts';
import { LatchOnUnmaskStep, NoDeliverBlockedStep, PendingTransientInv } from '../../properties/function.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';

const BLOCKED = named('blocked.0');
const inRegions = (regions: Readonly<Record<string, string>>): StatePredicate => ({
  kind: 'stateIn',
  value: { [vectorRegionName(0)]: regions },
});

const BOTH: readonly (readonly [Property<FunctionView>, Claim])[] = [
  [
    NoDeliverBlockedStep,
    {
      ...{ kind: 'step', name: 'NoDeliverBlocked', title: NoDeliverBlockedStep.title },
      when: output(...TWO.values.map((message) => `send.0.${message}`)),
      holds: not(after(BLOCKED)),
    },
  ],
  [
    PendingTransientInv,
    {
      ...{ kind: 'invariant', name: 'PendingTransient', title: PendingTransientInv.title },
      when: inRegions({ pending: 'set' }),
      holds: BLOCKED,
    },
  ],
  [
    LatchOnUnmaskStep,
    {
      ...{ kind: 'step', name: 'LatchOnUnmask', title: LatchOnUnmaskStep.title },
      when: and(before(BLOCKED), not(after(BLOCKED))),
      holds: or(...TWO.values.map((message) => after(inRegions({ entry: message, force: message })))),
    },
  ],
];

test('functions and data come to the same, for the machine and for each of its mutants', () => {
  const machine = createFunction({ vectors: 1, messages: TWO });
  const events = functionEvents(1, TWO);
  let fails = 0;
  for (const each of [machine, ...mutate(machine).map((mutant) => mutant.machine)]) {
    const exploration = explore(compile(each, events));
    const view = machineView(1, TWO);
    const asFunctions = decideProperties(
      exploration.graph(),
      BOTH.map(([property]) => property),
      view,
      1,
    );
    const asData = decide(
      exploration,
      BOTH.map(([, claim]) => claim),
    );
    for (const [index, { result, counterexample }] of asFunctions.entries()) {
      expect([asData[index].result, asData[index].counterexample?.path]).toEqual([result, counterexample?.path]);
      if (result === 'fails') fails++;
    }
  }
  expect(fails).toBeGreaterThan(100);
});
