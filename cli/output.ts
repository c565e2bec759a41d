/**
 * The one place where the command line prints. Nothing that a file or a link brings along reaches the terminal as a command to it:
 * control characters are shown as `\u001b`. Prose is wrapped to the width of a terminal; elsewhere each line is one, for tools to read.
 *
 * An output that cannot be written is no verdict: a full device or a reader that has gone ends the process with a status of its own.
 */
import wrapAnsi from 'wrap-ansi';

/** What the exit status means, for every verb. */
export const EXIT = {
  /** What was asked for holds, or is done. */
  holds: 0,
  /** Something is violated; what, and how to see it again, is on standard output. */
  violated: 1,
  /** The call was wrong, or names what cannot be read or written. */
  usage: 2,
  /** A bound was met before there was an answer. */
  bound: 3,
  /** The answer could not be given: the output cannot be written, or maskbit itself has failed. */
  failed: 4,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** What takes the output in the place of the terminal. */
type Taker = (of: 'print' | 'printRaw' | 'tell', text: string) => void;
let taker: Taker | undefined;

/** Gives all output of this thread to someone else, who prints it in its turn. */
export function divertOutput(take: Taker): void {
  taker = take;
}

/** Does something whose output is printed later, or never. */
export function holdOutput<T>(work: () => T): { readonly value: T; readonly printHeld: () => void } {
  const held: Parameters<Taker>[] = [];
  const before = taker;
  taker = (of, text) => void held.push([of, text]);
  try {
    return { value: work(), printHeld: () => held.forEach(([of, text]) => PRINTERS[of](text)) };
  } finally {
    taker = before;
  }
}

/** Prints a line of prose on standard output. */
export function print(line = ''): void {
  if (taker !== undefined) return taker('print', line);
  process.stdout.write(`${wrap(safe(line), process.stdout)}\n`);
}

/** Prints text that is laid out already: a table, a diagram, a file for another tool. */
export function printRaw(text: string): void {
  if (taker !== undefined) return taker('printRaw', text);
  process.stdout.write(safe(text));
}

/** Tells a line of prose on standard error: what went wrong, or how far the work is. */
export function tell(line: string): void {
  if (taker !== undefined) return taker('tell', line);
  process.stderr.write(`${wrap(safe(line), process.stderr)}\n`);
}

const PRINTERS: Readonly<Record<Parameters<Taker>[0], (text: string) => void>> = { print, printRaw, tell };

/** Prints a value as JSON. */
export function printJson(value: unknown): void {
  printRaw(`${JSON.stringify(value, null, 2)}\n`);
}

// All that moves a cursor or turns text around, but for line ends and tabs.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Shows control characters instead of sending them. In JSON that is the same text. */
export function safe(text: string): string {
  return text.replaceAll(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The least width that a line is wrapped to: in a narrower terminal prose is no easier to read when it is wrapped. */
const LEAST_COLUMNS = 40;

/** Wraps each line to the width of a terminal, and indents what follows as the line is. */
function wrap(text: string, { isTTY, columns }: { readonly isTTY: boolean; readonly columns: number }): string {
  return isTTY && columns >= LEAST_COLUMNS ? wrapLines(text, columns) : text;
}

/** Wraps each line, and indents what follows as the line is. A line with a word that fits in none is a link or a command: it stays whole. */
export function wrapLines(text: string, columns: number): string {
  const wrapLine = (line: string): string => {
    if (line.split(' ').some((word) => word.length > columns)) return line;
    const indent = /^ *(\d+\. |- )?/.exec(line)![0];
    const wrapped = wrapAnsi(line.slice(indent.length), columns - indent.length, { trim: true });
    return indent + wrapped.replaceAll('\n', `\n${' '.repeat(indent.length)}`);
  };
  return text.split('\n').map(wrapLine).join('\n');
}

/** Wraps what --help prints: what follows a line is indented as its text is, which stands two spaces or more after a term where there is one. */
export function wrapHelp(text: string, columns: number): string {
  const wrapLine = (line: string): string => {
    if (line.length <= columns) return line;
    const [head] = /^ *(?:\S+(?: \S+)* {2,})?/.exec(line)!;
    return (
      head + wrapAnsi(line.slice(head.length), columns - head.length).replaceAll('\n', `\n${' '.repeat(head.length)}`)
    );
  };
  return text.split('\n').map(wrapLine).join('\n');
}

/** Quotes a word so that a shell takes it as it is: what is printed as a command is there to be copied. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./][\w@%+=:,./-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Sees to it that an output that cannot be written ends the process, with a status that is no verdict. */
export function guardOutputs(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const what = error.code === 'EPIPE' ? 'nobody who reads the output any more' : error.message;
    tell(`Got ${what}; expected an output that takes all there is to say. There is no verdict.`);
    process.exit(EXIT.failed);
  });
  process.stderr.on('error', () => process.exit(EXIT.failed));
}
