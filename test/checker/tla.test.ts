import { readFileSync } from 'node:fs';
import { type AnyStateMachine, createMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { checkedExports, RECORD } from '../../cli/export.ts';
import { designByName } from '../../machines/designs.ts';
import { claimedOf } from '../../properties/claimed.ts';
import { createInstance, instanceName } from '../../properties/instances.ts';
import type { Claim } from '../../checker/decide/claim.ts';
import { type SymbolicMachine, symbolicOf } from '../../checker/export/symbolic.ts';
import { printTla } from '../../checker/export/tla.ts';
import { CAPABILITY_EVENTS, eventSentence, functionEvents } from '../../machines/alphabet.ts';
import { capability as capabilityPage } from '../../machines/pages/capability.ts';
import { createFunction } from '../../machines/function.ts';
import { THREE } from '../../machines/messages.ts';

const capability = (): SymbolicMachine => symbolicOf(capabilityPage, CAPABILITY_EVENTS);
const channel = (): SymbolicMachine =>
  symbolicOf(createFunction({ vectors: 2, messages: THREE, channel: true }), functionEvents(2, THREE, true));
const enabled = { kind: 'stateIn', value: { enable: 'enabled' } } as const;

/** The lines of a module that define an operator, by its name. */
function definitionsOf(module: string): Map<string, string> {
  const parts = module.split(/^(?=\w+ ==)/m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf(' ')), part]));
}

const printClaim = (claim: Claim): string | undefined => {
  const { module } = printTla(capability(), { claims: [claim] });
  return definitionsOf(module).get(claim.name)?.replace('====\n', '').trimEnd();
};

