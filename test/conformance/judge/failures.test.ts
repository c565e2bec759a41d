/**
 * A device that fails by itself: one assertion is one cause, by whatever access it is met; and what is told is the access that the short trace ends in.
 */
import { expect, test } from 'vitest';
import { FailureError } from '../../../conformance/device/failure.ts';
import { conform } from '../../../conformance/judge/conform.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { subjectOf } from '../../../conformance/judge/subject.ts';
import { pieceNamed, PlainDevice } from '../../../conformance/museum/index.ts';

/** It has four routes, takes one for each vector that nothing blocks, and gives none back. The next one is an assertion that fails. */
class FourRoutes extends PlainDevice {
  private readonly take = (vector: number): void => {
    if (this.isBlocked(vector) || this.memory[vector] !== 0) return;
    if (this.memory.slice(0, this.vectorCount).filter((each) => each !== 0).length === 4)
      throw new FailureError('an assertion of its own, fail(2)', 2);
    this.memory[vector] = 1;
  };
  override writeVectorControl(vector: number, value: number): void {
    super.writeVectorControl(vector, value);
    this.take(vector);
  }
  override writeControl(value: number, bytes: number): void {
    super.writeControl(value, bytes);
    for (let vector = 0; vector < this.vectorCount; vector++) this.take(vector);
  }
  override reset(): void {
    super.reset();
    this.memory.fill(0);
  }
}

test('one assertion that unmasking and enabling meet, by every width, is one cause, by no rule of MSI-X', async () => {
  const report = await conform(
    subjectOf((wanted) => new FourRoutes(wanted), [65]),
    {
      profile: profileNamed('pcie'),
      scenes: ['65 vectors'],
      strategies: ['random walks'],
      limits: { sampling: 2000 },
      seconds: 12,
    },
  );
  expect(report.causes.map(({ rule }) => rule)).toEqual(['']);
  const [{ findings }] = report.causes;
  const met = findings.flatMap(({ access, otherAccesses }) => [access, ...otherAccesses]);
  expect(met.map((each) => each.split('/')[0].split(' ').at(-1))).toEqual(
    expect.arrayContaining(['control', 'unmask']),
  );
  const [{ trace, access, reproduced }] = findings;
  expect([trace.length, reproduced]).toEqual([6, { shown: 3, tries: 3 }]);
  expect(
    trace
      .at(-1)!
      .replace(/\.[\w.]+(?=\/)/, '')
      .replace('open', 'write and unmask'),
  ).toBe(access);
});

test('what does not show when its path is run again is no finding beside others that do, and is counted', async () => {
  const Wrong = pieceNamed('poll-sees-the-past').device(PlainDevice);
  const report = await conform(
    subjectOf((wanted) => new Wrong(wanted), [1]),
    { profile: profileNamed('strict'), scenes: ['one vector'], strategies: ['walk of pairs'], seconds: 10 },
  );
  const told = report.causes.flatMap(({ findings }) => findings);
  expect(told.length).toBeGreaterThan(5);
  expect(told.filter(({ reproduced }) => reproduced?.shown === 0)).toEqual([]);
  expect(report.notes.join(' ')).toMatch(
    /\d more that went wrong did not when their paths were run again; beside what is told/,
  );
});
