/**
 * Decision graphs, from which the programs of `format.ts` are written. Equal graphs are one object, so what two programs
 * have in common is written once, and a test whose outcome makes no difference is not written at all.
 */
import {
  ELSE,
  KEEP,
  LIST,
  MASK,
  NO,
  OPERATION,
  SET,
  STRIDE,
  TAKE,
  TAKEN,
  TEST,
  THEN,
  UNLESS,
  VALUE,
  WORD,
  WRITE,
} from './format.ts';
import type { Bits } from './layout.ts';

/** A decision graph: the instruction that it begins with, or the address of an end, `NO` or `YES`. */
export type Program = number | Instruction;

interface Instruction {
  readonly operation: number;
  readonly operands: readonly [number, number, number];
  readonly next: Program;
  /** Where to go on else; in TAKE, the number of the transition. */
  readonly other: Program;
  readonly number: number;
}

/** Builds decision graphs from their ends to their beginnings, and writes them down. */
export class ProgramBuilder {
  private readonly instructions = new Map<string, Instruction>();
  private readonly lists: number[] = [];

  /** Goes on with `then` if the state has all of these bits, and with `other` if not. */
  test(bits: readonly Bits[], then: Program, other: Program): Program {
    return bits.reduceRight<Program>((rest, each) => this.testWord(each, rest, other), then);
  }

  private testWord({ word, mask, value }: Bits, then: Program, other: Program): Program {
    if (then === other || mask === 0) return then;
    // Two tests of one word, one after the other and with a common way out, are one test.
    if (typeof then !== 'number' && then.operation === TEST && then.operands[0] === word && then.other === other) {
      const [, nextMask, nextValue] = then.operands;
      if (((value ^ nextValue) & mask & nextMask) !== 0) return other;
      return this.instruction(TEST, [word, mask | nextMask, value | nextValue], then.next, other);
    }
    return this.instruction(TEST, [word, mask, value], then, other);
  }

  /** Takes a transition that writes these bits, unless one of `rivals` was taken before; goes on with `then`. */
  take(transition: number, written: readonly Bits[], rivals: readonly number[], then: Program): Program {
    const [first = { word: 0, mask: 0, value: 0 }, ...further] = written;
    const rest = further.reduceRight<Program>(
      (next, { word, mask, value }) => this.instruction(WRITE, [word, ~mask, value], next, NO),
      then,
    );
    const take = this.instruction(TAKE, [first.word, ~first.mask, first.value], rest, transition);
    return rivals.length === 0 ? take : this.instruction(UNLESS, [this.list(rivals), 0, 0], take, then);
  }

  private instruction(
    operation: number,
    operands: readonly [number, number, number],
    next: Program,
    other: Program,
  ): Program {
    const key = [operation, ...operands, numberOf(next), numberOf(other)].join();
    let found = this.instructions.get(key);
    if (found === undefined) {
      found = { operation, operands, next, other, number: this.instructions.size };
      this.instructions.set(key, found);
    }
    return found;
  }

  private list(numbers: readonly number[]): number {
    const start = this.lists.length;
    this.lists.push(numbers.length, ...numbers);
    return start;
  }

  /** The address at which a program begins in what `write` writes. */
  addressOf(program: Program): number {
    return typeof program === 'number' ? program : program.number * STRIDE;
  }

  /** Writes down all instructions, and the lists. */
  write(): { code: Int32Array; lists: Int32Array } {
    const code = new Int32Array(this.instructions.size * STRIDE);
    for (const { operation, operands, next, other, number } of this.instructions.values()) {
      const at = number * STRIDE;
      code[at + OPERATION] = operation;
      code[at + (operation === UNLESS ? LIST : WORD)] = operands[0];
      code[at + (operation === TEST ? MASK : KEEP)] = operands[1];
      code[at + (operation === TEST ? VALUE : SET)] = operands[2];
      code[at + THEN] = this.addressOf(next);
      code[at + (operation === TAKE ? TAKEN : ELSE)] = this.addressOf(other);
    }
    return { code, lists: Int32Array.from(this.lists) };
  }
}

function numberOf(program: Program): string {
  return typeof program === 'number' ? `end ${program}` : `${program.number}`;
}
