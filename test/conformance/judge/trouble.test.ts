/**
 * A program that gets into trouble: the judge tells the last request, starts it again, goes on with the rest, leaves nothing running,
 * and keeps to its time.
 */
import { execFileSync } from 'node:child_process';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startProcess } from '../../../conformance/device/process.ts';
import type { Device, DeviceOptions, RemoteDevice } from '../../../conformance/device/device.ts';
import { conform, type ConformOptions, type Report } from '../../../conformance/judge/conform.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { reportLines } from '../../../conformance/judge/report/text.ts';
import { remoteSubject, subjectOf } from '../../../conformance/judge/subject.ts';
import { PlainDevice } from '../../../conformance/museum/index.ts';

let open: RemoteDevice | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

/** What every program of this run is told, so that those of another run on the machine are not taken for its own. */
const OWN = `run-${process.pid}`;

/** How long a program that hangs is waited for, in milliseconds. It is short, so that a busy machine reaches a verdict in time. */
const HANGS = 500;

/** Starts a program that is troubled in one way. Only what hangs is waited for; on a busy machine an exit takes its time. */
const start = (way: string, vectorCount: number): Promise<RemoteDevice> =>
  startProcess({
    command: [process.execPath, 'test/setup/troubled.mjs', way, OWN],
    patience: way.startsWith('hang') ? HANGS : 20_000,
    vectorCount,
  });

/** Puts a program that is troubled in one way to the judge, along the tour of one scene. */
async function judged(way: string, options: ConformOptions = {}): Promise<Report> {
  open = await start(way, 1);
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
    ['hang', new RegExp(`No answer came for ${HANGS} ms; expected an answer, at retire 0x0`)],
    [
      'crash',
      /The program has ended, with the signal SIGABRT; expected an answer, at retire 0x0\. It said: .*pending/s,
    ],
    ['flood', /that nobody asked for|Got the answer "ok"; expected ok and a number/],
    ['garbage', /Got the answer "Segmentation fault"; expected ok, unsupported or error/],
    ['fork', /The program has ended, with exit status 1; expected an answer, at retire 0x0/],
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
    open = await start('fork', 2);
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
});

describe('the time that is asked for', () => {
  /** How long it takes to begin, on this machine as busy as it is: with a device that answers at once, and next to no time. */
  let beginning = 0;
  beforeAll(async () => {
    const began = performance.now();
    await conform(
      subjectOf((options) => new PlainDevice(options), [1, 2]),
      { learn: true, seconds: 0.1 },
    );
    beginning = performance.now() - began;
  }, 60_000);
  /** What is told to come after it: as long again, and no more than ten seconds. What a busy machine adds is beside that. */
  const kept = (seconds: number): number => 1000 * (seconds + Math.min(seconds, 10)) + 2000 + 2 * beginning;

  test.each([
    ['hang@all', 4, 'violated'],
    ['hang@table-write/8', 4, 'violated'],
    ['hang', 4, 'violated'],
    ['die@table-write', 4, 'violated'],
    ['slow@all', 4, 'open'],
    ['slow@table-read', 1, 'open'],
  ] as const)('is kept with a program that does %s, of %d seconds', async (way, seconds, verdict) => {
    let found: Report['verdict'] = 'open';
    // A machine that is too busy to come to a verdict in this time says so, rightly. With four times as much it must come to one.
    for (const time of verdict === 'open' ? [seconds] : [seconds, 4 * seconds]) {
      if (found !== 'open') break;
      open = await start(way, 2);
      const began = performance.now();
      found = (await conform(remoteSubject(open), { learn: true, seconds: time })).verdict;
      expect(performance.now() - began).toBeLessThan(kept(time));
      await open.close();
      await expect.poll(running, { timeout: 5000 }).toEqual([]);
    }
    expect(found).toBe(verdict);
  });

  test('is kept however patient one is; who has not answered by then is told, and is no finding', async () => {
    const command = [process.execPath, 'test/setup/troubled.mjs', 'hang@signal', OWN];
    open = await startProcess({ command, vectorCount: 2, patience: 8000 });
    const began = performance.now();
    const report = await conform(remoteSubject(open), { seconds: 3 });
    expect(performance.now() - began).toBeLessThan(kept(3));
    expect([report.verdict, report.causes]).toEqual(['open', []]);
    expect(report.notes.join(' ')).toMatch(/an answer had not come for \d\.\d s, and was not waited for/);
  });

  test('is kept with a device in this process whose every access takes its time', async () => {
    const clock = new Int32Array(new SharedArrayBuffer(4));
    const slowly = (options: DeviceOptions): Device =>
      new Proxy(new PlainDevice(options), {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key, target);
          if (typeof value !== 'function') return value;
          return (...parameters: unknown[]): unknown => {
            if (/Read|Write/.test(String(key))) Atomics.wait(clock, 0, 0, 20);
            return (value as (...all: unknown[]) => unknown).apply(target, parameters);
          };
        },
      });
    const began = performance.now();
    const report = await conform(subjectOf(slowly, [1, 2048]), { learn: true, seconds: 2 });
    expect(performance.now() - began).toBeLessThan(kept(2));
    expect(report.verdict).toBe('open');
  });

  test('is over before a trace is made short: the report says how far that came', async () => {
    open = await startProcess({
      command: [process.execPath, 'test/setup/troubled.mjs', 'hang', OWN],
      ...{ vectorCount: 1, patience: 1500 },
    });
    const report = await conform(remoteSubject(open), {
      ...{ profile: profileNamed('strict'), scenes: ['bits and bytes'], strategies: ['all transitions'], seconds: 2 },
    });
    const told = reportLines(report, { replay: () => '', resembles: () => [] }).join('\n');
    expect(report.causes).toHaveLength(1);
    expect(told).toMatch(
      /trace of \d+ \((the shortest so far: time or tries were over|as it was found[^;]*); (shown 1 of 1 times again|not run again: time was over)\)/,
    );
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
