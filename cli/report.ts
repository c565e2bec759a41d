/**
 * How the command line looks: tables on standard output, and progress on standard error.
 */
import type { Progress as ExploreProgress } from '../checker/explore/tally.ts';
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { printRaw, safe } from './output.ts';

export { EXIT, type Exit, holdOutput, print, printRaw, tell } from './output.ts';

/** Prints a table without borders: numbers to the right, and whatever `right` names; the rest to the left. */
export function printTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  right: readonly number[] = [],
): void {
  const isNumber = head.map((_, column) => {
    return right.includes(column) || rows.every((row) => typeof row[column] === 'number');
  });
  const table = new Table({
    head: [...head],
    chars: Object.fromEntries(BORDERS.map((name) => [name, ''])),
    colAligns: isNumber.map((number) => (number ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const row of rows) table.push(row.map((cell) => safe(formatCell(cell))));
  printRaw(`${table.toString().replaceAll(/ +$/gm, '')}\n`);
}

const BORDERS =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'.split(
    ' ',
  );

/** Writes a cell; numbers get their thousands set apart. */
export function formatCell(cell: string | number): string {
  return typeof cell === 'number' ? cell.toLocaleString('en-US') : cell;
}

/** Tells a number of things by their name: "1 disagreement", "2,532 states". */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${formatCell(count)} ${count === 1 ? one : many}`;

/** Follows a long piece of work on standard error, where that is a terminal. */
export interface Progress {
  advance(done: number): void;
  end(): void;
}

/** Follows an exploration on standard error: what it has found, how fast, and how long it will take where that is known. */
export interface ExplorationProgress {
  readonly report: (progress: ExploreProgress) => void;
  end(): void;
}

const LINE_MILLISECONDS = 10_000;

/**
 * Begins to follow an exploration. On a terminal it is one line that is written over; elsewhere a line every ten seconds.
 * @param expected The number of states that it will find, where it is known from before.
 */
export function followExploration(name: string, expected?: number): ExplorationProgress {
  const { isTTY } = process.stderr;
  let written = 0;
  return {
    report: (progress) => {
      if (!isTTY && progress.milliseconds < written + LINE_MILLISECONDS) return;
      written = progress.milliseconds;
      process.stderr.write(
        `${isTTY ? '\r\u001B[K' : ''}${name}: ${tellProgress(progress, expected)}${isTTY ? '' : '\n'}`,
      );
    },
    end: () => {
      if (isTTY && written > 0) process.stderr.write('\r\u001B[K');
    },
  };
}

/** Says how far an exploration is: "1,200 states (40% of 3,000), 100 of them open, depth 4, 30.1 million tries/s, 2 s left". */
export function tellProgress(progress: ExploreProgress, expected?: number): string {
  const { states, frontier, depth, triesPerSecond, milliseconds } = progress;
  const expanded = states - frontier;
  const share =
    expected === undefined ? '' : ` (${((100 * states) / expected).toFixed(0)}% of ${formatCell(expected)})`;
  // What is left is states that are not expanded yet, whether they are found or not.
  const seconds = expected === undefined ? NaN : ((milliseconds / 1000) * (expected - expanded)) / expanded;
  const left = Number.isFinite(seconds) ? `, ${Math.ceil(seconds)} s left` : '';
  const rate = `${(triesPerSecond / 1e6).toFixed(1)} million tries/s`;
  return `${formatCell(states)} states${share}, ${formatCell(frontier)} of them open, depth ${depth}, ${rate}${left}`;
}

let follow: ((what: string, total: number) => Progress) | undefined;

/** Gives all progress of this thread to someone else, who shows it. */
export function divertProgress(take: (what: string, total: number) => Progress): void {
  follow = take;
}

/** Begins to follow `total` pieces of work. */
export function startProgress(what: string, total: number): Progress {
  if (follow !== undefined) return follow(what, total);
  if (!process.stderr.isTTY) return { advance: () => {}, end: () => {} };
  const bar = new SingleBar({
    format: `${what} {bar} {percentage}% | {value} of {total} | {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  return { advance: (done) => bar.update(done), end: () => bar.stop() };
}
