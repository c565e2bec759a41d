/**
 * Whether what an event does in one region has to do with the others. Where each of its transitions belongs to one region, reads no more than that region and
 * one that all may read, writes that region alone, and gives way to transitions of that region alone, then a step of the machine is a step of each region,
 * which the states of that region and of the shared one decide.
 */
import * as format from './format.ts';
import type { CompiledMachine } from './format.ts';
import { addressesFrom, listingOf, rivalsOf } from './program-text.ts';
import type { RegionStates } from './region-states.ts';

/** The region of each transition of an event, where what it does in a region depends on that region and `shared` alone; otherwise nothing. */
export function ownersApart(
  compiled: CompiledMachine,
  regions: RegionStates,
  event: number,
  shared: number,
): ReadonlyMap<number, number> | undefined {
  const { code, transitions, events } = compiled;
  // A compound root moves itself, and no region has its field.
  if (compiled.root.type !== 'parallel') return undefined;
  const owners = new Map<number, number>();
  for (const [number, { transition, active, guard }] of transitions.entries()) {
    if (transition.eventType !== events[event]) continue;
    // One of the root belongs to no region.
    const owner = regions.names.indexOf(transition.source.path[0]);
    const read = [...regions.within(testedBits(compiled, active)), ...regions.within(testedBits(compiled, guard))];
    if (owner < 0 || read.some((region) => region !== owner && region !== shared)) return undefined;
    owners.set(number, owner);
  }
  const isOwn = (owner: number, address: number): boolean => {
    const written = new Int32Array(compiled.wordCount);
    written[code[address + format.WORD]] = ~code[address + format.KEEP];
    return regions.within(written).every((region) => region === owner);
  };
  for (const address of listingOf(compiled, event).order) {
    const operation = code[address + format.OPERATION];
    const then = code[address + format.THEN];
    if (operation === format.TAKE) {
      const owner = owners.get(code[address + format.TAKEN]);
      if (owner === undefined || !isOwn(owner, address)) return undefined;
      for (let at = then; at >= 0 && code[at + format.OPERATION] === format.WRITE; at = code[at + format.THEN]) {
        if (!isOwn(owner, at)) return undefined;
      }
    }
    if (operation === format.UNLESS) {
      const taken = then >= 0 && code[then + format.OPERATION] === format.TAKE ? code[then + format.TAKEN] : -1;
      if (rivalsOf(compiled, address).some((rival) => owners.get(rival) !== owners.get(taken))) return undefined;
    }
  }
  return owners;
}

/** The bits that a condition tests. */
function testedBits({ code, wordCount }: CompiledMachine, condition: number): Int32Array {
  const tested = new Int32Array(wordCount);
  for (const address of addressesFrom(code, condition).keys())
    tested[code[address + format.WORD]] |= code[address + format.MASK];
  return tested;
}
