import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  compareManifest,
  gatherFindings,
  type ManifestEntry,
  ManifestError,
  parseManifest,
  pinVerdict,
  printManifest,
  renewManifest,
} from '../../checker/decide/manifest.ts';
import { MANIFEST } from '../../cli/check.ts';
import { findingOf } from '../../cli/check/part.ts';
import { FULL_INSTANCES, INSTANCES, LARGER_INSTANCES } from '../../properties/instances.ts';

const entry = (changes: Partial<ManifestEntry> = {}): ManifestEntry => ({
  machine: 'm',
  instance: { design: 'posted', vectors: 1 },
  states: 10,
  transitions: 20,
  depth: 3,
  verdicts: { GoodInv: 'holds', BadStep: { fails: 4 }, LateLeads: { fails: 2, loop: 0 }, IdleInv: 'n/a' },
  ...changes,
});

/** A manifest that is printed as it stands, whatever is in it. */
const printed = (entries: readonly unknown[]): string => JSON.stringify({ version: 1, entries });

describe('the manifest of maskbit', () => {
  const text = readFileSync(MANIFEST, 'utf8');
  const manifest = parseManifest(text);

  test('has an entry for every instance that is checked, and no other one of the function', () => {
    const instances = [...INSTANCES, ...LARGER_INSTANCES, ...FULL_INSTANCES].map(findingOf);
    const machines = new Set(instances.map(({ machine }) => machine));
    const pinned = manifest.filter(({ machine }) => machines.has(machine));
    expect(pinned.map(({ machine, instance }) => ({ machine, instance }))).toEqual(instances);
    expect(pinned.filter(({ full }) => full)).toHaveLength(FULL_INSTANCES.length);
  });

  test('is printed as it is read', () => {
    expect(printManifest(manifest)).toBe(text);
  });

  test('expects every claim about runs to fail without its assumption, and nothing else of the function', () => {
    const verdicts = manifest
      .filter(({ machine }) => machine === 'function')
      .flatMap((each) => Object.entries(each.verdicts));
    const failing = verdicts.filter(([, verdict]) => typeof verdict === 'object').map(([name]) => name);
    expect(failing.length).toBeGreaterThan(10);
    expect(failing.filter((name) => !name.endsWith(' without its assumption'))).toEqual([]);
  });
});

describe('a manifest', () => {
  test('pins a failure by the length of its counterexample, and of its loop', () => {
    expect(pinVerdict('fails', { path: [1, 2], loop: [] })).toEqual({ fails: 2, loop: 0 });
    expect(pinVerdict('fails', { path: [1, 2] })).toEqual({ fails: 2 });
    expect(pinVerdict('holds')).toBe('holds');
  });

  test('gathers what the parts of a run found', () => {
    const { machine, instance, verdicts, ...counts } = entry();
    const [one, ...others] = Object.entries(verdicts).map(([name, verdict]) => ({ verdicts: { [name]: verdict } }));
    const findings = [{ ...counts }, one, ...others].map((each) => ({ machine, instance, ...each }));
    expect(gatherFindings(findings)).toEqual([entry()]);
  });

  test('that agrees has no differences', () => {
    expect(compareManifest([entry()], [entry()], 'usual')).toEqual([]);
  });

  test.each<[string, ManifestEntry[], string[]]>([
    ['a count', [entry({ states: 11 })], ['Got 11 as the states of m (design posted, vectors 1); expected 10.']],
    [
      'a verdict, a length, a loop, a property that is new, and one that is gone',
      [entry({ verdicts: { GoodInv: { fails: 1 }, BadStep: { fails: 5 }, LateLeads: { fails: 2 }, NewInv: 'holds' } })],
      [
        'Got "fails after 1 step" for GoodInv in m (design posted, vectors 1); expected "holds".',
        'Got "fails after 5 steps" for BadStep in m (design posted, vectors 1); expected "fails after 4 steps".',
        'Got "fails after 2 steps" for LateLeads in m (design posted, vectors 1); expected "fails after 2 steps, and then nothing".',
        'Got "no verdict" for IdleInv in m (design posted, vectors 1); expected "n/a".',
        'Got "holds" for NewInv in m (design posted, vectors 1); expected "no verdict".',
      ],
    ],
    [
      'a property that fails no more',
      [entry({ verdicts: { ...entry().verdicts, BadStep: 'holds' } })],
      ['Got "holds" for BadStep in m (design posted, vectors 1); expected "fails after 4 steps".'],
    ],
    ['an instance that is missing', [], ['Got nothing of m (design posted, vectors 1); expected it to be checked.']],
    ['an instance that is new', [entry(), entry({ instance: {} })], ['Got m; expected no such instance.']],
  ])('tells %s', (_name, found, differences) => {
    expect(compareManifest(found, [entry()], 'usual')).toEqual(differences);
  });

  test('asks for what is left to a full check in a full check alone', () => {
    const full = entry({ full: true });
    expect(compareManifest([], [full], 'usual')).toEqual([]);
    expect(compareManifest([], [full], 'full')).toHaveLength(1);
  });

  test('asks of a part for no more than it has, and tells what is different there', () => {
    const { GoodInv } = entry().verdicts;
    expect(compareManifest([entry({ verdicts: { GoodInv } })], [entry(), entry({ instance: {} })], 'part')).toEqual([]);
    expect(compareManifest([entry({ depth: 4, verdicts: {} })], [entry()], 'part')).toHaveLength(1);
  });

  test('renewed by a usual check keeps what is left to a full one', () => {
    const full = entry({ full: true, instance: { vectors: 5 } });
    const stale = entry({ instance: { vectors: 4 } });
    expect(renewManifest([entry()], [full, stale], 'usual')).toEqual([entry(), full]);
    expect(renewManifest([entry()], [full, stale], 'full')).toEqual([entry()]);
  });

  test('is read as it was printed', () => {
    const entries = [entry(), entry({ full: true, instance: {} })];
    expect(parseManifest(printManifest(entries))).toEqual(entries);
  });

  test.each([
    ['{', /^Got text that is not JSON \(.*\); expected a manifest\.$/],
    ['{"version": 2, "entries": []}', /^Got a manifest of version 2; expected version 1, and entries\.$/],
    ['{"version": 1}', /^Got a manifest of version 1; expected version 1, and entries\.$/],
    [printed([entry({ states: -1 })]), /^Got .*"states":-1.* as entry 1 of the manifest; expected machine/],
    [
      printed([entry(), entry({ instance: {}, verdicts: { GoodInv: 'fails' as 'holds' } })]),
      /^Got .*"GoodInv":"fails".* as entry 2 of the manifest/,
    ],
    [
      printed([entry(), entry()]),
      /^Got two entries for m \(design posted, vectors 1\) in the manifest; expected one\.$/,
    ],
  ])('that is none is refused: %#', (text, message) => {
    expect(() => parseManifest(text)).toThrow(ManifestError);
    expect(() => parseManifest(text)).toThrow(message);
  });
});
