/**
 * What a device does instead of answering, as a sentence: what was got once, what was expected once, and the request once.
 */
import { describe, expect, test } from 'vitest';
import type { DeviceFailure } from '../../../conformance/device/device.ts';
import { FailureError, tellFailure, thrown } from '../../../conformance/device/failure.ts';
import { NonsenseError } from '../../../conformance/device/nonsense.ts';
import { startProcess } from '../../../conformance/device/process.ts';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';

test.each<[DeviceFailure, string]>([
  [
    { kind: 'hung', words: 'No answer came for 1500 ms' },
    'No answer came for 1500 ms; expected an answer, at signal 0x0.',
  ],
  [
    { kind: 'crashed', words: 'The program has ended, with exit status 1', more: 'It said: Got no; expected yes.' },
    'The program has ended, with exit status 1; expected an answer, at signal 0x0. It said: Got no; expected yes.',
  ],
  [
    { kind: 'garbled', words: 'the answer "ok 42"', expected: 'ok alone' },
    'Got the answer "ok 42"; expected ok alone, at signal 0x0.',
  ],
  // The words of a device are no sentence of ours, whatever they look like.
  [
    { kind: 'error', words: 'Got 1; expected 2. The last request was "reset".' },
    'Got refused: Got 1; expected 2. The last request was "reset".; expected ok, at signal 0x0.',
  ],
  [{ kind: 'error', words: '' }, 'Got refused; expected ok, at signal 0x0.'],
  [{ kind: 'unsupported', words: '' }, 'Got unsupported; expected ok, at signal 0x0.'],
  [
    thrown(new TypeError('no such thing')),
    'The device threw TypeError: no such thing; expected an answer, at signal 0x0.',
  ],
  [thrown(new FailureError('a trap: unreachable')), 'Got a trap: unreachable; expected an answer, at signal 0x0.'],
  [
    thrown(new NonsenseError('what signal gives', Promise.resolve(), 'nothing')),
    'Got a promise as what signal gives; expected nothing, at signal 0x0.',
  ],
])('%o', (failure, told) => {
  expect(tellFailure({ ...failure, request: 'signal 0x0' })).toBe(told);
});

test('a device that hangs, crashes, says nonsense or refuses: each is a finding with what it is, the request, and its words', async () => {
  const failureAt = async (way: string): Promise<unknown> => {
    const { causes } = await judged(`${way}@retire`);
    expect(causes).toHaveLength(1);
    const { kind, words, request, form } = causes[0].findings[0].failure!;
    return { kind, words, request, form };
  };
  const request = 'retire 0x0';
  expect(await failureAt('error')).toEqual({ kind: 'error', words: 'the bus says no', request });
  expect(await failureAt('garbage')).toEqual({ kind: 'garbled', words: 'the answer "Segmentation fault"', request });
  expect(await failureAt('die')).toEqual({
    kind: 'crashed',
    words: 'The program has ended, with exit status 3',
    request,
  });
});

test('a form of access that is refused is one cause, whatever it is for; and a read is, wherever it is read back', async () => {
  const { causes } = await judged('error@table-write/8');
  expect(causes.map(({ findings: [{ failure }] }) => failure?.form)).toEqual(['table-write/8']);
  expect(new Set(causes[0].findings.map(({ access }) => access.split('/')[0])).size).toBeGreaterThan(1);
});

/** What came of those that were put to the judge: several tests read the same report. */
const reports = new Map<string, Promise<Report>>();

/** Puts a right device that answers one kind of request in this way to the judge. */
function judged(way: string): Promise<Report> {
  const report = reports.get(way) ?? judge(way);
  reports.set(way, report);
  return report;
}

async function judge(way: string): Promise<Report> {
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
