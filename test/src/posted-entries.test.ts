/**
 * The entries of the posted patch by themselves, over a function and a routing table: which are in use, what is masked in the device and when,
 * what answers, and what a save has of them.
 */
import { describe, expect, test } from 'vitest';
import { abi, HostFunction } from '../../src/index.ts';
import { PostedEntries } from '../../src/kernel/posted.ts';
import { RoutingTable } from '../../src/kernel/routing.ts';

const FIRST_IRQ = 100;

/** Entries over a function with so many vectors, which notes what is injected and which interrupts are asked for. */
class Scene {
  readonly host: HostFunction;
  readonly routing = new RoutingTable();
  readonly entries: PostedEntries;
  readonly injected: string[] = [];
  readonly requested: number[] = [];

  constructor(vectorCount = 3) {
    this.host = new HostFunction({ vectorCount, firstIrq: FIRST_IRQ });
    this.entries = new PostedEntries(this.host, this.routing, (words, at, vector) => {
      this.injected.push(`${vector}: ${[...words.subarray(at, at + 3)].map((word) => word.toString(16)).join(' ')}`);
    });
  }

  /** Gives GSIs their messages; each says in its data which GSI it is of. */
  route(...gsis: readonly number[]): this {
    for (const gsi of gsis) this.routing.restore(gsi, Uint32Array.of(0xfee01000, 0, gsi));
    return this;
  }

  /** Gives slots: entry and GSI of each. */
  give(...slots: readonly (readonly [entry: number, gsi: number])[]): this {
    const results = [
      this.entries.setCount(slots.length),
      ...slots.map(([entry, gsi]) => this.entries.setEntry(entry, gsi, undefined)),
    ];
    if (results.some((result) => result !== 0)) throw new Error(`got ${results.join()}; expected zeros.`);
    return this;
  }

  acquire(): this {
    this.host.enable();
    this.entries.acquire((irq) => this.requested.push(irq));
    return this;
  }

  save(at = 0): Uint32Array {
    const out = new Uint32Array(this.entries.savedWords + at + 4).fill(0x7777);
    this.entries.saveInto(out, at);
    return out;
  }
}

const MASKED_BEFORE = [true, true, true];

describe('an entry', () => {
  test('is in use when it has a slot and its GSI has a message, be it GSI 0', () => {
    const { entries } = new Scene().route(0, 31).give([2, 0], [0, 30]);
    expect([0, 1, 2, 3, 255, 256, 5000].map((entry) => entries.isInUse(entry))).toEqual([
      ...[false, false, true, false, false, false, false],
    ]);
  });

  test('is refused beyond the function, and beyond what a device may have', () => {
    const { entries } = new Scene(300);
    entries.setCount(2);
    expect([255, 256, 299, 300].map((entry) => entries.setEntry(entry, 1, undefined))).toEqual([
      ...[0, abi.EINVAL, abi.EINVAL, abi.EINVAL],
    ]);
    const small = new Scene(2).entries;
    small.setCount(1);
    expect(small.setEntry(2, 1, undefined)).toBe(abi.EINVAL);
  });

  test('is masked and blocked where there is none', () => {
    const { entries } = new Scene(2).route(1).give([1, 1]).acquire();
    for (const entry of [2, 255, 256, 5000])
      expect([entries.isMasked(entry), entries.isBlocked(entry)]).toEqual([true, true]);
  });

  test('is blocked until it is acquired, has a slot, and is unmasked', () => {
    const scene = new Scene().route(1, 2).give([0, 1], [1, 2]);
    const { entries, host } = scene;
    const blocked = (): boolean[] => [0, 1, 2].map((entry) => entries.isBlocked(entry));
    entries.setEntry(0, 1, false);
    expect([blocked(), entries.isMasked(0)]).toEqual([MASKED_BEFORE, false]);
    scene.acquire();
    expect(blocked()).toEqual([false, true, true]);
    expect([0, 1, 2].map((entry) => host.isMasked(entry))).toEqual([false, true, true]);
    // Unmasked without a slot, it still is.
    entries.write(12, 4, 1, 0);
    entries.write(28, 4, 0, 0);
    entries.write(44, 4, 0, 0);
    expect([blocked(), scene.requested]).toEqual([
      [true, false, true],
      [FIRST_IRQ, FIRST_IRQ + 1],
    ]);
  });

  test('sends what its route says when the message arrives, and is counted as lost without one', () => {
    const { entries, injected } = new Scene().route(0).give([1, 0]).acquire();
    entries.arrive(1);
    entries.arrive(0);
    entries.arrive(2);
    expect([injected, entries.lost]).toEqual([['1: fee01000 0 0'], 2]);
  });
});

