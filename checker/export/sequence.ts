/**
 * Traces as message sequences in plain text: a column for each who takes part, an arrow for each event and output, and beside it
 * what it says. For terminals, mails and bug reports.
 */
import { requireTrace } from '../trace/shape.ts';
import { tellStart, tellVerdict } from '../trace/text.ts';
import type { Trace } from '../trace/trace.ts';
import { arrowsOf, type Arrow, type Cast, participantsOf, readCast } from './mermaid.ts';

/** The characters from one column to the next. */
const COLUMN = 12;

/** Prints a trace, below where it starts. Steps are numbered from 1; their outputs stand below them. */
export function printSequence(trace: Trace, cast: Cast): string {
  const read = requireTrace('trace of printSequence', trace);
  const { events, steps, loop = steps.length, verdict } = read;
  const readOf = readCast('cast of printSequence', cast);
  const arrows = steps.map((step) => arrowsOf(step, events, readOf));
  const participants = participantsOf(arrows.flat(), readOf);
  const margin = ' '.repeat(String(steps.length).length + 2);
  const line = `${margin}${participants.map(() => '|'.padEnd(COLUMN)).join('')}`.trimEnd();
  const drawn = arrows.map((each, index) =>
    each.map((arrow, place) => {
      const number = place === 0 ? `${index + 1}. `.padStart(margin.length) : margin;
      return `${number}${drawArrow(arrow, participants)} ${arrow.label}`;
    }),
  );
  const lines = [
    ...tellStart(read).map((text) => text.trim()),
    `${margin}${participants.map((name) => name.padEnd(COLUMN)).join('')}`.trimEnd(),
    line,
    ...drawn.slice(0, loop).flat(),
    ...(read.loop === undefined ? [] : [loop < steps.length ? 'again and again:' : 'nothing happens any more']),
    ...drawn.slice(loop).flat(),
    line,
    ...(verdict === undefined ? [] : [tellVerdict(verdict)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** One line of the chart: the columns, and an arrow from one to another; what stays with one is a star in its column. */
function drawArrow({ from, to }: Arrow, participants: readonly string[]): string {
  const [start, end] = [participants.indexOf(from), participants.indexOf(to)];
  const cells = participants.map(() => `|${' '.repeat(COLUMN - 1)}`);
  if (start === end) cells[start] = `*${' '.repeat(COLUMN - 1)}`;
  const [left, right] = [Math.min(start, end), Math.max(start, end)];
  for (let column = left; column < right; column++) cells[column] = `|${'-'.repeat(COLUMN - 1)}`;
  // Columns that an arrow passes stand behind it.
  for (let column = left + 1; column < right; column++) cells[column] = '-'.repeat(COLUMN);
  if (start < end) cells[right - 1] = `${cells[right - 1].slice(0, -1)}>`;
  if (end < start) cells[left] = `|<${cells[left].slice(2)}`;
  return cells.join('');
}
