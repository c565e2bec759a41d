/**
 * A guest that starts anew may read Message Control of a function before a register shows that the function was reset. Owns which reads these
 * are: those that find it clear, since the guest wrote to the function last and had set it.
 */
import * as alphabet from '../../machines/alphabet.ts';
import type { Access } from './access.ts';
import { controlEvents } from './events.ts';
import type { LogLine } from './lines.ts';

const CLEAR = alphabet.control('off');
/** As many are kept. A guest that starts anew writes soon. */
const KEPT = 256;

/** Finds such reads in the first pass. */
export class EarlyReads {
  readonly afterReset = new Set<number>();
  /** Whether Message Control may be set: it is written before the function is known by its table. */
  private isSet = true;
  private open: number[] = [];

  /** Takes a line, and what it is to the function that is called `chosen`. */
  take(line: LogLine, number: number, access: Access | undefined, chosen: string | undefined): void {
    if (line.kind === 'configWrite' && line.device === chosen) this.open = [];
    if (access === undefined) return;
    switch (access.kind) {
      case 'tableWrite':
        if (this.open.length > 0) this.open = [];
        return;
      case 'reset':
        if (line.kind === 'configRead') for (const each of this.open) this.afterReset.add(each);
        [this.open, this.isSet] = [[], false];
        return;
      case 'configRead':
      case 'configWrite': {
        const [event] = controlEvents(access.offset, access.bytes, access.value);
        if (event === undefined) return;
        if (access.kind === 'configWrite') this.isSet = event !== CLEAR;
        else if (this.isSet && event === CLEAR && this.open.length < KEPT) this.open.push(number);
      }
    }
  }
}
