/**
 * `conform --learn`, unaided: right devices pass and their choices are learnt; wrong ones are caught with the rule that they break. The whole museum is `maskbit museum`.
 */
import { describe, expect, test } from 'vitest';
import { createInProcessDevice } from '../../../conformance/device/in-process.ts';
import { conform } from '../../../conformance/judge/conform.ts';
import { learn } from '../../../conformance/judge/learn.ts';
import { verdictLine } from '../../../conformance/judge/report/text.ts';
import { subjectOf } from '../../../conformance/judge/subject.ts';
import { Lawful, lawfulPieces } from '../../../conformance/museum/lawful.ts';
import { MUSEUM, pieceNamed, PlainDevice } from '../../../conformance/museum/index.ts';
import { showPiece, withoutSnapshots } from '../../../conformance/museum/show.ts';
import { LOOSE_CHOICES, STRICT_CHOICES } from '../../../spec/choices.ts';

describe('conform --learn', () => {
  test('finds nothing wrong with MsixFunction, and learns that it is strict', async () => {
    const subject = subjectOf(({ vectorCount }) => createInProcessDevice(vectorCount), [1, 2]);
    const report = await conform(subject, { learn: true, seconds: 60, strategies: ['walk of pairs'] });
    expect(report.causes).toEqual([]);
    expect(report.verdict).toBe('holds');
    expect(report.profile.choices).toEqual(STRICT_CHOICES);
  });

  test.each([
    ['disabledEvent', 'dropped'],
    ['disabledEvent', 'hidden'],
    ['disabledEvent', 'unseen'],
    ['pendingAtDisable', 'lost'],
    ['message', 'maskEdge'],
    ['resetEntry', 'kept'],
    ['addresses', 'nonzero'],
    ['reservedControl', 'kept'],
    ['narrowWrites', 'performed'],
    ['disabledTable', 'absent'],
    ['disabledTable', 'any'],
  ] as const)('calls a device right whose %s is %s, and learns it', async (choice, value) => {
    const choices = { ...STRICT_CHOICES, [choice]: value };
    const subject = subjectOf((options) => new Lawful(options, choices), [1]);
    const report = await conform(subject, { learn: true, seconds: 60, strategies: ['walk of pairs'] });
    expect(report.causes).toEqual([]);
    expect(report.profile.choices).toEqual(choices);
  });

  test('calls a device right that sends several held events, and anything after a change of an open entry', async () => {
    const choices = { ...STRICT_CHOICES, message: 'torn', coalescing: 'each', addresses: 'nonzero' } as const;
    const subject = subjectOf((options) => new Lawful(options, choices), [1]);
    const report = await conform(subject, {
      learn: true,
      seconds: 60,
      scenes: ['one vector'],
      strategies: ['walk of pairs'],
    });
    expect(report.causes).toEqual([]);
    expect(report.profile.choices).toEqual(choices);
  });

  // What is decided anew each time must not be told as something else that would explain it, too.
  test.each(['disabledEvent-any', 'pendingAtDisable-any', 'pendingAtEnable-any'])(
    'learns %s, with two vectors, and no more',
    async (name) => {
      const { choices } = lawfulPieces(0, 1).find((piece) => piece.name === name)!;
      const subject = subjectOf((options) => new Lawful(options, choices), [1, 2]);
      const report = await conform(subject, { learn: true, seconds: 60, strategies: ['walk of pairs'] });
      expect(report.causes).toEqual([]);
      expect(report.profile.choices).toEqual(choices);
    },
  );

  test.each([
    'masked-events-dropped',
    'pending-never-shown',
    'lost-after-unmask-and-mask',
    'control-before-data',
    'used-twice',
  ])('catches %s', async (name) => {
    const { finding } = await showPiece(pieceNamed(name), { seconds: 60 });
    expect(finding?.shortness).toBe('shortest');
  });

  // What panics cannot be saved and restored where it does: the walk of pairs does not end, and nothing can be taken out of its trace.
  test('catches byte-write-panics', async () => {
    const { finding } = await showPiece(pieceNamed('byte-write-panics'), { seconds: 60 });
    expect(['shortest', 'minimal']).toContain(finding?.shortness);
  });

  test('catches a device that cannot save, by a trace from which nothing can be left out', async () => {
    const Wrong = pieceNamed('lost-after-a-disable').device(PlainDevice);
    const subject = subjectOf((options) => withoutSnapshots(new Wrong(options)), [1]);
    const options = { learn: true, seconds: 20, scenes: ['one vector'], strategies: ['all transitions'] };
    const report = await conform(subject, options);
    const traces = report.causes.flatMap(({ findings }) => findings.map(({ trace }) => trace.length));
    expect(Math.min(...traces)).toBe(4);
  });

  test.each([
    ['unmask-does-not-send', 'MSIX-PEND-2'],
    ['unmask-forgotten-after-a-write', 'MSIX-TABLE-3'],
  ])('tells %s as one cause first, by %s', async (name, rule) => {
    const { report } = await showPiece(pieceNamed(name), { seconds: 60 });
    expect(report.causes[0].rule).toBe(rule);
    expect(report.causes.length).toBeLessThanOrEqual(2);
  });

  test('catches the last of 2,048 vectors, each tried by itself', async () => {
    const Wrong = pieceNamed('vector-2047-sends-nothing').device(PlainDevice);
    const subject = subjectOf((options) => new Wrong(options), [2048]);
    const options = { seconds: 60, scenes: ['2048 vectors'], strategies: ['each vector by itself'] };
    const { causes, outcomes } = await conform(subject, options);
    expect(outcomes[0]).toMatchObject({ isComplete: true, steps: 45_298 });
    expect(causes[0].findings[0].trace).toEqual(['control.on/2', 'write.2047.A/4', 'signal.2047', 'unmask.2047/4']);
  });

  test('tries vectors whose numbers differ in one bit before the others: 2047 and 1023 within a thousand steps', async () => {
    const Wrong = pieceNamed('vector-2047-masks-vector-1023').device(PlainDevice);
    const told: string[] = [];
    const { causes } = await conform(
      subjectOf((options) => new Wrong(options), [2048]),
      {
        ...{ seconds: 60, scenes: ['2048 vectors'], strategies: ['each vector by itself'] },
        onProgress: (text) => void told.push(text),
        isStopped: () => told.length > 0,
      },
    );
    expect(told[0]).toMatch(/^each vector by itself, 2048 vectors: 1024 steps, .* [1-9]\d* findings$/);
    expect(causes.map(({ rule }) => rule)).toContain('MSIX-MASK-4');
  });

  test('says where learning took all of the time, and not that nothing was asked', async () => {
    class Slow extends PlainDevice {
      override configRead(offset: number, bytes: number): number {
        const until = performance.now() + 250;
        while (performance.now() < until);
        return super.configRead(offset, bytes);
      }
    }
    const subject = subjectOf((options) => withoutSnapshots(new Slow(options)), [1]);
    const report = await conform(subject, { learn: true, seconds: 0.1, scenes: ['one vector'] });
    expect([report.steps, report.verdict]).toEqual([0, 'open']);
    expect(verdictLine(report)).toMatch(
      /^open: nothing was judged of plain: learning alone took \d+\.\d s, and there was no time/,
    );
  });

  test('says of what there was no time to learn that there was none, and not that nothing stricter fits', () => {
    const { profile, reasons } = learn([], [], false, { steps: -1 });
    expect(profile.choices).toEqual(LOOSE_CHOICES);
    const loose = reasons.filter(({ choice, value }) => value !== STRICT_CHOICES[choice]);
    expect(loose.length).toBeGreaterThan(5);
    expect(loose.filter(({ words }) => !words.includes('There was no time to find out'))).toEqual([]);
    expect(learn([], [], false, { steps: 10_000 }).profile.choices).toEqual(STRICT_CHOICES);
  });

  test('says n/a of what it asked nothing', async () => {
    const report = await conform(
      subjectOf((options) => new PlainDevice(options), [1]),
      { scenes: [], seconds: 1 },
    );
    expect(verdictLine(report)).toBe('n/a: nothing was asked of plain');
  });
});

test('the museum has at least sixty pieces, each with a name of its own', () => {
  expect(MUSEUM.length).toBeGreaterThanOrEqual(60);
  expect(new Set(MUSEUM.map(({ name }) => name)).size).toBe(MUSEUM.length);
});
