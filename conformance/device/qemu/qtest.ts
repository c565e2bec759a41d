/**
 * QEMU's qtest protocol: a command is a line, and has one answer line. Commands are sent ahead of answers. What carries the lines is a
 * stream of whoever started QEMU, so the same code speaks to a QEMU here and to one that runs inside another.
 *
 *     readl 0xc0001000   ->   OK 0x0000000000000001
 *     IRQ raise 3        comes between, and is no answer
 */
import { hex } from '../hexadecimal.ts';
import type { Duplex } from 'node:stream';

/** Thrown when QEMU is gone or says what is no answer. The message is a sentence, `outcome` is the port's word for it. */
export class QtestError extends Error {
  override name = 'QtestError';
  readonly outcome: 'crashed' | 'hung' | 'garbled';

  constructor(outcome: QtestError['outcome'], message: string) {
    super(message);
    this.outcome = outcome;
  }
}

/** One question: its lines, and what reads their answers. */
export interface Question<Value> {
  readonly lines: readonly string[];
  readonly read: (answers: readonly string[]) => Value;
}

/** So many bytes of commands are on their way at most, so that neither side waits for the other with full pipes. */
const WINDOW = 1 << 16;

/** Lines to QEMU and back. */
export class Qtest {
  /** How many commands were answered. */
  commands = 0;
  private readonly stream: Duplex;
  private readonly patience: number;
  private partial = '';
  private answers: string[] = [];
  private fate: QtestError | undefined;
  private wake: () => void = () => {};

  /** @param patience How long QEMU may be silent, in milliseconds. */
  constructor(stream: Duplex, patience: number) {
    this.stream = stream;
    this.patience = patience;
    stream.setEncoding('latin1');
    stream.on('data', (text: string) => this.receive(text));
    stream.on('error', () => this.end(new QtestError('crashed', 'QEMU has closed its qtest socket.')));
    stream.on('close', () => this.end(new QtestError('crashed', 'QEMU has closed its qtest socket.')));
  }

  /** Says what has ended it; the first one counts. */
  end(why: QtestError): void {
    this.fate ??= why;
    this.wake();
  }

  /** Sends commands and resolves to what they returned, in order, without the OK. @throws {QtestError} */
  async ask(lines: readonly string[]): Promise<readonly string[]> {
    if (this.answers.length > 0) this.end(new QtestError('garbled', `Got ${JSON.stringify(this.answers[0])} unasked.`));
    let sent = 0;
    let underWay = 0;
    let told = 0;
    let silentSince = performance.now();
    while (this.answers.length < lines.length) {
      if (this.fate !== undefined) throw this.fate;
      for (; told < this.answers.length; told++) underWay -= lines[told].length + 1;
      if (sent < lines.length && underWay < WINDOW / 2) {
        const from = sent;
        while (sent < lines.length && underWay < WINDOW) underWay += lines[sent++].length + 1;
        this.stream.write(`${lines.slice(from, sent).join('\n')}\n`, 'latin1');
      }
      const before = this.answers.length;
      await this.something();
      if (this.answers.length > before) silentSince = performance.now();
      else if (performance.now() - silentSince >= this.patience)
        this.end(new QtestError('hung', `QEMU was silent for ${this.patience} ms after "${lines[before]}".`));
    }
    const { answers } = this;
    this.answers = [];
    this.commands += lines.length;
    return answers.map((answer, index) => {
      if (answer === 'OK') return '';
      if (answer.startsWith('OK ')) return answer.slice(3);
      throw new QtestError('garbled', `Got ${JSON.stringify(answer)} to "${lines[index]}"; expected OK.`);
    });
  }

  private async something(): Promise<void> {
    if (this.fate !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.patience);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private receive(text: string): void {
    const lines = (this.partial + text).split('\n');
    this.partial = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith('IRQ ')) continue;
      this.answers.push(line.endsWith('\r') ? line.slice(0, -1) : line);
    }
    this.wake();
  }
}

const SUFFIX: Readonly<Record<number, string>> = { 1: 'b', 2: 'w', 4: 'l', 8: 'q' };

/** The command that reads 1, 2, 4 or 8 bytes of memory. */
export const readLine = (address: number, bytes: number): string => `read${SUFFIX[bytes]} ${hex(address)}`;

/** The command that writes 1, 2, 4 or 8 bytes of memory. */
export function writeLine(address: number, bytes: number, low: number, high = 0): string {
  const value = ((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)) & ((1n << BigInt(8 * bytes)) - 1n);
  return `write${SUFFIX[bytes]} ${hex(address)} 0x${value.toString(16)}`;
}

/** The lower and the upper dword of a number that a command returned. */
export function dwordsOf(answer: string): { readonly low: number; readonly high: number } {
  const digits = answer.slice(2).padStart(16, '0');
  return { low: Number.parseInt(digits.slice(8), 16), high: Number.parseInt(digits.slice(0, 8), 16) };
}

/** The command that fills memory with a byte. */
export const fillLine = (address: number, bytes: number, value: number): string =>
  `memset ${hex(address)} ${bytes} ${value}`;
/** The command that reads a block of memory. */
export const blockLine = (address: number, bytes: number): string => `read ${hex(address)} ${bytes}`;
/** The block that it returned. */
export const blockOf = (answer: string): Uint8Array => Uint8Array.from(Buffer.from(answer.slice(2), 'hex'));
/** The command that writes a block of memory. */
export const putLine = (address: number, bytes: Uint8Array): string =>
  `write ${hex(address)} ${bytes.length} 0x${Buffer.from(bytes).toString('hex')}`;
