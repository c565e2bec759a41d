/**
 * A guest that starts anew may read the capability of a function before a register shows that the function was reset. Owns which reads these
 * are: those since the guest wrote to the function last.
 */
import type { Access } from './access.ts';
import type { LogLine } from './lines.ts';

/** As many are kept: a guest that starts anew writes soon, and one that polls is no such guest. */
const KEPT = 256;

/** Finds such reads in the first pass. */
export class EarlyReads {
  readonly afterReset = new Set<number>();
  private open: number[] = [];

  /** Takes a line, and what it is to the function that is called `chosen`. */
  take(line: LogLine, number: number, access: Access | undefined, chosen: string | undefined): void {
    if (access?.kind === 'configRead' && this.open.length < KEPT) this.open.push(number);
    else if (access?.kind === 'reset') {
      if (line.kind === 'configRead') for (const each of this.open) this.afterReset.add(each);
      this.open = [];
    } else if (access?.kind === 'tableWrite' || (line.kind === 'configWrite' && line.device === chosen)) this.open = [];
  }
}
