/**
 * Exits to userspace, counted: the recorded guest and the one of the older habit, through each way to assign their device.
 */
import { describe, expect, test } from 'vitest';
import { countExits, EXIT_KINDS, type GuestStep, olderHabit, stepsOf } from '../../../conformance/replay/assigned.ts';
import { fileSource } from '../../../conformance/replay/file.ts';
import { readRecord } from '../../../conformance/replay/record.ts';

/** Exits by kind, in the order of `EXIT_KINDS`: control, configuration read, mask, unmask, address or data, table read, pending read. */
const exitsOf = (vectorCount: number, steps: readonly GuestStep[]) =>
  Object.fromEntries(
    countExits(vectorCount, steps).map(({ answerer, exits }) => [answerer, EXIT_KINDS.map((kind) => exits[kind])]),
  );

describe('the boot of Linux 6.1 with an NVMe controller, assigned', () => {
  const { geometry, steps } = stepsOf(fileSource('traces/linux-6.1-nvme.trace'));

  test('exits for what each design leaves to userspace', () => {
    expect(exitsOf(geometry.vectorCount, steps)).toEqual({
      'userspace only': [12, 40, 37, 9, 102, 59, 0],
      posted: [12, 40, 28, 0, 102, 32, 0],
      reviewed: [12, 40, 0, 0, 0, 0, 0],
    });
  });

  test('gets every interrupt that the record counts, and reads what it read', () => {
    const record = readRecord('traces/linux-6.1-nvme.json') as { figures?: { messages: { explained: object } } };
    const explained: number[] = Object.values(record.figures?.messages.explained ?? {});
    const interrupts = explained.reduce((sum, count) => sum + count, 0);
    expect(interrupts).toBe(721);
    for (const run of countExits(geometry.vectorCount, steps)) {
      expect([run.interrupts, run.delivered, run.differingReads, run.accesses]).toEqual([721, 721, 0, 259]);
    }
  });

  test('a read that the trace shows otherwise is seen', () => {
    const at = steps.findIndex(({ kind }) => kind === 'tableRead');
    const read = steps[at];
    if (read?.kind !== 'tableRead') throw new Error('Got no read of the table; expected one in the trace.');
    const changed = steps.with(at, { ...read, low: read.low ^ 1 });
    expect(countExits(geometry.vectorCount, changed).map(({ differingReads }) => differingReads)).toEqual([1, 1, 1]);
  });
});

describe('a guest of the older habit, which is synthetic', () => {
  const options = { vectorCount: 4, interrupts: 1000, seed: 1 };

  test('exits four times an interrupt with userspace only, and hardly ever with the others', () => {
    expect(exitsOf(4, olderHabit(options))).toEqual({
      'userspace only': [1, 0, 1004, 1004, 39, 2008, 0],
      posted: [1, 0, 4, 0, 39, 4, 0],
      reviewed: [1, 0, 0, 0, 0, 0, 0],
    });
  });

  test('is the same for a seed, and another for another', () => {
    expect(olderHabit(options)).toEqual(olderHabit(options));
    expect(olderHabit({ ...options, seed: 2 })).not.toEqual(olderHabit(options));
  });

  test('masks, reads, unmasks, reads after each interrupt, in this order', () => {
    const steps = olderHabit({ vectorCount: 1, interrupts: 1, seed: 1 });
    const words = steps.map((step) =>
      'offset' in step ? `${step.kind} ${step.offset} ${'low' in step ? step.low : step.value}` : step.kind,
    );
    expect(words.slice(-8)).toEqual([
      'configWrite 2 32768',
      'tableWrite 12 0',
      'tableRead 12 0',
      'interrupt',
      'tableWrite 12 1',
      'tableRead 12 1',
      'tableWrite 12 0',
      'tableRead 12 0',
    ]);
  });
});
