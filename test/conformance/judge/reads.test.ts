/**
 * Reads that change something: the read that triggers a bug stands in its trace, what it does is told as one cause, and from a trace that is called
 * minimal nothing can be taken. And the failures of a device cite no rule of MSI-X.
 */
import { describe, expect, test } from 'vitest';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import type { Finding } from '../../../conformance/judge/findings.ts';
import { reportJson } from '../../../conformance/judge/report/json.ts';
import { reportJunit } from '../../../conformance/judge/report/junit.ts';
import { reportLines } from '../../../conformance/judge/report/text.ts';
import { replayTrace } from '../../../conformance/judge/replay-trace.ts';
import { modelOf, scenesOf } from '../../../conformance/judge/scenes.ts';
import { rerun } from '../../../conformance/judge/rerun.ts';
import { type Subject, subjectOf } from '../../../conformance/judge/subject.ts';
import { signatureOf } from '../../../conformance/judge/findings.ts';
import { PlainDevice } from '../../../conformance/museum/index.ts';
import { withoutSnapshots } from '../../../conformance/museum/show.ts';

/** A read of Vector Control arms it, and the next unmasking then forgets what is pending. */
class Forgets extends PlainDevice {
  protected arms(vector: number): boolean {
    return vector >= 0;
  }
  override tableRead(offset: number, bytes: number): number {
    if ((offset % 16) + bytes > 12 && this.arms(offset >> 4)) this.memory[3] = 1;
    return super.tableRead(offset, bytes);
  }
  override writeVectorControl(vector: number, value: number): void {
    if (this.isMasked(vector) && (value & 1) === 0 && this.memory[3] === 1) this.pending[vector] = 0;
    if ((value & 1) === 0) this.memory[3] = 0;
    super.writeVectorControl(vector, value);
  }
  override resetVector(vector: number): void {
    super.resetVector(vector);
    this.memory[3] = 0;
  }
}

/** Only a read of a masked vector of an enabled function arms it, and whatever opens the vector then loses what is pending. */
class Loses extends Forgets {
  protected override arms(vector: number): boolean {
    return this.enabled && this.isMasked(vector);
  }
  override release(vector: number): void {
    if (this.memory[3] === 1 && !this.isBlocked(vector)) this.pending[vector] = this.memory[3] = 0;
    super.release(vector);
  }
  override writeVectorControl(vector: number, value: number): void {
    this.table[4 * vector + 3] = value & 1;
    this.release(vector);
  }
}

const context = { replay: ({ trace }: Finding) => trace.join(' '), resembles: () => [] };

describe.each([
  ['forgets', Forgets],
  ['loses', Loses],
] as const)('a device that %s what is pending, once Vector Control was read,', (_, Wrong) => {
  const subjects: readonly (readonly [string, string, () => Subject])[] = [
    ['that saves', 'walk of pairs', () => subjectOf((options) => new Wrong(options), [1])],
    ['that does not', 'all transitions', () => subjectOf((options) => withoutSnapshots(new Wrong(options)), [1])],
  ];
  test.each(subjects)('%s: is one cause, the read, and it is in each trace', async (_kind, strategy, make) => {
    const subject = make();
    const report = await conform(subject, {
      ...{ learn: true, seconds: 30, scenes: ['one vector'], strategies: [strategy] },
    });
    expect(report.causes.map(({ access }) => access)).toEqual(['read control']);
    const { findings } = report.causes[0];
    expect(findings.length).toBeGreaterThan(1);
    for (const { trace } of findings) expect(trace.slice(0, -1)).toContain('read.control.0/4');
    // Nothing can be left out of any of them.
    const [scene] = scenesOf(subject);
    const model = modelOf(scene, report.profile.choices, false);
    const shows = async ({ signature }: Finding, trace: readonly string[]): Promise<boolean> =>
      (await rerun(subject, scene, model, trace, { isUnread: true })).faults.some((each) =>
        each.faults.some((fault) => signatureOf(fault, each.action) === signature),
      );
    for (const finding of findings) {
      expect(await shows(finding, finding.trace)).toBe(true);
      const shorter = finding.trace
        .slice(0, -1)
        .map((_name, at) => finding.trace.filter((_step, other) => other !== at));
      expect(await Promise.all(shorter.map((trace) => shows(finding, trace)))).toEqual(shorter.map(() => false));
      const { isWrong } = await replayTrace(subject, {
        ...{ scene: finding.scene, trace: finding.trace, choices: report.profile.choices },
      });
      expect(isWrong).toBe(true);
    }
  });
});

describe('a device that does not answer', () => {
  class Dies extends PlainDevice {
    override signal(): void {
      throw new Error('the end');
    }
    override tableWrite(offset: number, bytes: number, low: number, high: number): void {
      if (bytes === 2) throw new Error('a panic');
      super.tableWrite(offset, bytes, low, high);
    }
  }
  const judged = (): Promise<Report> =>
    conform(
      subjectOf((options) => new Dies(options), [1]),
      { seconds: 20, scenes: ['bits and bytes'], strategies: ['walk of pairs'] },
    );

  test('is told so, by no rule of MSI-X but one that leaves open what the access does', async () => {
    const report = await judged();
    const text = reportLines(report, context).join('\n');
    expect(text).toMatch(/^violated: plain fails in \d ways/);
    expect(text).toContain('. The device did not answer, by signal');
    expect(text).toContain('What the access does, MSIX-ACCESS-1 leaves open; it is answered all the same.');
    expect(text).not.toMatch(/did not answer \[|MSIX-ACCESS-2/);
    expect(report.causes.find(({ access }) => access === 'signal')?.rule).toBe('');
    const { causes } = JSON.parse(JSON.stringify(reportJson(report, context))) as { causes: { rule?: string }[] };
    expect(causes.map(({ rule }) => rule)).toEqual(causes.map(() => undefined));
    expect(reportJunit(report, context)).toContain('name="The device did not answer"');
  });

  test('is told whatever rule is asked for', async () => {
    const { causes } = await conform(
      subjectOf((options) => new Dies(options), [1]),
      { seconds: 20, scenes: ['one vector'], strategies: ['walk of pairs'], only: ['MSIX-CAP-2'] },
    );
    expect(causes.map(({ access }) => access)).toEqual(['signal']);
  });
});
