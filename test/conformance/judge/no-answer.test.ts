/**
 * What a device does instead of answering, as a sentence: what was got once, what was expected once, and the request once.
 */
import { describe, expect, test } from 'vitest';
import { startProcess } from '../../../conformance/device/process.ts';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import { tellNoAnswer } from '../../../conformance/judge/findings.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';

test.each([
  [
    'No answer came for 1500 ms to "signal 0x0". The last request was "signal 0x0".',
    'No answer came for 1500 ms to "signal 0x0"; expected an answer.',
  ],
  ['Got the answer "x"; expected ok alone.', 'Got the answer "x"; expected ok alone, at signal 0x0.'],
  [
    'The program has ended, with exit status 1. It said: no. The last request was "signal 0x0".',
    'The program has ended, with exit status 1. It said: no; expected an answer. The last request was "signal 0x0".',
  ],
  [
    'Got 2 lines that nobody asked for ("ok"); expected one line for each request. The last request was "signal 0x0".',
    'Got 2 lines that nobody asked for ("ok"); expected one line for each request. The last request was "signal 0x0".',
  ],
  ['the end', 'Got the end at signal 0x0; expected an answer.'],
])('%s', (text, told) => {
  expect(tellNoAnswer(text, 'signal 0x0')).toBe(told);
});

/** Puts a right device that answers one kind of request in this way to the judge. */
async function judged(way: string): Promise<Report> {
  const device = await startProcess({
    command: [process.execPath, 'test/setup/troubled.mjs', way],
    patience: 20_000,
    vectorCount: 1,
  });
  try {
    return await conform(remoteSubject(device), {
      profile: profileNamed('strict'),
      scenes: ['bits and bytes'],
      strategies: ['all transitions'],
      seconds: 20,
    });
  } finally {
    await device.close();
  }
}

describe('a device that answers with an error', () => {
  test.each(['retire', 'table-write/8'])('to every %s is told in its own words, and of nothing else', async (verb) => {
    const report = await judged(`error@${verb}`);
    const findings = report.causes.flatMap((cause) => cause.findings);
    expect(findings.length).toBeGreaterThan(0);
    for (const { differences } of findings)
      expect(differences.join()).toMatch(/^Got refused: the bus says no; expected ok, at (retire|table-write) /);
  });

  test.each(['table-write/1', 'table-read/2'])(
    'to every %s, which the standard leaves open, is right',
    async (verb) => {
      const report = await judged(`error@${verb}`);
      expect(report.causes).toEqual([]);
      expect(report.verdict).toBe('holds');
    },
  );
});
