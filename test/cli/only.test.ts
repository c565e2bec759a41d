/**
 * `maskbit check --only NAME`: what each kind of name asks for, and that a failure of a design is told with a trace that can be shown.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkAssigned } from '../../cli/check/assigned.ts';
import { Budget } from '../../cli/check/budget.ts';
import { type Only, onlyOf, SECTIONS } from '../../cli/check/only.ts';
import { show } from '../../cli/show.ts';
import { FULL_INSTANCES, instanceName, INSTANCES, LARGER_INSTANCES } from '../../properties/instances.ts';
import { MACHINE_NAMES } from '../../properties/names.ts';

const INSTANCES_OF_CHECK = [...INSTANCES, ...LARGER_INSTANCES, ...FULL_INSTANCES];
const only = (name: string): Only => onlyOf(name, INSTANCES_OF_CHECK);

describe('a name asks for', () => {
  test.each(SECTIONS)('the section %s alone', (section) => {
    expect([...only(section).sections]).toEqual([section]);
  });

  test.each([
    ['a property of a function', 'NoSpuriousStep', ['properties', 'designs']],
    ['a property of runs', 'ArrivalLeads', ['runs']],
    ['a number of the register', 'P9', ['designs']],
    ['a rule', 'MSIX-PEND-3', ['properties', 'designs', 'pages', 'paths', 'lockstep', 'device-paths', 'device']],
    ['a rule of the assigned device alone', 'MSIX-ASSIGN-6', ['designs', 'device-paths', 'device']],
    ['a rule of the function alone', 'MSIX-MSG-6', ['properties', 'runs', 'designs', 'pages', 'paths', 'lockstep']],
    ['a rule of code alone', 'MSIX-CALL-1', ['paths', 'lockstep', 'device-paths', 'device']],
    ['a machine', 'function', ['machines', 'properties', 'runs', 'paths', 'lockstep']],
    ['an instance', 'function, 2 vectors, messages two', ['machines', 'properties', 'runs', 'paths', 'lockstep']],
    ['a machine that is driven inside of another', 'capability', ['machines', 'properties', 'runs']],
    ['a page', 'vector-page', ['pages']],
    ['a part of the assigned device', 'ownership', ['device-paths']],
    ['the assigned device', 'assigned-device', ['designs', 'device-paths', 'device']],
    ['a rule in small letters', 'msix-assign-6', ['designs', 'device-paths', 'device']],
    ['a design', 'posted', ['designs', 'device']],
    ['an instance of a design', 'posted, 1 vector, messages three', ['designs', 'device']],
  ])('%s: %s', (_, name, sections) => {
    const { isPart, sections: asked } = only(name);
    expect(isPart).toBe(true);
    expect([...asked].toSorted()).toEqual(sections.toSorted());
  });

  test('an instance and no other, a machine and all of its instances', () => {
    const names = INSTANCES_OF_CHECK.map(instanceName);
    const one = names.find((name) => name.startsWith('function, 2'))!;
    const asked = (of: string): string[] => names.filter((name) => only(of).instance(name));
    expect(asked(one)).toEqual([one]);
    expect(asked('function')).toEqual(names.filter((name) => name.startsWith('function, ')));
    expect(only('posted').instance('posted, 1 vector, messages three')).toBe(true);
    expect(only('posted').instance('handed, 1 vector, messages three')).toBe(false);
  });

  test('nothing: a sentence with the nearest name', () => {
    expect(() => only('function, 2 vectors, message two')).toThrow(
      /Got --only function, 2 vectors, message two; expected a section .* The nearest is function, 2 vectors, messages two\.$/,
    );
    expect(() => only('MSIX-PEND-33')).toThrow(/The nearest is MSIX-PEND-3\.$/);
  });

  test('a rule that nothing here asks: why, and what asks it', () => {
    expect(only('MSIX-ACCESS-6').unasked).toMatch(/^No machine .* Its tests do: npx vitest run test\/.*\.test\.ts/);
    expect(only('MSIX-CAP-9').unasked).toMatch(/^MSIX-CAP-9 is exempt\. \S/);
    expect(only('MSIX-PEND-3').unasked).toBeUndefined();
    // Asked by a form of access.
    expect(only('MSIX-ACCESS-4').unasked).toBeUndefined();
  });

  test('every machine, and something of each is asked', () => {
    for (const name of MACHINE_NAMES) expect(only(name).sections.size).toBeGreaterThan(0);
  });
});

describe('a design that fails what it is pinned to hold', () => {
  let printed = '';
  beforeEach(() => {
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => (printed += String(text)).length > 0);
  });
  afterEach(() => void vi.restoreAllMocks());

  test('is told with its rules, its steps in registers, and a trace that is shown again', () => {
    const name = 'posted, 1 vector, messages three';
    const instance = { design: 'posted', vectors: 1, messages: 'three' };
    const verdicts = { NoTornStep: 'holds' } as const;
    const entry = { machine: 'assigned-device', instance, states: 0, transitions: 0, depth: 0, verdicts };
    checkAssigned(false, new Budget(), { ...only(name), property: (each) => each === 'NoTornStep' }, [entry]);
    const [told] = printed.split(/^(?!violated: |  )/m);
    expect(told).toMatch(/^violated: NoTornStep \[MSIX-\S.*\] fails in posted, 1 vector, messages three\.\n/);
    expect(told).toMatch(/^ {2}\d+\. the guest writes .* \(address 0x[0-9a-f]+, data 0x[0-9a-f]+\)/m);
    const [, packed] = /Shown again by: maskbit show (\S+)/.exec(told)!;
    expect(told).toContain(`#${packed}`);
    expect(show(packed, 'text')).toBe(0);
    expect(printed).toContain('NoTornStep');
  });
});
