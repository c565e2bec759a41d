/**
 * What the state before a step must be, so that the step is as a formula says: its *weakest precondition* (Dijkstra, Guarded Commands, 1975), found by going back
 * through the program of the event, as a set of states by their bits. A write puts what it writes in place of the bits after it; a test chooses.
 */
import * as format from '../compile/format.ts';
import type { CompiledMachine } from '../compile/format.ts';
import { type Listing, listingOf } from '../compile/program-text.ts';
import { ALWAYS, type BitDiagram, BitDiagrams, BudgetError, NEVER } from './bit-diagrams.ts';

/** What a formula over steps says of a state: of the one before or of the one after. */
export type Side = 'before' | 'after';

/** Whether any transition is taken. It is the first variable; then whether each transition is, and then the bits before and after, side by side. */
const TAKEN = 0;

/** Of states of more bits, no preconditions are found. */
const BITS_MAX = 1024;

/** Finds preconditions, in so many steps at most. */
export class Preconditions {
  readonly diagrams: BitDiagrams;
  private readonly compiled: CompiledMachine;
  private readonly firstBit: number;
  private readonly listings: (Listing | undefined)[] = [];

  constructor(compiled: CompiledMachine, budget: number) {
    // Diagrams call themselves once for each bit that they ask.
    if (compiled.bitCount > BITS_MAX) throw new BudgetError();
    this.compiled = compiled;
    this.diagrams = new BitDiagrams(budget);
    this.firstBit = 1 + compiled.transitions.length;
  }

  /** That any transition is taken. */
  get taken(): BitDiagram {
    return this.diagrams.of(TAKEN);
  }

  /** That a transition is taken. */
  takes(transition: number): BitDiagram {
    return this.diagrams.of(1 + transition);
  }

  /** That a condition, which begins at an address of some code, holds of a state. */
  condition(code: Int32Array, start: number, side: Side): BitDiagram {
    if (start < 0) return start === format.YES ? ALWAYS : NEVER;
    const found = new Map<number, BitDiagram>([
      [format.YES, ALWAYS],
      [format.NO, NEVER],
    ]);
    const met = new Set([start]);
    for (const address of met) {
      for (const next of [code[address + format.THEN], code[address + format.ELSE]]) if (next >= 0) met.add(next);
    }
    // What comes later has the lower address.
    for (const address of [...met].toSorted((one, other) => one - other)) {
      found.set(address, this.test(code, address, side, found));
    }
    return found.get(start)!;
  }

  /** The states in which the step of an event is as a formula over it says. */
  before(event: number, formula: BitDiagram): BitDiagram {
    if (formula === ALWAYS || formula === NEVER) return formula;
    const { code, starts, lists } = this.compiled;
    const { diagrams, firstBit } = this;
    const { order } = (this.listings[event] ??= listingOf(this.compiled, event));
    const found = new Map<number, BitDiagram>([[format.NO, formula]]);
    for (const address of order.toReversed()) {
      const then = found.get(code[address + format.THEN])!;
      switch (code[address + format.OPERATION]) {
        case format.TEST:
          found.set(address, this.test(code, address, 'before', found));
          break;
        case format.UNLESS: {
          const list = code[address + format.LIST];
          const rivals = lists.subarray(list + 1, list + 1 + lists[list]);
          const any = rivals.reduce((some, rival) => diagrams.or(some, this.takes(rival)), NEVER);
          found.set(address, diagrams.choose(any, found.get(code[address + format.ELSE])!, then));
          break;
        }
        default:
          found.set(address, this.written(code, address, then));
      }
    }
    // Nothing is taken and nothing written at first.
    return diagrams.replace(found.get(starts[event])!, Infinity, (variable) => {
      if (variable < firstBit) return NEVER;
      return (variable - firstBit) % 2 === 0 ? undefined : diagrams.of(variable - 1);
    });
  }

  /** The bit that a variable of a precondition is. */
  bitOf(variable: number): { readonly word: number; readonly mask: number } {
    const bit = (variable - this.firstBit) / 2;
    return { word: bit >>> 5, mask: 1 << (bit & 31) };
  }

  private bit(word: number, bit: number, side: Side): number {
    return this.firstBit + 2 * (32 * word + bit) + (side === 'after' ? 1 : 0);
  }

  /** The instruction of a test, where it is known what follows. */
  private test(code: Int32Array, address: number, side: Side, found: ReadonlyMap<number, BitDiagram>): BitDiagram {
    const { diagrams } = this;
    const then = found.get(code[address + format.THEN])!;
    const other = found.get(code[address + format.ELSE])!;
    if (then === other) return then;
    const [word, value] = [code[address + format.WORD], code[address + format.VALUE]];
    let isPassed = ALWAYS;
    for (let left = code[address + format.MASK]; left !== 0;) {
      const bit = 31 - Math.clz32(left);
      left &= ~(1 << bit);
      const isSet = diagrams.of(this.bit(word, bit, side));
      isPassed = diagrams.and(((value >>> bit) & 1) === 1 ? isSet : diagrams.not(isSet), isPassed);
    }
    return diagrams.choose(isPassed, then, other);
  }

  /** What must hold before an instruction that writes, or takes a transition, for something to hold after it. */
  private written(code: Int32Array, address: number, after: BitDiagram): BitDiagram {
    const bits = ~code[address + format.KEEP];
    const isTake = code[address + format.OPERATION] === format.TAKE;
    if (bits === 0 && !isTake) return after;
    const first = this.bit(code[address + format.WORD], 0, 'after');
    const last = bits === 0 ? this.firstBit - 1 : first + 2 * (31 - Math.clz32(bits));
    const set = code[address + format.SET];
    const transition = 1 + code[address + format.TAKEN];
    return this.diagrams.replace(after, last, (variable) => {
      if (variable < this.firstBit) {
        return isTake && (variable === TAKEN || variable === transition) ? ALWAYS : undefined;
      }
      const bit = (variable - first) / 2;
      if (!Number.isInteger(bit) || bit < 0 || ((bits >>> bit) & 1) === 0) return undefined;
      return ((set >>> bit) & 1) === 1 ? ALWAYS : NEVER;
    });
  }
}