describe('the page', () => {
  const scene = new Scene().route(30, 31).give([0, 30], [1, 31]).acquire();
  const { entries } = scene;

  test.each([
    ['the mask of an entry', 12, 4, true],
    ['the mask of an entry that is not in use', 44, 4, false],
    ['half of the mask', 12, 2, false],
    ['a byte of the mask', 12, 1, false],
    ['the mask and what follows', 12, 8, false],
    ['data', 8, 4, false],
    ['data and mask', 8, 8, false],
    ['an address', 0, 4, false],
  ])('takes a write of %s, or declines', (_name, offset, bytes, isTaken) => {
    entries.write(12, 4, 1, 0);
    expect(entries.write(offset, bytes, 0xffff_fffe, 0)).toBe(isTaken);
    expect(entries.isMasked(0)).toBe(!(isTaken && offset === 12));
  });

  test.each([
    [0, 4, [0xfee01000, 5]],
    [0, 8, [0xfee01000, 0]],
    [8, 4, [30, 5]],
    [8, 8, [30, 1]],
    [12, 4, [1, 5]],
    [16 + 8, 8, [31, 1]],
    [4, 8, [0xffff_ffff, 0xffff_ffff]],
    [1, 4, [0xffff_ffff, 0xffff_ffff]],
    [2, 2, [0xffff, 0xffff_ffff]],
    [3, 1, [0xff, 0xffff_ffff]],
    [0, 2, [0xffff, 0xffff_ffff]],
  ])('reads at %d with %d bytes %j', (offset, bytes, words) => {
    entries.write(12, 4, 1, 0);
    const out = Uint32Array.of(5, 5);
    expect(entries.read(offset, bytes, out)).toBe(true);
    expect([...out]).toEqual(words);
  });

  test('declines reads of what is not in use', () => {
    const out = Uint32Array.of(5, 5);
    expect([entries.read(32, 4, out), entries.read(48, 4, out), entries.read(5000, 4, out), ...out]).toEqual([
      ...[false, false, false, 5, 5],
    ]);
  });
});

describe('the end of MSI-X in the host', () => {
  test('masks the entries, loses what is pending, and keeps the entries', () => {
    const scene = new Scene().route(1).give([0, 1]).acquire();
    const { entries, host } = scene;
    host.signal(0);
    expect(host.isPending(0)).toBe(true);
    entries.write(12, 4, 0, 0);
    expect([host.inFlight, host.isMasked(0)]).toEqual([1, false]);
    entries.stop();
    expect([host.inFlight, host.isMasked(0), entries.entryCount, entries.isInUse(0)]).toEqual([0, true, 1, true]);
    // What comes after the end is not lost by ending it again.
    host.signal(0);
    entries.stop();
    entries.release();
    expect([host.isPending(0), entries.entryCount, entries.isInUse(0)]).toEqual([true, 1, true]);
  });

  test('releases the entries, too, once: others may be told of then', () => {
    const scene = new Scene().route(1, 2).give([0, 1], [1, 2]).acquire();
    const { entries } = scene;
    entries.write(12, 4, 0, 0);
    entries.release();
    expect([entries.entryCount, entries.complete, entries.isInUse(0), entries.isMasked(0)]).toEqual([
      ...[0, false, false, true],
    ]);
    expect([entries.setCount(1), entries.setEntry(2, 2, undefined), entries.isInUse(2)]).toEqual([0, 0, true]);
  });
});

