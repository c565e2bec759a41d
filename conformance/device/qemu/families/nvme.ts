/**
 * nvme: a completion queue for each vector. Vector 0 is the admin queue's. A command to a queue completes, and that is the event.
 */
import { type Bench, barOf, type Family, packed, SCRATCH } from '../family.ts';

const CC = 0x14;
const CSTS = 0x1c;
const AQA = 0x24;
const ASQ = 0x28;
const ACQ = 0x30;
const DOORBELLS = 0x1000;
/** Entries of 64 and 16 bytes, pages of 4 KiB, enabled. */
const CC_ENABLE = 0x00460001;
const ENTRIES = 32;
const GET_FEATURES = 0x0a;
const CREATE_SUBMISSION = 0x01;
const CREATE_COMPLETION = 0x05;
const FLUSH = 0x00;
const ENABLED_AND_MASKED = 0xc000;

export const NVME: Family = {
  names: ['nvme'],
  by: 'a command to the queue of the vector: Get Features for vector 0, Flush for the others',
  vectorCount: 5,
  parameters: (device, at, vectors = 5) => [
    '-device',
    `${device},serial=maskbit,msix_qsize=${vectors},max_ioqpairs=${Math.max(1, vectors - 1)},${at}`,
  ],
  setUp: async (bench) => {
    const queues = new Queues(bench);
    await queues.begin();
    return { signal: (vector) => queues.submit(vector, command(vector === 0 ? GET_FEATURES : FLUSH)) };
  },
};

/** A command of 64 bytes; what it lacks is zero. */
function command(opcode: number, address = 0, word10 = 0, word11 = 0): Uint8Array {
  const out = new Uint8Array(64);
  out.set(packed([4, opcode | (7 << 16)], [4, opcode === FLUSH ? 1 : 0]));
  out.set(packed([8, address]), 24);
  out.set(packed([4, word10], [4, word11]), 40);
  return out;
}

class Queues {
  private readonly bench: Bench;
  private readonly base: number;
  private readonly tail: number[];
  private readonly completed: number[];

  constructor(bench: Bench) {
    this.bench = bench;
    this.base = barOf(bench, 0);
    this.tail = Array.from({ length: bench.vectorCount }, () => 0);
    this.completed = Array.from({ length: bench.vectorCount }, () => 0);
  }

  private submission = (queue: number): number => SCRATCH + 0x2000 * queue;
  private completion = (queue: number): number => SCRATCH + 0x2000 * queue + 0x1000;

  async begin(): Promise<void> {
    const { memory, vectorCount } = this.bench;
    const { base } = this;
    // QEMU marks a vector as used when its queue is made while MSI-X is enabled, and sends nothing of a vector that is not; that holds for
    // the admin queue, which is made when the controller is enabled, as for any other.
    await this.bench.control(ENABLED_AND_MASKED);
    await memory.write(base + CC, 4, 0);
    await memory.clear(SCRATCH, 0x2000 * vectorCount);
    await memory.write(base + AQA, 4, ((ENTRIES - 1) << 16) | (ENTRIES - 1));
    await memory.write(base + ASQ, 8, this.submission(0));
    await memory.write(base + ACQ, 8, this.completion(0));
    await memory.write(base + CC, 4, CC_ENABLE);
    await memory.until('the controller', async () => ((await memory.read(base + CSTS, 4)) & 1) !== 0);
    for (let queue = 1; queue < vectorCount; queue++) {
      const size = ((ENTRIES - 1) << 16) | queue;
      await this.submit(0, command(CREATE_COMPLETION, this.completion(queue), size, (queue << 16) | 3));
      await this.submit(0, command(CREATE_SUBMISSION, this.submission(queue), size, (queue << 16) | 1));
    }
  }

  /** Submits a command, waits for its completion, and takes it from the queue. */
  async submit(queue: number, words: Uint8Array): Promise<void> {
    const { memory } = this.bench;
    const { base, tail, completed } = this;
    await memory.writeBlock(this.submission(queue) + 64 * tail[queue], words);
    tail[queue] = (tail[queue] + 1) % ENTRIES;
    await memory.write(base + DOORBELLS + 8 * queue, 4, tail[queue]);
    const head = completed[queue] % ENTRIES;
    const phase = 1 - (Math.floor(completed[queue] / ENTRIES) % 2);
    const entry = this.completion(queue) + 16 * head;
    await memory.until('a completion', async () => (((await memory.read(entry + 12, 4)) >>> 16) & 1) === phase);
    completed[queue]++;
    await memory.write(base + DOORBELLS + 8 * queue + 4, 4, completed[queue] % ENTRIES);
  }
}