describe('a module in TLA+', () => {
  // There is no TLC here. What is below says that nothing is missing, not that TLC would read it.
  test('of the capability is the one in test/expected', () => {
    const { name, module, configuration } = printTla(capability(), { eventSentence });
    expect(name).toBe('capability');
    expect(module).toBe(readFileSync('test/expected/capability.tla', 'utf8'));
    expect(configuration).toBe(readFileSync('test/expected/capability.cfg', 'utf8'));
  });

  test('is the same each time', () => {
    expect(printTla(channel())).toEqual(printTla(channel()));
  });

  test('has a variable for each compound state, an action for each event, a condition for each transition', () => {
    const { module } = printTla(channel());
    const { variables, events, guards } = channel();
    const definitions = definitionsOf(module);
    const names = (name: string): string => name.replaceAll('.', '_');
    expect([variables.size, events.length, guards.size]).toEqual([12, 24, 41]);
    expect(module.match(/@type: Str;/g)).toHaveLength(variables.size);
    expect([...definitions.keys()]).toEqual([
      'vars',
      'TypeOK',
      'Init',
      ...[...guards.keys()].map(names),
      ...events.flatMap(({ name, transitions }) => [
        ...transitions.map((_, index) => `${names(name)}_${index + 1}`),
        `taken_${names(name)}`,
        names(name),
      ]),
      'Next',
      'Spec',
    ]);
    for (const { name, transitions } of events) {
      const action = definitions.get(names(name)) as string;
      const kept = /UNCHANGED <<(.*)>>/.exec(action)?.[1].split(', ') ?? [];
      const changed = [...action.matchAll(/ (\w+)' = /g)].map(([, variable]) => variable);
      // Every variable is said to change, or not to.
      expect([...kept, ...changed].toSorted()).toEqual(
        [...variables.keys()].map(({ path }) => path.join('_')).toSorted(),
      );
      for (const [index, { writes }] of transitions.entries()) {
        expect(action.split(`${names(name)}_${index + 1} -> `)).toHaveLength(writes.length + 1);
      }
    }
    expect(definitions.get('Next')?.match(/\\\/ \w+/g)).toHaveLength(events.length);
  });

  test('is balanced, and in ASCII', () => {
    const { module } = printTla(channel(), { eventSentence: () => 'naïve → \n====' });
    const text = module.replaceAll(/\\\*.*$/gm, '');
    for (const [open, close] of ['()', '[]', '{}']) expect(text.split(open)).toHaveLength(text.split(close).length);
    expect(text.split('<<')).toHaveLength(text.split('>>').length);
    expect(text.split('"').length % 2).toBe(1);
    expect(module).toMatch(/^[\n\x20-\x7e]*$/);
    expect(module.match(/^====$/gm)).toHaveLength(1);
  });

  test('says that it is unchecked, until somebody records that TLC has read this very text', () => {
    const { module, configuration, hash } = printTla(channel());
    for (const text of [module, configuration]) {
      expect(text).toContain(`UNCHECKED: nobody has recorded that TLC has read this text, whose hash is ${hash}.`);
    }
    const checked = printTla(channel(), { checked: { [hash]: 'TLC 2.20' } });
    expect(checked.module).toContain(`TLC 2.20 has read this text, whose hash is ${hash}.`);
    expect(checked.hash).toBe(hash);
    // A changed text is another one.
    const changed = printTla(channel(), { checked: { [hash]: 'TLC 2.20' }, eventSentence: () => 'something else' });
    expect(changed.module).toContain('UNCHECKED');
  });

  test('of every machine says whether TLC has read it, as the record has it: npm run tlc', () => {
    const checked = JSON.parse(readFileSync(RECORD, 'utf8')) as Record<string, string>;
    for (const instance of checkedExports()) {
      const { module, hash } = printTla(symbolicOf(instance.machine, instance.events), { eventSentence, checked });
      const said = hash in checked ? `${checked[hash]} has read this text` : 'UNCHECKED: nobody has recorded';
      expect([instanceName(instance), module.includes(said)]).toEqual([instanceName(instance), true]);
    }
  });

  test.each(['vector', 'function', 'posted', 'reviewed', 'checked'] as const)(
    'of %s with its own claims was read by TLC, too, which came to our verdicts',
    (name) => {
      const record = JSON.parse(readFileSync(RECORD, 'utf8')) as Record<string, string>;
      const isMachine = name === 'vector' || name === 'function';
      const instance = isMachine
        ? createInstance(name)
        : createInstance('assigned-device', { design: designByName(name) });
      const { machine, events, claims } = claimedOf(instance);
      const { module, hash } = printTla(symbolicOf(machine, events), { eventSentence, checked: record, claims });
      expect(record[hash] ?? `nobody, since ${name} or its claims changed; npm run tlc has TLC read them`).toMatch(
        /^TLC of /,
      );
      expect(module).toContain(`${record[hash]} has read this text, whose hash is ${hash}.`);
    },
  );

  test('speaks of the state in an invariant that always holds, or never does: of a constant TLC makes an error', () => {
    const claims: Claim[] = [
      { kind: 'invariant', name: 'Never', title: '', holds: { kind: 'or', parts: [] } },
      { kind: 'step', name: 'Always', title: '', holds: { kind: 'and', parts: [] } },
    ];
    const { module } = printTla(capability(), { claims });
    expect(module).toContain('Never == vars # vars');
    expect(module).toContain('Always ==\n    [](vars = vars)');
    expect(() => printTla(capability(), { claims: [{ ...claims[0], name: 'INVARIANT' }] })).toThrow(
      "Got the name 'INVARIANT'; expected letters and digits, and a name that is not taken.",
    );
  });

  test('has a value for compound states that are not active', () => {
    const machine = createMachine({
      id: 'Next',
      initial: 'off',
      states: {
        off: { on: { WF_: 'on', other: undefined } },
        on: { on: { WF_: 'off' }, initial: 'dim', states: { dim: {}, bright: {} } },
      },
    } as object) as AnyStateMachine;
    const { name, module } = printTla(symbolicOf(machine, ['WF_', 'other']));
    expect(name).toBe('Next_');
    expect(module).toContain('/\\ on \\in {"dim", "bright", inactive}');
    expect(module).toContain('/\\ on\' = CASE xWF__1 -> "dim" [] xWF__2 -> inactive [] OTHER -> on');
    expect(module).toContain('\\* other: no state takes it.');
  });
});

describe('a claim in TLA+', () => {
  const named = { name: 'Claimed', title: 'It is claimed.' };

  test('is an invariant, or the negation of what is to be reached', () => {
    expect(printClaim({ ...named, kind: 'invariant', when: enabled, holds: { kind: 'not', part: enabled } })).toBe(
      'Claimed == ~(enable = "enabled") \\/ ~(enable = "enabled")',
    );
    expect(printClaim({ ...named, kind: 'reach', that: enabled })).toBe('Claimed == ~(enable = "enabled")');
  });

  test('over steps speaks of each event, taken and ignored', () => {
    const printed = printClaim({
      ...named,
      kind: 'step',
      when: { kind: 'event', names: ['device.reset'] },
      holds: { kind: 'not', part: { kind: 'after', state: enabled } },
    });
    expect(printed?.split('\n')).toEqual([
      'Claimed ==',
      '    /\\ [][device_reset => (~((enable\' = "enabled")))]_vars',
      '    /\\ [](taken_device_reset \\/ (~(enable = "enabled")))',
    ]);
  });

  test('of a leads-to has its fairness as premise', () => {
    const claim = { ...named, kind: 'leadsTo', to: enabled } as const;
    expect(printClaim({ ...claim, fairness: [] })).toBe('Claimed == <>(enable = "enabled")');
    expect(
      printClaim({
        ...claim,
        from: { kind: 'not', part: enabled },
        fairness: [
          { strength: 'weak', events: ['guest.control.on', 'guest.control.onMasked'] },
          { strength: 'strong', events: ['device.reset'] },
        ],
      }),
    ).toBe(
      'Claimed == (WF_vars(guest_control_on \\/ guest_control_onMasked) /\\ SF_vars(device_reset)) => ' +
        '((~(enable = "enabled")) ~> (enable = "enabled"))',
    );
  });

  test('adds a variable that every step changes, where steps that change nothing else count', () => {
    const claims: Claim[] = [
      { ...named, kind: 'leadsTo', to: enabled, fairness: [{ strength: 'weak', events: ['device.reset'] }] },
    ];
    const { module, configuration } = printTla(capability(), { claims });
    expect(module.match(/\/\\ turn' = ~turn/g)).toHaveLength(CAPABILITY_EVENTS.length);
    expect(printTla(capability()).module).not.toContain('turn');
    expect(configuration).toContain('PROPERTY Claimed\n');
  });
});
