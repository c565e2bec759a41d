/**
 * What a report prints to show a finding again does show it: with everything read back, with nothing read back before the last step, or with what the
 * trace reads alone. And that a finding shows only where everything is read back is said where it was tried, and is so.
 */
import { describe, expect, test } from 'vitest';
import { conform } from '../../../conformance/judge/conform.ts';
import { readbackOf, replayTrace } from '../../../conformance/judge/replay-trace.ts';
import { reportLines } from '../../../conformance/judge/report/text.ts';
import { subjectOf } from '../../../conformance/judge/subject.ts';
import { PlainDevice } from '../../../conformance/museum/index.ts';
import { withoutSnapshots } from '../../../conformance/museum/show.ts';

/** What was sent is pending again once the vector is masked, unless the Pending Bit Array was read in between. */
class SentUntilPolled extends PlainDevice {
  override send(vector: number): void {
    super.send(vector);
    this.memory[vector] = 1;
  }
  override writeVectorControl(vector: number, value: number): void {
    super.writeVectorControl(vector, value);
    if ((value & 1) === 0 || this.memory[vector] === 0) return;
    this.pending[vector] = 1;
    this.memory[vector] = 0;
  }
  override readPending(dword: number): number {
    this.memory.fill(0);
    return super.readPending(dword);
  }
}

/** What comes while the vector is masked is sent by a read of the Pending Bit Array. */
class SendsWhenPolled extends PlainDevice {
  override readPending(dword: number): number {
    for (let vector = 0; vector < this.vectorCount; vector++)
      if (this.enabled && this.pending[vector] === 1) this.send(vector);
    return super.readPending(dword);
  }
}

/** A QWORD that masks unmasks for a moment first: it sends what is pending, whatever was read. */
class QwordGlitch extends PlainDevice {
  override writeDword(dword: number, value: number, bytes: number): void {
    if (dword % 4 === 3 && bytes === 8) super.writeDword(dword, 0, bytes);
    super.writeDword(dword, value, bytes);
  }
}

describe.each([
  ['sends again what nobody polled', SentUntilPolled, true],
  ['sends when it is polled', SendsWhenPolled, false],
  ['unmasks for a moment', QwordGlitch, false],
] as const)('each finding of a device that %s', (_, Wrong, isHiddenByReads) => {
  const subject = subjectOf((options) => withoutSnapshots(new Wrong(options)), [1]);
  const judged = conform(subject, {
    ...{ seconds: 50, scenes: ['one vector'], strategies: ['transitions read at the end', 'transition pairs'] },
  });

  test('is shown by its replay', async () => {
    const { causes, profile } = await judged;
    const findings = causes.flatMap(({ findings: each }) => each);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) {
      const { scene, trace } = finding;
      const replay = { scene, trace, choices: profile.choices };
      expect(await replayTrace(subject, { ...replay, readback: readbackOf(finding) })).toMatchObject({ isWrong: true });
      if (!isHiddenByReads) continue;
      expect(readbackOf(finding)).toBe('last');
      expect(await replayTrace(subject, replay)).toMatchObject({ isWrong: false });
    }
  });

  test('says that it takes the reads where nothing shows without them', async () => {
    const report = await judged;
    const text = reportLines(report, { replay: () => '', resembles: () => [] }).join('\n');
    expect(text.includes('Nothing is read back before the last step.')).toBe(isHiddenByReads);
    for (const { scene, trace } of report.causes.flatMap(({ findings: each }) =>
      each.filter(({ needsReadback }) => needsReadback === true),
    )) {
      for (const readback of ['last', 'own'] as const)
        expect(await replayTrace(subject, { scene, trace, readback, choices: report.profile.choices })).toMatchObject({
          isWrong: false,
        });
    }
  });
});
