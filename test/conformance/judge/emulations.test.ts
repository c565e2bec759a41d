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

const ALL = [...EAGER, ...LATCHING];

/** Puts an emulation to the judge along the tour of one vector, which ends by itself. */
const judged = (emulation: Emulation, fault = ''): Promise<Report> =>
  conform(
    subjectOf(({ vectorCount }) => emulation.make(vectorCount, fault), [1]),
    { learn: true, seconds: 60, scenes: ['one vector'], strategies: ['all transitions'] },
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
});