describe('a save', () => {
  test('has slots, masks and messages, each slot at its place, and nothing beyond', () => {
    // GSI 0 and the GSI behind each are routed, so that a word too many would show.
    const scene = new Scene().route(0, 31, 32).give([2, 31], [0, 40]);
    scene.entries.setEntry(2, 31, false);
    const saved = [...scene.save(2)];
    const none = [0, 0, 0, 0, 0, 0];
    expect(saved).toEqual([
      ...[0x7777, 0x7777],
      ...[2, 0],
      ...[1 | 4 | (2 << 16), 31, 0xfee01000, 0, 31, 0],
      ...[1 | 2, 40, 0, 0, 0, 0],
      ...none,
      ...[0x7777, 0x7777, 0x7777, 0x7777],
    ]);
  });

  test('brings entries, masks and routes back; those that are live get their interrupts again', () => {
    const scene = new Scene().route(31, 32).give([2, 31], [0, 32]).acquire();
    scene.entries.write(44, 4, 0, 0);
    const saved = scene.save(3);
    const hostSaved = new Uint32Array(scene.host.savedWords);
    scene.host.saveInto(hostSaved);
    const other = new Scene();
    other.host.restore(hostSaved);
    other.entries.restore(saved, 3, (irq) => other.requested.push(irq));
    expect(other.requested).toEqual([FIRST_IRQ + 2, FIRST_IRQ]);
    expect([...other.save(3)]).toEqual([...saved]);
    expect([0, 1, 2].map((entry) => [other.entries.isInUse(entry), other.entries.isBlocked(entry)])).toEqual([
      [true, true],
      [false, true],
      [true, false],
    ]);
    // The one that is masked was written again by the host, and can be unmasked.
    expect([0, 2].map((entry) => other.host.isProgrammed(entry))).toEqual([true, true]);
    other.host.signal(2);
    expect(other.host.inFlight).toBe(1);
  });

  test('of entries that are not live asks for no interrupts, and replaces what there was', () => {
    const saved = new Scene().route(31).give([1, 31]).save();
    const other = new Scene().route(32).give([2, 32], [0, 32]);
    other.entries.restore(saved, 0, (irq) => other.requested.push(irq));
    expect(other.requested).toEqual([]);
    expect([0, 1, 2].map((entry) => other.entries.isInUse(entry))).toEqual([false, true, false]);
    expect(other.host.isProgrammed(1)).toBe(false);
    expect([...other.save()]).toEqual([...saved]);
  });

  test('with all slots filled ends with them, whatever stands behind it', () => {
    const saved = new Scene(1).route(31).give([0, 31]).save();
    // Which would be entry 0 once more.
    saved.fill(1, 8);
    const other = new Scene(1);
    other.entries.restore(saved, 0, () => {});
    expect([other.entries.entryCount, other.entries.complete]).toEqual([1, true]);
    expect([...other.save()].slice(0, 8)).toEqual([...saved].slice(0, 8));
  });

  test('ends before an entry that the function does not have', () => {
    const saved = new Scene(3).route(31).give([0, 31], [2, 31]).save();
    const other = new Scene(2);
    other.entries.restore(saved, 0, () => {});
    expect([...other.save()].slice(0, 14)).toEqual([...[...saved].slice(0, 8), 0, 0, 0, 0, 0, 0]);
  });

  test('takes a route away that the saved entry did not have', () => {
    const saved = new Scene().give([1, 31]).save();
    const other = new Scene().route(31, 0);
    other.entries.restore(saved, 0, () => {});
    expect([other.routing.messageAt(31), other.routing.messageAt(0), other.entries.isInUse(1)]).toEqual([-1, 1, false]);
  });
});
