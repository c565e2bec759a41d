/**
 * Emulations in the ways of real monitors, each with odd and lawful choices of its own: the judge, told nothing of them, finds nothing wrong
 * with the right ones, and names a rule that is broken first where a fault is switched on. None can save and restore.
 */
import { describe, expect, test } from 'vitest';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import { subjectOf } from '../../../conformance/judge/subject.ts';
import { EAGER } from '../../setup/emulations/eager.ts';
import type { Emulation } from '../../setup/emulations/frame.ts';
import { LATCHING } from '../../setup/emulations/latching.ts';
import { SHIPPING } from '../../setup/emulations/shipping.ts';

const ALL = [...EAGER, ...LATCHING, ...SHIPPING];

/** Puts an emulation to the judge along the tour of one vector, which ends by itself. */
const judged = (emulation: Emulation, fault = ''): Promise<Report> =>
  conform(
    subjectOf(({ vectorCount }) => emulation.make(vectorCount, fault), [1]),
    {
      learn: true,
      seconds: 60,
      scenes: ['one vector'],
      strategies: ['all transitions', 'transitions read at the end'],
    },
  );

describe('an emulation', () => {
  test.each(ALL.map((each) => [each.name, each] as const))('%s is right', async (_, emulation) => {
    const report = await judged(emulation);
    expect(report.causes).toEqual([]);
    expect(report.verdict).toBe('holds');
  });

  test.each([
    ['one-flag', 'flag-outlives-reset'],
    ['structures', 'unmask-under-function-mask'],
    ['counting', 'off-masked-forgets'],
    ['updated-flag', 'same-value-clears'],
    ['two-paths', 'second-event-toggles'],
    ['two-paths', 'eventfd-outlives-reset'],
  ])('%s with %s is told by a rule that it breaks', async (name, fault) => {
    const emulation = ALL.find((each) => each.name === name)!;
    const { causes } = await judged(emulation, fault);
    expect(emulation.faults[fault].rules).toContain(causes[0]?.rule);
  });

  // What each of these monitors shipped with, all at once: causes stand beside one another, and none is invented.
  test.each([
    [
      'eventfds',
      'born-masked enable-forgets wide-opens-with-old-data',
      ['MSIX-RESET-1', 'MSIX-PEND-5', 'MSIX-ACCESS-4'],
    ],
    ['inner', 'no-function-mask pending-outlives-reset', ['MSIX-CAP-4', 'MSIX-RESET-1']],
    ['bare-memory', 'masked-is-dropped byte-only-reads-back', ['MSIX-PEND-1', 'MSIX-CAP-8']],
    // Nothing is sent at enabling either, so that is learnt as a choice; that the Pending bit stays then is none.
    ['bytes', 'unmask-sends-nothing dwords-alone', ['MSIX-PEND-2', 'MSIX-PEND-5', 'MSIX-ACCESS-3', 'MSIX-ACCESS-4']],
    ['served', 'pba-reads-zero', ['MSIX-PEND-1']],
    [
      'lazy-routes',
      'words-alone first-unmask-forgets sends-while-disabled',
      ['MSIX-CAP-8', 'MSIX-PEND-2', 'MSIX-ENABLE-1'],
    ],
  ])('%s as it shipped, with %s, is told by each of its rules', async (name, bugs, rules) => {
    const emulation = ALL.find((each) => each.name === name)!;
    const { causes } = await judged(emulation, bugs);
    expect(new Set(causes.map(({ rule }) => rule))).toEqual(new Set(rules));
  });
});
