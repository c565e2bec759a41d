/**
 * What the addresses of a module are, in words: a variable by its name where the linker kept it, the stack, the heap, or data.
 */
import type { Module } from './binary.ts';
import type { Range } from './states.ts';

/** A part of memory that has a name. A global has no address: its words are numbered -1, -2 and so on. */
export interface Region extends Range {
  readonly name: string;
  readonly kind: 'variable' | 'stack' | 'heap' | 'data' | 'global';
}

/** The layout of a memory. */
export interface Layout {
  readonly module: Module;
  /** The stack pointer between calls; -1 where it is not known. */
  readonly stackPointer: number;
  /** Where data ends, and where the heap begins; -1 where the module does not say. */
  readonly dataEnd: number;
  readonly heapBase: number;
  /** What each word of the globals is of. */
  readonly globals: readonly string[];
}

/** What is below the stack pointer, between calls: left there by calls that have returned. Undefined where it is not known where it ends. */
export function deadStackOf({ module, stackPointer, dataEnd }: Layout): Region | undefined {
  if (stackPointer <= 0) return undefined;
  const lowest = Math.min(...module.data.filter(({ address }) => address >= 0).map(({ address }) => address));
  const isFirst = dataEnd > stackPointer || (module.data.length > 0 && lowest >= stackPointer);
  const from = isFirst ? 0 : dataEnd >= 0 && dataEnd <= stackPointer ? dataEnd : -1;
  if (from < 0 || from >= stackPointer) return undefined;
  return { name: 'dead stack', kind: 'stack', address: from, length: stackPointer - from };
}

/** A variable that is longer than this is taken for memory that a program hands out itself. */
const LARGE = 16_384;

/** What an address belongs to. */
export function regionAt(layout: Layout, address: number): Region {
  const { module, dataEnd, heapBase } = layout;
  if (address < 0) return { name: layout.globals[-1 - address], kind: 'global', address, length: 4 };
  const variable = module.variables.find((each) => address >= each.address && address < each.address + each.length);
  if (variable !== undefined && variable.length <= LARGE) return { ...variable, kind: 'variable' };
  const dead = deadStackOf(layout);
  if (dead !== undefined && address >= dead.address && address < dead.address + dead.length) return dead;
  const dword = { address: address & ~3, length: 4 };
  if (variable !== undefined) {
    const from = dword.address - variable.address;
    return { ...dword, name: `${variable.name}+0x${from.toString(16)}`, kind: 'heap' };
  }
  if (heapBase >= 0 && address >= heapBase)
    return { ...dword, name: `heap+0x${(dword.address - heapBase).toString(16)}`, kind: 'heap' };
  const segment = module.data.find(
    (each) => each.address >= 0 && address >= each.address && address < each.address + each.length,
  );
  const section = segment?.name || (dataEnd >= 0 && address < dataEnd ? '.bss' : 'memory');
  return { ...dword, name: `${section}+0x${(dword.address - (segment?.address ?? 0)).toString(16)}`, kind: 'data' };
}

/**
 * Finds memory by what a person calls it: the name of a variable, `stack`, or `0x1040+8`. A variable that the compiler has taken apart has several
 * places; none where there is no such thing.
 */
export function rangesNamed(layout: Layout, name: string): Region[] {
  const numeric = /^(0x[0-9a-f]+)\+(\d+|0x[0-9a-f]+)$/i.exec(name);
  if (numeric !== null) return [{ name, kind: 'data', address: Number(numeric[1]), length: Number(numeric[2]) }];
  const dead = deadStackOf(layout);
  if (name === 'stack' || name === 'dead stack') return dead === undefined ? [] : [dead];
  const { variables } = layout.module;
  const isPart = (each: string): boolean => each.startsWith(`${name}.`) && /^\d+$/.test(each.slice(name.length + 1));
  const ways: ((each: string) => boolean)[] = [
    (each) => each === name,
    isPart,
    (each) => each.endsWith(`::${name}`) || each.endsWith(`.${name}`),
  ];
  for (const way of ways) {
    const found = variables.filter((each) => way(each.name));
    if (found.length > 0) return found.map((each) => ({ ...each, kind: 'variable' }));
  }
  return [];
}
