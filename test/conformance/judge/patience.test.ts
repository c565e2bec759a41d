/** Learning by steps, not by the clock: on a machine that many share, as much is learnt as on one of one's own. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { conform } from '../../../conformance/judge/conform.ts';
import { learn, probe } from '../../../conformance/judge/learn.ts';
import { scenesOf } from '../../../conformance/judge/scenes.ts';
import { subjectOf } from '../../../conformance/judge/subject.ts';
import { Lawful, lawfulPieces } from '../../../conformance/museum/lawful.ts';

const { choices } = lawfulPieces(1, 1).find(({ name }) => name === 'combination-1')!;
const subject = () => subjectOf((options) => new Lawful(options, choices), [1]);

afterEach(() => void vi.restoreAllMocks());

/** Lets the clock run away: each look at it is so many milliseconds later than the one before. */
function hurry(milliseconds: number): void {
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => (now += milliseconds));
}

describe('learning', () => {
  test('comes to the same, however fast the clock runs', async () => {
    const one = subject();
    const scenes = scenesOf(one);
    const recordings = await probe(one, scenes, 1, () => false);
    const patience = { steps: 400_000 };
    const calm = learn(scenes, recordings, false, patience);
    hurry(500);
    const busy = learn(scenes, recordings, false, patience);
    expect([calm.isCut, busy]).toEqual([false, calm]);
    // And it can be cut: what it has not found out is left open.
    expect(learn(scenes, recordings, false, { steps: 10_000 })).toMatchObject({ isCut: true });
    expect(learn(scenes, recordings, false, { ...patience, until: 0 })).toMatchObject({ isCut: true });
  });

  test('of a device that answers at once is cut only where the time is over, and then the report says so', async () => {
    const options = { learn: true, seconds: 600, scenes: ['one vector'], strategies: ['walk of pairs'] } as const;
    // A busy machine: an hour's clock for a minute's work, while no more than the ten minutes were granted.
    hurry(50);
    const busy = await conform(subject(), options);
    vi.restoreAllMocks();
    const calm = await conform(subject(), options);
    expect(busy.profile.choices).toEqual(calm.profile.choices);
    expect(calm.notes.join(' ')).not.toContain('Learning was cut short');

    hurry(60_000);
    const late = await conform(subject(), options);
    expect(late.verdict).toBe('open');
    expect(late.notes.join(' ')).toContain('Learning was cut short: what there was no time to find out is left open');
  });
});
