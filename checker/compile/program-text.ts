/**
 * One program of `format.ts` as text in JavaScript: what stands inside of every function that a machine is translated to.
 */
import * as format from './format.ts';
import type { CompiledMachine } from './format.ts';

/** What of a machine is translated. */
export type Programs = Pick<CompiledMachine, 'code' | 'starts' | 'lists' | 'transitions' | 'events'>;

/** The instructions of one program, by address, in an order in which each stands after all that lead to it. */
export interface Listing {
  readonly event: number;
  readonly start: number;
  /** How many lead to it. */
  readonly uses: ReadonlyMap<number, number>;
  readonly order: readonly number[];
}

/** Lists the program of an event. */
export function listingOf({ code, starts }: Programs, event: number): Listing {
  const uses = addressesFrom(code, starts[event]);
  // Instructions are written from the ends of a program to its beginning, so what comes later has the lower address.
  return { event, start: starts[event], uses, order: [...uses.keys()].toSorted((one, other) => other - one) };
}

/** The addresses of all instructions from one on, and how many lead to each. */
export function addressesFrom(code: Int32Array, start: number): Map<number, number> {
  const uses = new Map<number, number>();
  // Not by calls: a program may be longer than calls can be nested.
  const open = [start];
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    if (address < 0) continue;
    const count = uses.get(address) ?? 0;
    uses.set(address, count + 1);
    if (count === 0) open.push(...nextOf(code, address));
  }
  return uses;
}

function nextOf(code: Int32Array, address: number): number[] {
  const operation = code[address + format.OPERATION];
  const isFork = operation === format.TEST || operation === format.UNLESS;
  return [code[address + format.THEN], ...(isFork ? [code[address + format.ELSE]] : [])];
}

/** The transitions that an UNLESS asks for. */
export function rivalsOf({ code, lists }: Pick<Programs, 'code' | 'lists'>, address: number): number[] {
  const list = code[address + format.LIST];
  return Array.from(lists.subarray(list + 1, list + 1 + lists[list]));
}

/** A program of more instructions than this is run as it stands: blocks cannot be nested as deep as its text would be. */
export const INSTRUCTIONS_OF_TEXT = 1000;

/**
 * One program as nested blocks. An instruction that one other leads to stands inside of it; one that several lead to stands
 * after a block of its own, which they leave by its label. That is enough because no program has a loop.
 */
export function programText(
  { code, lists, transitions, events }: Programs,
  { event, start, uses, order }: Listing,
  noted: ReadonlySet<number>,
): string {
  const watched = new Set([...noted].filter((number) => transitions[number].transition.eventType === events[event]));
  const rivalsAt = (address: number): number[] => rivalsOf({ code, lists }, address);
  for (const address of order) {
    if (code[address + format.OPERATION] === format.UNLESS) for (const rival of rivalsAt(address)) watched.add(rival);
  }
  const goTo = (address: number): string => {
    if (address < 0) return 'break end;';
    return uses.get(address) === 1 ? instruction(address) : `break at${address};`;
  };
  const instruction = (address: number): string => {
    const word = code[address + format.WORD];
    const then = goTo(code[address + format.THEN]);
    switch (code[address + format.OPERATION]) {
      case format.TEST: {
        const test = `(s${word} & ${code[address + format.MASK]}) === ${code[address + format.VALUE]}`;
        return `if (${test}) { ${then} } else { ${goTo(code[address + format.ELSE])} }`;
      }
      case format.UNLESS: {
        const test = rivalsAt(address).map((rival) => `r${rival}`);
        return `if (${test.join(' || ')}) { ${goTo(code[address + format.ELSE])} } else { ${then} }`;
      }
      default: {
        const isTake = code[address + format.OPERATION] === format.TAKE;
        const number = code[address + format.TAKEN];
        const note = isTake ? `taken = true; ${watched.has(number) ? `r${number} = true; ` : ''}` : '';
        const keep = code[address + format.KEEP];
        const write = keep === -1 ? '' : `t${word} = t${word} & ${keep} | ${code[address + format.SET]}; `;
        return `${note}${write}${then}`;
      }
    }
  };
  const shared = order.filter((address) => (uses.get(address) as number) > 1);
  const body = shared.reduce((text, address) => `at${address}: { ${text} }\n${instruction(address)}`, goTo(start));
  const flags = [...watched].map((number) => `let r${number} = false;`).join(' ');
  return `${flags} end: { ${body} }`;
}
