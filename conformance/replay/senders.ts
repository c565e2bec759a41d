/**
 * Whose a message is. It is the function's when its address and data have been a whole entry of the table at an earlier line, and some
 * vector can send just this, now. What no vector can send is an I/O APIC's or another function's where the log shows that these have it; it is
 * a fault where the function is enabled and a blocked entry holds just this; else nobody knows, and it is unattributed.
 */
import type { Elsewhere } from './elsewhere.ts';
import type { Entries } from './events.ts';
import type { ReplayFigures, Tallies } from './results.ts';

/** Tallies are bounded, whatever the log holds. */
export const TALLIES_KEPT = 10_000;

/** What is to be said of a message that nobody can send now; undefined when it is counted and nobody is accused. */
export interface Accusation {
  readonly expected: string;
  readonly got: string;
  /** The vector that holds it. */
  readonly vector?: number | undefined;
}

/** Counts messages by who sent them. */
export class Senders {
  private readonly explained = new Map<string, number>();
  private readonly foreign = new Map<string, number>();
  private readonly unattributed = new Map<string, number>();
  private readonly others: ReadonlySet<string> | undefined;
  private readonly elsewhere: Elsewhere;
  /** Whether there were more messages than are tallied. */
  capped = false;

  constructor(elsewhere: Elsewhere, others: readonly string[] | undefined) {
    this.elsewhere = elsewhere;
    this.others = others === undefined ? undefined : new Set(others);
  }

  /** Whether the messages of other devices were told beforehand. */
  get knowsOthers(): boolean {
    return this.others !== undefined;
  }

  /** Whether a message of the function's was seen. */
  get any(): boolean {
    return this.explained.size > 0;
  }

  get anyUnattributed(): boolean {
    return this.unattributed.size > 0;
  }

  get figures(): ReplayFigures['messages'] {
    return {
      explained: tallies(this.explained),
      others: tallies(this.foreign),
      unattributed: tallies(this.unattributed),
    };
  }

  /** Takes a message of the function's. */
  takeOwn(name: string): void {
    this.tally(this.explained, name);
  }

  /** Takes a message that has never been an entry of the table. */
  takeForeign(name: string): Accusation | undefined {
    if (this.others !== undefined && !this.others.has(name) && !this.elsewhere.knows(name)) {
      return {
        expected: `Every message is one of an entry of the table, or of another device that is known.`,
        got: `The message ${name} is neither.`,
      };
    }
    return this.tally(this.foreign, name);
  }

  /**
   * Takes a message that entries have been, and that no vector can send now. Guests give messages to others, so it may be somebody
   * else's; it is the function's for certain only while it is enabled and a blocked entry holds just this. `inForce` is what is not blocked, undefined
   * while Bus Master Enable is clear.
   */
  takeUnsendable(
    name: string,
    entries: Entries,
    enabled: boolean,
    inForce: readonly (string | undefined)[] | undefined,
  ): Accusation | 'foreign' | 'unattributed' {
    const { others, foreign } = this;
    const asForeign = (): 'foreign' => {
      this.tally(foreign, name);
      return 'foreign';
    };
    if (this.elsewhere.knows(name)) return asForeign();
    const held = enabled && entries.holds(name);
    if (others === undefined) {
      if (foreign.has(name)) return asForeign();
      if (!held) {
        this.tally(this.unattributed, name);
        return 'unattributed';
      }
    } else if (!held && others.has(name)) return asForeign();
    return {
      expected: `The message ${name} left.`,
      got: `No vector can send it: ${inForce === undefined ? 'Bus Master Enable is clear' : tellVectors(inForce)}.`,
      vector: entries.holderOf(name),
    };
  }

  private tally(tally: Map<string, number>, name: string): undefined {
    const count = tally.get(name);
    if (count === undefined && tally.size === TALLIES_KEPT) this.capped = true;
    else tally.set(name, (count ?? 0) + 1);
  }
}

function tallies(tally: ReadonlyMap<string, number>): Tallies {
  return Object.fromEntries([...tally].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const VECTORS_TOLD = 8;

/** Tells which vectors are not blocked, and with which message. */
function tellVectors(inForce: readonly (string | undefined)[]): string {
  const each = inForce.flatMap((name, vector) => (name === undefined ? [] : [`vector ${vector} with ${name}`]));
  if (each.length === 0) return 'all are blocked';
  const more = each.length > VECTORS_TOLD ? ` and ${each.length - VECTORS_TOLD} more` : '';
  return `not blocked are ${each.slice(0, VECTORS_TOLD).join(', ')}${more}`;
}
