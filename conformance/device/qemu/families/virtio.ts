/**
 * virtio by its modern registers: a queue for a vector. A buffer that is made available and used is the event.
 *
 *     virtio-blk   GET_ID: three descriptors (request, 20 bytes, status); as many queues as there are vectors
 *     virtio-net   vector 0: a frame that nobody receives; vector 1: a command to the control queue; the last one, where there are more:
 *                  a change of the configuration, since the monitor sets the link up and down
 */
import { type Bench, barOf, type Family, packed, SCRATCH, type Signaller } from '../family.ts';
import { capabilitiesOf, VENDOR_CAPABILITY } from '../pci.ts';
import { writeLine } from '../qtest.ts';

const COMMON = 1;
const NOTIFY = 2;
/** Registers of the common configuration. */
const FEATURE_SELECT = 8;
const FEATURES = 12;
const CONFIG_VECTOR = 16;
const STATUS = 20;
const QUEUE_SELECT = 22;
const QUEUE_SIZE = 24;
const QUEUE_VECTOR = 26;
const QUEUE_ENABLE = 28;
const QUEUE_NOTIFY_OFFSET = 30;
const QUEUE_DESCRIPTORS = 32;
const QUEUE_AVAILABLE = 40;
const QUEUE_USED = 48;
const ACKNOWLEDGE_AND_DRIVER = 3;
const FEATURES_OK = 8;
const DRIVER_OK = 4;
const NO_VECTOR = 0xffff;
/** virtio 1, in the upper half; the control queue and the status of the link, in the lower one. */
const VERSION_1 = 1;
const NET_STATUS = 1 << 16;
const NET_CONTROL = 1 << 17;

/** Where the parts of a queue lie in its page. */
const SIZE = 8;
const PER_QUEUE = 0x1000;
const AVAILABLE = 0x400;
const USED = 0x600;
const BUFFERS = 0x800;
const SECOND = BUFFERS + 0x80;
const THIRD = BUFFERS + 0x100;
const NEXT = 1;
const DEVICE_WRITES = 2;
const GET_ID = 8;

/** A part of a chain: where in the page, how long, and whether the device writes it. */
type Part = readonly [at: number, bytes: number, flags: number];

/** A queue that serves a vector. */
interface Queue {
  readonly vector: number;
  readonly queue: number;
  readonly chain: readonly Part[];
  /** What the first buffer begins with. */
  readonly request: readonly number[];
}

const blockQueue = (vector: number): Queue => ({
  vector,
  queue: vector,
  chain: [
    [BUFFERS, 16, 0],
    [SECOND, 20, DEVICE_WRITES],
    [THIRD, 1, DEVICE_WRITES],
  ],
  request: [GET_ID, 0, 0, 0],
});

export const VIRTIO_BLOCK: Family = {
  names: ['virtio-blk-pci', 'virtio-blk', 'virtio-blk-pci-non-transitional'],
  by: 'a request GET_ID on the queue of the vector',
  vectorCount: 4,
  signalled: (vectorCount) => Array.from({ length: Math.min(vectorCount, 1024) }, (_, vector) => vector),
  parameters: (device, at, vectors = 4) => [
    ...['-drive', 'if=none,id=d0,driver=null-co,size=1M,read-zeroes=on'],
    ...['-device', `${device},drive=d0,num-queues=${Math.min(vectors, 1024)},vectors=${vectors},${at}`],
  ],
  setUp: async (bench) => {
    const count = Math.min(bench.vectorCount, 1024);
    const device = new Virtio(bench);
    await device.begin(
      0,
      Array.from({ length: count }, (_, vector) => blockQueue(vector)),
    );
    return device.signaller;
  },
};

export const VIRTIO_NET: Family = {
  names: ['virtio-net-pci', 'virtio-net', 'virtio-net-pci-non-transitional'],
  by: 'a frame for vector 0, a command to the control queue for vector 1, a change of the link for the last one',
  vectorCount: 3,
  signalled: (vectorCount) => [0, 1, vectorCount - 1].slice(0, vectorCount),
  parameters: (device, at, vectors = 3) => [
    // Without a network behind it, a frame is taken and dropped at once.
    ...['-device', `${device},id=dut,vectors=${vectors},${at}`],
  ],
  setUp: async (bench) => {
    const device = new Virtio(bench);
    const queues: Queue[] = [
      { vector: 0, queue: 1, chain: [[BUFFERS, 12 + 60, 0]], request: [0] },
      {
        vector: 1,
        queue: 2,
        // Which frames are received: class 0, command 0, a byte of 0; and one byte that says how it went.
        chain: [
          [BUFFERS, 2, 0],
          [SECOND, 1, 0],
          [THIRD, 1, DEVICE_WRITES],
        ],
        request: [0],
      },
    ];
    const { vectorCount, process } = bench;
    await device.begin(
      NET_STATUS | NET_CONTROL,
      queues.slice(0, vectorCount),
      vectorCount > 2 ? vectorCount - 1 : NO_VECTOR,
    );
    let isUp = true;
    await process.command('set_link', { name: 'dut', up: isUp });
    return {
      signal: async (vector) => {
        if (vector < 2) return device.signaller.signal(vector);
        isUp = !isUp;
        await process.command('set_link', { name: 'dut', up: isUp });
      },
    };
  },
};

