/**
 * What a run writes down, at the line that it is at: disagreements, what it compared, and what happens to vectors for who watches.
 */
import { hex } from '../device/hexadecimal.ts';
import { ownCopy } from './log.ts';
import type { Disagreement, Happening } from './results.ts';

const DISAGREEMENTS_KEPT = 100;

/** The book of one run. */
export class Ledger {
  /** The line that the run is at. */
  number = 0;
  text = '';
  disagreementCount = 0;
  /** Values read, views of QEMU's and messages, compared with the implementation; and views compared with the machine. */
  readonly comparisons = { implementation: 0, machine: 0 };
  private readonly kept: Disagreement[] = [];
  private readonly watch: ((happening: Happening) => void) | undefined;

  constructor(watch: ((happening: Happening) => void) | undefined) {
    this.watch = watch;
  }

  /** The first hundred, in the order of their lines. */
  get disagreements(): readonly Disagreement[] {
    return this.kept.toSorted((a, b) => a.line - b.line);
  }

  /** Whether anybody listens to what happens. */
  get isWatched(): boolean {
    return this.watch !== undefined;
  }

  /** Goes to a line. */
  at(number: number, text: string): void {
    this.number = number;
    this.text = text;
  }

  /** `from` is the line that the message was due after, where that is another. */
  disagree(expected: string, got: string, vector?: number, from?: number): void {
    this.disagreementCount++;
    this.happen({
      kind: 'disagreement',
      sentence: `${got} ${expected}`,
      ...(vector === undefined ? {} : { vector }),
      ...(from === undefined ? {} : { from }),
    });
    if (this.kept.length === DISAGREEMENTS_KEPT) return;
    this.kept.push({ line: this.number, text: ownCopy(this.text), expected, got });
  }

  /** Compares what a guest read, one dword or two, with what the implementation returns; of one vector, or of the function. */
  compareRead(where: string, expected: readonly number[], got: readonly number[], vector?: number): void {
    this.comparisons.implementation++;
    if (expected.every((dword, index) => dword === got[index])) return;
    const differs = expected[0] === got[0] ? 1 : 0;
    const part = differs === 1 ? ', in the upper dword' : '';
    this.disagree(
      `The guest read ${hex(expected[differs])} at ${where}${part}.`,
      `The implementation returns ${hex(got[differs])}.`,
      vector,
    );
  }

  /** Tells that something happens at this line. */
  happen(happening: Omit<Happening, 'line' | 'text'>): void {
    this.watch?.({ line: this.number, text: this.text, ...happening });
  }
}
