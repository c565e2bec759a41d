/**
 * How the command line looks: tables on standard output, progress on standard error, and the exit status.
 */
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';

/** What the exit status means, for every verb. */
export const EXIT = {
  /** What was asked for holds, or is done. */
  holds: 0,
  /** Something is violated; what, and how to see it again, is on standard output. */
  violated: 1,
  /** The call was wrong. */
  usage: 2,
  /** A bound was met before there was an answer. */
  bound: 3,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Prints a line. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a table without borders: the first column to the left, numbers to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const table = new Table({
    head: [...head],
    chars: Object.fromEntries(BORDERS.map((name) => [name, ''])),
    colAligns: isNumber.map((number) => (number ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const row of rows) table.push(row.map(formatCell));
  print(table.toString().replaceAll(/ +$/gm, ''));
}

const BORDERS =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'.split(
    ' ',
  );

/** Writes a cell; numbers get their thousands set apart. */
export function formatCell(cell: string | number): string {
  return typeof cell === 'number' ? cell.toLocaleString('en-US') : cell;
}

/** Follows a long piece of work on standard error, where that is a terminal. */
export interface Progress {
  advance(done: number): void;
  end(): void;
}

/** Begins to follow `total` pieces of work. */
export function startProgress(what: string, total: number): Progress {
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
