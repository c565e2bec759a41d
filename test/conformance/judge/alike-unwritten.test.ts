/**
 * Entries that were never written may hold the same message, and one that nobody has read may hold any. Whose a message was, then nothing
 * tells, and no lawful device is accused by a guess.
 */
import { expect, test } from 'vitest';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';
import { Lawful, lawfulPieces } from '../../../conformance/museum/lawful.ts';
import type { Choices } from '../../../spec/choices.ts';

const judged = (choices: Choices, strategies: readonly string[], sampling: number): Promise<Report> =>
  conform(remoteSubject(remoteOf((options) => new Lawful(options, choices), 2)), {
    profile: { name: 'its own', choices, assumptions: {} },
    ...{ scenes: ['two vectors'], strategies, seconds: 20, limits: { sampling } },
  });
const combination = (number: number, seed: number): Choices =>
  lawfulPieces(number, seed).find(({ name }) => name === `combination-${number}`)!.choices;
const accused = ({ causes, unsettled }: Report): (readonly string[])[] =>
  [...causes, ...unsettled].map(({ findings }) => findings[0].trace);

test('two vectors that may both send what no suite has written are right, whichever does', async () => {
  const choices = combination(2, 3);
  expect(choices).toMatchObject({ resetEntry: 'any', disabledTable: 'any', coalescing: 'each' });
  const report = await judged(choices, ['all transitions', 'random walks'], 4000);
  expect(accused(report)).toEqual([]);
  expect(report.steps).toBeGreaterThan(20_000);
});

test.each([
  [1, 11],
  [4, 12],
  [7, 13],
])('combination %i of seed %i is right', async (number, seed) => {
  const report = await judged(combination(number, seed), ['random walks'], 1500);
  expect(accused(report)).toEqual([]);
  expect(report.steps).toBeGreaterThan(2000);
});