/** The registers and queues of one device. */
class Virtio {
  private readonly bench: Bench;
  private readonly doorbells = new Map<number, readonly [address: number, queue: number]>();
  private readonly made: Uint16Array;

  constructor(bench: Bench) {
    this.bench = bench;
    this.made = new Uint16Array(bench.vectorCount);
  }

  private readonly pageOf = (vector: number): number => SCRATCH + PER_QUEUE * vector;

  /** Where a structure of registers is: its address, and what a notify offset is multiplied by. */
  private async structureOf(kind: number): Promise<readonly [address: number, multiplier: number]> {
    const { memory, place } = this.bench;
    for (const at of await capabilitiesOf(memory, place.bdf, VENDOR_CAPABILITY)) {
      if ((await memory.configRead(place.bdf, at + 3, 1)) !== kind) continue;
      const bar = barOf(this.bench, await memory.configRead(place.bdf, at + 4, 1));
      const offset = await memory.configRead(place.bdf, at + 8, 4);
      return [bar + offset, kind === NOTIFY ? await memory.configRead(place.bdf, at + 16, 4) : 0];
    }
    throw new Error(`Got no structure ${kind} of virtio; expected the modern registers.`);
  }

  async begin(features: number, queues: readonly Queue[], configVector = NO_VECTOR): Promise<void> {
    const { memory } = this.bench;
    const [common] = await this.structureOf(COMMON);
    const [notify, multiplier] = await this.structureOf(NOTIFY);
    await memory.write(common + STATUS, 1, 0);
    await memory.write(common + STATUS, 1, ACKNOWLEDGE_AND_DRIVER);
    for (const [half, wanted] of [features, VERSION_1].entries()) {
      await memory.write(common + FEATURE_SELECT, 4, half);
      await memory.write(common + FEATURES, 4, wanted);
    }
    await memory.write(common + STATUS, 1, ACKNOWLEDGE_AND_DRIVER | FEATURES_OK);
    await memory.write(common + CONFIG_VECTOR, 2, configVector);
    for (const { vector, queue, chain, request } of queues) {
      const page = this.pageOf(vector);
      const descriptors = chain.flatMap(([at, bytes, flags], index): (readonly [number, number])[] => {
        const isLast = index === chain.length - 1;
        return [
          [8, page + at],
          [4, bytes],
          [2, isLast ? flags : flags | NEXT],
          [2, isLast ? 0 : index + 1],
        ];
      });
      await memory.clear(page, PER_QUEUE);
      await memory.writeBlock(page, packed(...descriptors));
      await memory.writeBlock(page + BUFFERS, packed(...request.map((word) => [4, word] as const)));
      await memory.qtest.ask([
        writeLine(common + QUEUE_SELECT, 2, queue),
        writeLine(common + QUEUE_SIZE, 2, SIZE),
        writeLine(common + QUEUE_VECTOR, 2, vector),
        writeLine(common + QUEUE_DESCRIPTORS, 4, page),
        writeLine(common + QUEUE_AVAILABLE, 4, page + AVAILABLE),
        writeLine(common + QUEUE_USED, 4, page + USED),
        writeLine(common + QUEUE_ENABLE, 2, 1),
      ]);
      const offset = await memory.read(common + QUEUE_NOTIFY_OFFSET, 2);
      this.doorbells.set(vector, [notify + multiplier * offset, queue]);
    }
    await memory.write(common + STATUS, 1, ACKNOWLEDGE_AND_DRIVER | FEATURES_OK | DRIVER_OK);
  }

  readonly signaller = {
    signal: async (vector: number): Promise<void> => {
      const { memory } = this.bench;
      const page = this.pageOf(vector);
      const slot = this.made[vector] % SIZE;
      const [doorbell, queue] = this.doorbells.get(vector)!;
      const index = (this.made[vector] + 1) & 0xffff;
      this.made[vector] = index;
      await memory.qtest.ask([
        writeLine(page + AVAILABLE + 4 + 2 * slot, 2, 0),
        writeLine(page + AVAILABLE + 2, 2, index),
        writeLine(doorbell, 2, queue),
      ]);
      await memory.until('a buffer to be used', async () => (await memory.read(page + USED + 2, 2)) === index);
    },
  } satisfies Signaller;
}
