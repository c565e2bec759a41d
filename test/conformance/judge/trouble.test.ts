/**
 * A program that gets into trouble: the judge tells the last request, starts it again, goes on with the rest, leaves nothing running,
 * and keeps to its time.
 */
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { startProcess } from '../../../conformance/device/process.ts';
import type { RemoteDevice } from '../../../conformance/device/device.ts';
import { conform, type ConformOptions, type Report } from '../../../conformance/judge/conform.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';

let open: RemoteDevice | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

/** What every program of this run is told, so that those of another run on the machine are not taken for its own. */
const OWN = `run-${process.pid}`;

/** Puts a program that is troubled in one way to the judge, along the tour of one scene. */
async function judged(way: string, options: ConformOptions = {}): Promise<Report> {
  open = await startProcess({
    command: [process.execPath, 'test/setup/troubled.mjs', way, OWN],
    // Only what hangs is waited for; on a busy machine an exit takes its time.
    patience: way === 'hang' ? 1500 : 20_000,
    vectorCount: 1,
  });
  return conform(remoteSubject(open), {
    profile: profileNamed('strict'),
    scenes: ['bits and bytes'],
    strategies: ['all transitions'],
    seconds: 60,
    ...options,
  });
}

describe('a program that, where a pending event is retired,', () => {
  test.each([
    ['hang', /No answer came for 1500 ms to "retire 0x0"/],
    ['crash', /The program has ended, with the signal SIGABRT.*pending.*The last request was "retire 0x0"/s],
    ['flood', /that nobody asked for|Got the answer "ok"; expected ok and a number/],
    ['garbage', /Got the answer "Segmentation fault"; expected ok, unsupported or error/],
    ['fork', /The program has ended, with exit status 1.*The last request was "retire 0x0"/s],
  ])('does %s: is told with the last request, and the rest is asked all the same', async (way, text) => {
    const report = await judged(way);
    const findings = report.causes.flatMap((cause) => cause.findings);
    // Nothing else is wrong; a busy machine may be slow to answer anything.
    const others = findings.filter(
      ({ access, differences }) => access !== 'retire' && !/No answer came/.test(differences.join()),
    );
    expect(others).toEqual([]);
    findings.splice(0, findings.length, ...findings.filter(({ access }) => access === 'retire'));
    expect(findings).toHaveLength(1);
    expect(findings[0].differences.join()).toMatch(text);
    expect(findings[0].trace).toEqual(['signal.0', 'retire.0']);
    expect(report.verdict).toBe('violated');
    // It was started again, and asked what it does otherwise.
    expect(report.steps).toBeGreaterThan(1000);
    expect(report.outcomes.every(({ isComplete }) => isComplete)).toBe(true);
    await open?.close();
    await expect.poll(running, { timeout: 5000 }).toEqual([]);
  });

  test('forks, and is looked at while it runs: its child is seen, so that its end means something', async () => {
    open = await startProcess({
      command: [process.execPath, 'test/setup/troubled.mjs', 'fork', OWN],
      patience: 20_000,
    });
    await open.run([
      { verb: 'signal', vector: 0 },
      { verb: 'retire', vector: 0 },
    ]);
    expect(running().some((line) => line.includes('setInterval'))).toBe(true);
    await open.close();
    await expect.poll(running, { timeout: 5000 }).toEqual([]);
  });

  test.each(['none', 'late'])('does %s: is right', async (way) => {
    const report = await judged(way);
    expect(report.causes).toEqual([]);
    expect(report.verdict).toBe('holds');
  });

  test('is interrupted: a report is made of what was found so far', async () => {
    let steps = 0;
    const report = await judged('crash', { isStopped: () => ++steps > 400 });
    expect(report.verdict).not.toBe('holds');
    expect(report.outcomes).toHaveLength(1);
    expect(report.outcomes[0].isComplete).toBe(false);
  });

  test('hangs: the time is kept all the same', async () => {
    const began = performance.now();
    const report = await judged('hang', { seconds: 4, learn: true, strategies: undefined, scenes: undefined });
    expect(report.milliseconds).toBeGreaterThan(0);
    // Four seconds, one answer that is waited for, and what a busy machine adds.
    expect(performance.now() - began).toBeLessThan(4000 + 1500 + 6000);
  });
});

/** The programs of this test, and what they started, that still run; and any process of ours that has ended and was not waited for. */
function running(): string[] {
  const all = execFileSync('ps', ['-eo', 'stat,ppid,args'], { encoding: 'utf8' });
  return all.split('\n').filter((line) => {
    const [stat = '', parent] = line.trim().split(/\s+/);
    return stat.startsWith('Z') ? Number(parent) === process.pid : line.endsWith(OWN);
  });
}
