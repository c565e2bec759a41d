/**
 * Wide devices: what is asked of one vector of many is asked of each, across the carries of their numbers. What there was no time to begin
 * is said, and nothing holds without it.
 */
import { expect, test } from 'vitest';
import type { DeviceOptions } from '../../../conformance/device/device.ts';
import { conform } from '../../../conformance/judge/conform.ts';
import { reportLines } from '../../../conformance/judge/report/text.ts';
import { subjectOf } from '../../../conformance/judge/subject.ts';
import { PlainDevice } from '../../../conformance/museum/index.ts';
import { withoutSnapshots } from '../../../conformance/museum/show.ts';

/** The upper dword of a QWORD of the Pending Bit Array reads as zero. */
class UpperHalfZero extends PlainDevice {
  override pbaRead(offset: number, bytes: number): number {
    const low = super.pbaRead(offset, bytes);
    if (bytes === 8) this.readHigh = 0;
    return low;
  }
}

/** The cause of vector v is withdrawn from vector v mod 32. */
class RetiresAnother extends PlainDevice {
  override retire(vector: number): void {
    super.retire(vector % 32);
  }
}

/** What is masked after each eighth vector masks the next one, too. */
class MaskOverflows extends PlainDevice {
  override writeVectorControl(vector: number, value: number): void {
    const isMasked = this.isMasked(vector);
    super.writeVectorControl(vector, value);
    if (vector % 8 === 7 && vector + 1 < this.vectorCount && !isMasked && this.isMasked(vector))
      this.table[4 * vector + 7] |= 1;
  }
}

/** A reset under Function Mask leaves the last vector unmasked. */
class LastStaysOpen extends PlainDevice {
  override reset(): void {
    const last = this.vectorCount - 1;
    const stays = this.functionMask && !this.isMasked(last);
    super.reset();
    if (stays) this.table[4 * last + 3] = 0;
  }
}

test.each<[new (options: DeviceOptions) => PlainDevice, number, readonly string[]]>([
  [UpperHalfZero, 33, ['MSIX-PBA-4']],
  [RetiresAnother, 33, ['MSIX-PEND-3', 'MSIX-PEND-4']],
  [MaskOverflows, 16, ['MSIX-MASK-4']],
  [LastStaysOpen, 4, ['MSIX-RESET-1']],
])('%o of %i vectors is caught by each vector alone', async (Wrong, vectors, rules) => {
  const { causes } = await conform(
    subjectOf((options) => withoutSnapshots(new Wrong(options)), [vectors]),
    { learn: true, seconds: 20, strategies: ['each vector by itself'] },
  );
  expect(causes.map(({ rule }) => rule).filter((rule) => rules.includes(rule))).not.toEqual([]);
});

test('a right one is not accused, and holds', async () => {
  const { causes, verdict } = await conform(
    subjectOf((options) => withoutSnapshots(new PlainDevice(options)), [33]),
    { seconds: 20, strategies: ['each vector by itself'] },
  );
  expect([causes, verdict]).toEqual([[], 'holds']);
});

test('what was not begun is told, and nothing holds before each scene has had its least of random walks', async () => {
  let isOver = false;
  const report = await conform(
    subjectOf((options) => withoutSnapshots(new PlainDevice(options)), [1, 33]),
    {
      ...{ seconds: 20, strategies: ['each vector by itself', 'random walks', 'transition pairs'] },
      isStopped: () => isOver,
      onProgress: (text) => void (isOver ||= text.startsWith('random walks')),
    },
  );
  expect(report.verdict).toBe('open');
  const lines = reportLines(report, { replay: () => '', resembles: () => [] });
  expect(lines).toContain('  random walks, 33 vectors: not begun');
  expect(lines).toContain('  transition pairs, one vector: not begun');
});

test('random walks of each scene come to their least before anything dearer', async () => {
  let isOver = false;
  const { outcomes } = await conform(
    subjectOf((options) => withoutSnapshots(new PlainDevice(options)), [1, 33]),
    {
      ...{ seconds: 60, strategies: ['each vector by itself', 'random walks', 'transition pairs'] },
      isStopped: () => isOver,
      onProgress: (text) => void (isOver ||= text.startsWith('transition pairs')),
    },
  );
  const walks = outcomes.filter(({ strategy }) => strategy === 'random walks');
  expect(walks.map(({ scene }) => scene)).toContain('33 vectors');
  expect(Math.min(...walks.map(({ steps }) => steps))).toBeGreaterThanOrEqual(4000);
});
