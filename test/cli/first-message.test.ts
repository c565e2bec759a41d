/**
 * What the first message of the check names where one line of a rule is changed: that rule. Here it is a line of a machine; of the
 * implementation, `test/conformance/suite.test.ts` shows it.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AnyStateMachine, setup } from 'xstate';
import { compile } from '../../checker/compile/compile.ts';
import { explore } from '../../checker/explore/explore.ts';
import { mutate } from '../../checker/machine/mutate.ts';
import { Budget } from '../../cli/check/budget.ts';
import { onlyOf } from '../../cli/check/only.ts';
import { checkMachines } from '../../cli/check/machines.ts';
import { checkProperties } from '../../cli/check/properties.ts';
import { TWO } from '../../machines/messages.ts';
import { createInstance, INSTANCES } from '../../properties/instances.ts';

let printed: string[] = [];
beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => void vi.restoreAllMocks());

test('a machine that has lost its last line about an event is refused with what the page says of it', () => {
  const { machine } = createInstance('function', { vectors: 1, messages: TWO });
  const lost: AnyStateMachine = setup({ guards: machine.implementations.guards as never }).createMachine(
    withoutEvent(machine.config, 'device.retire.0') as never,
  ) as never;
  const { explored } = checkMachines([{ ...FUNCTION, machine: lost }], new Budget(), []);
  expect(explored).toEqual([]);
  expect(printed.join('')).toMatch(
    /^violated: .*Got "device\.retire\.0" .*\n {2}Rule: The cause is gone\. \[MSIX-PEND-3\]/,
  );
});

/** A configuration without an event, at any depth. */
function withoutEvent(config: unknown, event: string): unknown {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return config;
  const entries = Object.entries(config).filter(([key]) => key !== event);
  return Object.fromEntries(entries.map(([key, inside]) => [key, withoutEvent(inside, event)]));
}

const FUNCTION = createInstance('function', { vectors: 1, messages: TWO });

test.each([
  //= MSIX-PEND-3 type=test
  ['MSIX-PEND-3', 'vector0.pending.set on device.retire.0: transition dropped'],
  //= MSIX-PEND-1 type=test
  ['MSIX-PEND-1', 'vector0.pending.clear on device.signal.0 [blocked.0]: transition dropped'],
  //= MSIX-RESET-1 type=test
  ['MSIX-RESET-1', 'vector0.mask.unmasked on device.reset: transition dropped'],
  //= MSIX-RESET-4 type=test
  ['MSIX-RESET-4', 'vector0.entry.A on device.reset: transition dropped'],
  //= MSIX-MSG-1 type=test
  ['MSIX-MSG-1', 'vector0.force.zero on device.signal.0: output send.0.zero dropped'],
  //= MSIX-MASK-3 type=test
  ['MSIX-MASK-3', 'capability.functionMask.set on guest.control.on: transition dropped'],
])('%s is named by the first message where a machine is changed: %s', (rule, name) => {
  const mutants = new Map(mutate(FUNCTION.machine).map((mutant) => [mutant.name, mutant.machine]));
  expect([...mutants.keys()], 'a change that the machine still has').toContain(name);
  const machine = mutants.get(name)!;
  const exploration = explore(compile(machine, FUNCTION.events));
  const changed = { instance: { ...FUNCTION, machine }, exploration, graph: exploration.graph(), isSmall: true };
  checkProperties([changed], new Budget(), { ...onlyOf('properties', INSTANCES), judges: false }, true);
  const first = printed.join('').split(/^(?=violated: )/m)[0];

  expect(first).toContain(rule);
  // What is so in registers, and what is claimed; no sentence is told twice.
  expect(first).toMatch(
    /^ {2}Got: it did .*, and left MSI-X Enable (?:set|clear), Function Mask (?:set|clear), the Mask Bit (?:set|clear), .*\.\n {2}Expected: .*\.$/m,
  );
  const sentences = [...first.matchAll(/[^.\]\n]+\. \[MSIX-[^\]]+\]/g)].map(([sentence]) => sentence.trim());
  expect(sentences).toEqual([...new Set(sentences)]);
});
