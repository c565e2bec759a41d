/**
 * A race in batches, each from a fresh state: how large the share of each outcome is, and how much it differs from batch to batch. A level that
 * ends is a finding, and the batch goes on from the saved state with the repetitions that are left.
 */
import type { RealAssignedDevice } from '../device/nested/assigned.ts';
import { NOT_SENT, OUTCOMES, type Race, type RaceOptions, type RaceOutcome, runRace } from './races.ts';

/** How a race is run in batches. */
export interface BatchOptions extends RaceOptions {
  readonly batches: number;
}

/** What the batches came to. */
export interface BatchReport {
  readonly race: string;
  readonly batches: number;
  /** All that were done. */
  readonly repetitions: number;
  readonly counts: Readonly<Record<RaceOutcome, number>>;
  /** Of each batch, how many were lost that the device had sent. */
  readonly lost: readonly number[];
  /** Of the lost, how many the device did not send. */
  readonly unsent: number;
  readonly pending: number;
  /** Where lost events were last seen, as sentences with how often. */
  readonly places: Readonly<Record<string, number>>;
  /** What became of each level that ended, with the last words of all. */
  readonly endings: readonly string[];
  readonly milliseconds: number;
  /** Of these, how many were spent waiting for messages. */
  readonly waited: number;
  readonly commands: number;
}

/** After so many endings of a level a batch is given up. */
const MOST_ENDINGS = 3;

/** Runs the batches. */
export async function runBatches(
  device: RealAssignedDevice,
  race: Race,
  { batches, ...options }: BatchOptions,
): Promise<BatchReport> {
  const counts: Record<RaceOutcome, number> = { before: 0, held: 0, late: 0, lost: 0 };
  const places: Record<string, number> = {};
  const lost: number[] = [];
  const endings: string[] = [];
  let [repetitions, pending, milliseconds, waited, commands, unsent] = [0, 0, 0, 0, 0, 0];
  for (let batch = 0; batch < batches; batch++) {
    let lostHere = 0;
    const most = endings.length + MOST_ENDINGS;
    for (let done = 0; done < options.repetitions && endings.length < most;) {
      await device.fresh();
      const before = device.commands;
      const report = await runRace(device, race, { ...options, repetitions: options.repetitions - done });
      for (const outcome of OUTCOMES) counts[outcome] += report.counts[outcome];
      for (const [words, count] of report.places) places[words] = (places[words] ?? 0) + count;
      const notSent = report.places.get(NOT_SENT) ?? 0;
      unsent += notSent;
      lostHere += report.counts.lost - notSent;
      pending += report.pending;
      milliseconds += report.milliseconds;
      waited += report.waited;
      commands += device.commands - before;
      done += report.repetitions;
      repetitions += report.repetitions;
      if (report.ended === undefined) continue;
      endings.push(report.ended);
      // The repetition that ended it is one, too.
      done++;
      repetitions++;
      options.onProgress?.(`${race.name}: a level ended in repetition ${done}: ${report.ended}`);
    }
    lost.push(lostHere);
  }
  return {
    ...{ race: race.name, batches, repetitions, counts, lost, unsent, pending, places, endings },
    ...{ milliseconds, waited, commands },
  };
}

/** A share, and how it differs from batch to batch: "0.8 % (0 to 1.4)". */
export function shareOf(lost: readonly number[], repetitions: number): string {
  // One of five thousand is not none.
  const percent = (count: number, of: number): string => {
    const share = (100 * count) / of;
    return share.toFixed(share > 0 && share < 0.1 ? 2 : 1);
  };
  const sum = lost.reduce((all, each) => all + each, 0);
  const whole = `${percent(sum, repetitions)} %`;
  if (lost.length === 1) return whole;
  const each = repetitions / lost.length;
  return `${whole} (${percent(Math.min(...lost), each)} to ${percent(Math.max(...lost), each)})`;
}
