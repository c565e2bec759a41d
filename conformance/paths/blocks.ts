/**
 * The states of a walk, in blocks that are handed out one by one: several threads may walk them together, each taking the next block when it is
 * through with its own. What they share is one piece of memory.
 */

/** So many states are a block: some milliseconds. */
const BLOCK = 2048;

const TAKEN = 0;
const FINISHED = 1;

/** States in blocks. */
export class Blocks {
  /** Of how many states. */
  readonly count: number;
  /** How many blocks are taken; then of each whether it is finished. In shared memory where it is handed on. */
  readonly memory: Int32Array;

  /** @param memory of blocks of as many states that are to be shared. */
  constructor(count: number, memory = Blocks.room(count, ArrayBuffer)) {
    this.count = count;
    this.memory = memory;
  }

  /** Creates blocks that can be shared with threads: they are made there again, of the same memory. */
  static shared(count: number): Blocks {
    return new Blocks(count, Blocks.room(count, SharedArrayBuffer));
  }

  private static room(count: number, Memory: new (bytes: number) => ArrayBufferLike): Int32Array {
    return new Int32Array(new Memory(4 * (1 + Math.ceil(count / BLOCK))));
  }

  /** Whether others may walk them, too. */
  get isShared(): boolean {
    return this.memory.buffer instanceof SharedArrayBuffer;
  }

  /** Takes the next block; -1 when there is none left. */
  take(): number {
    const block = Atomics.add(this.memory, 0, 1);
    return block < this.memory.length - 1 ? block : -1;
  }

  /** The first state of a block. */
  begin(block: number): number {
    return block * BLOCK;
  }

  /** The end of the states of a block. */
  end(block: number): number {
    return Math.min(this.count, this.begin(block + 1));
  }

  /** Says that every state of a block was walked. */
  finish(block: number): void {
    Atomics.store(this.memory, 1 + block, FINISHED);
  }

  /** Takes one that was taken and is not finished: whoever took it is still at it, found a difference in it, or is gone. -1 when there is none. */
  takeUnfinished(): number {
    for (let block = 0; block < this.memory.length - 1; block++) {
      if (Atomics.load(this.memory, 1 + block) === TAKEN) return block;
    }
    return -1;
  }
}
