/**
 * A module of our own that is told which bytes a device writes, and keeps a list of the blocks of 64 bytes that they are in, each once. Its
 * memory is a map, a byte for each block, and then the list.
 */
import { PAGES_MAX, signed, unsigned } from './instrument.ts';

interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports?: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

/** What of the engine is used: its names are in no library of types that Node and browsers share. */
export const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;

/** A tracker of one instance. */
export interface Tracker {
  /** The function that is told of the first and the last byte of each store. */
  readonly mark: unknown;
  /** Calls back for each block that was written since it was asked last, and forgets them. */
  take(visit: (block: number) => void): void;
}

const BLOCK_SHIFT = 6;
const BLOCKS = (PAGES_MAX * 65536) >> BLOCK_SHIFT;

/** The module: `mark(first, last)`, and `take()`, which returns the number of blocks in the list and empties it. */
function trackerBytes(): Uint8Array {
  const section = (id: number, ...content: number[]): number[] => [id, ...unsigned(content.length), ...content];
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const body = (...code: number[]): number[] => [...unsigned(code.length + 2), 0, ...code, 0x0b];
  const shifted = (local: number): number[] => [0x20, local, 0x41, BLOCK_SHIFT, 0x76, 0x21, local];
  const mark = [
    ...shifted(0),
    ...shifted(1),
    ...[0x03, 0x40], // from the first block to the last:
    ...[0x20, 0, 0x2d, 0, 0, 0x45, 0x04, 0x40], // if the map has nothing of it
    ...[0x20, 0, 0x41, 1, 0x3a, 0, 0],
    ...[0x23, 0, 0x41, 2, 0x74, 0x20, 0, 0x36, 2, ...unsigned(BLOCKS)], // it goes into the list
    ...[0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x0b],
    ...[0x20, 0, 0x41, 1, 0x6a, 0x22, 0, 0x20, 1, 0x4d, 0x0d, 0, 0x0b],
  ];
  const take = [0x23, 0, 0x41, ...signed(0), 0x24, 0];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 2, 0x60, 2, 0x7f, 0x7f, 0, 0x60, 0, 1, 0x7f),
    ...section(3, 2, 0, 1),
    ...section(5, 1, 0, ...unsigned((5 * BLOCKS) / 65536)),
    ...section(6, 1, 0x7f, 1, 0x41, 0, 0x0b),
    ...section(7, 3, ...name('memory'), 2, 0, ...name('mark'), 0, 0, ...name('take'), 0, 1),
    ...section(10, 2, ...body(...mark), ...body(...take)),
  ]);
}

let compiled: object | undefined;

/** Creates a tracker. */
export function createTracker(): Tracker {
  compiled ??= new engine.Module(trackerBytes());
  const { memory, mark, take } = new engine.Instance(compiled).exports as {
    memory: { buffer: ArrayBuffer };
    mark: unknown;
    take: () => number;
  };
  const map = new Uint8Array(memory.buffer, 0, BLOCKS);
  const list = new Int32Array(memory.buffer, BLOCKS);
  return {
    mark,
    take: (visit) => {
      const count = take();
      for (let index = 0; index < count; index++) {
        const block = list[index];
        map[block] = 0;
        visit(block);
      }
    },
  };
}
