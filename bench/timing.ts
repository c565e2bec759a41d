/**
 * Times contenders against each other, in one run and in turns, so that whatever else the machine does hits them alike.
 */

/** A piece of work: does `count` operations, and returns a checksum, so that nothing of it can be optimised away. */
export interface Work {
  readonly name: string;
  readonly run: (count: number) => number;
}

/** A piece of work that another process does, which times itself: what it takes to start it is no part of that. */
export interface TimedWork {
  readonly name: string;
  readonly time: (count: number) => { readonly nanoseconds: number; readonly checksum: number };
}

/** What one piece of work took. */
export interface Timing {
  readonly name: string;
  /** Median over the rounds, in nanoseconds an operation. */
  readonly nanoseconds: number;
  /** The fastest of the rounds: what is left on a machine that others disturb. */
  readonly fastest: number;
  /** How much longer than the first piece of work: the median of the ratios within each round. */
  readonly ratio: number;
  readonly checksum: number;
}

/** How long to measure. */
export interface Effort {
  /** Operations of one piece of work in a round. */
  readonly operations: number;
  /** Rounds that count. */
  readonly rounds: number;
  /** Rounds before these, in which V8 compiles. */
  readonly warmUp: number;
}

/** Times every piece of work, each once a round, beginning with another one every time. */
export function timeInTurns(works: readonly (Work | TimedWork)[], { operations, rounds, warmUp }: Effort): Timing[] {
  const checksums = works.map(() => 0);
  const samples: number[][] = works.map(() => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < works.length; turn++) {
      const index = (turn + round + warmUp) % works.length;
      const { nanoseconds, checksum } = timed(works[index], operations);
      checksums[index] = checksum;
      if (round >= 0) samples[index].push(nanoseconds / operations);
    }
  }
  return works.map(({ name }, index) => ({
    name,
    nanoseconds: median(samples[index]),
    fastest: Math.min(...samples[index]),
    ratio: median(samples[index].map((sample, round) => sample / samples[0][round])),
    checksum: checksums[index],
  }));
}

function timed(work: Work | TimedWork, operations: number): ReturnType<TimedWork['time']> {
  if ('time' in work) return work.time(operations);
  const start = process.hrtime.bigint();
  const checksum = work.run(operations);
  return { nanoseconds: Number(process.hrtime.bigint() - start), checksum };
}

/** The middle one of the values, which is not moved by the rounds that something else disturbed. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >>> 1];
}

/** Prints rows of cells: the first columns are words, and begin below each other; those of the others end so. */
export function printTable(rows: readonly (readonly string[])[], wordColumns: number): void {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column < wordColumns ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    );
    console.log(cells.join('  ').trimEnd());
  }
}
