/**
 * What the parts of an assigned device know of each other: the guards that they share, by name, and the ways in which an access takes
 * effect. It is the one place where the kernel's path and the path through an exit are told apart; regions are written as if
 * accesses took effect at once; here their transitions go where accesses take effect.
 */
import { and, or, stateIn } from 'xstate';
import {
  type GuestAccess,
  accessesOf,
  atRest,
  defineVcpuGuards,
  defineWaiting,
  type AccessPaths,
  guardedEventsOfAccess,
  type VmmWork,
} from './access.ts';
import { CLOSING, control, DISABLE_ALL, ENABLE_ALL, PLACE, poll, readEntry, REGISTER, unmask } from './alphabet.ts';
import type { Design } from './designs.ts';
import { OPEN } from './function.ts';
import { GuardRegistry, rewriteEvents, type GuardedEvent } from './guards.ts';
import type { MessageSet } from './messages.ts';
import { HOME, KERNEL_OWNS, REMOVED, TOLD, TOLD_AWAY } from './ownership.ts';
import type { Region } from './region.ts';
import { vectorRegionName } from './vector.ts';

/** What an assigned device is made of. */
export interface AssignedBounds {
  readonly design: Design;
  /** 1 or more. */
  readonly vectors: number;
  readonly messages: MessageSet;
  /** 1 or 2. Default 1, which is enough for what one vCPU can do alone. */
  readonly vcpus?: number;
}

/** The accesses whose path a region may choose. */
const PATH_OF: Partial<Record<GuestAccess['kind'], keyof AnsweredBy>> = { mask: 'mask', unmask: 'mask', read: 'read' };

/** What a vCPU may have to wait for, where all vectors are built up and torn down together. */
function workOf({ free }: Design, book: GuardRegistry): Readonly<Record<string, VmmWork>> {
  const tearing = (target: string) => [{ target, guard: free ? undefined : 'offBus' }];
  const none = { target: 'running', guard: book.opposite('noneWanted', 'anyWanted') };
  const placed = [
    none,
    { target: 'placing', guard: 'baseTold' },
    { target: 'running', guard: book.opposite('baseUntold', 'baseTold') },
  ];
  return {
    opening: {
      event: ENABLE_ALL,
      ways: free ? [{ target: 'running' }] : placed,
      description: 'All vectors in use are built up. [MSIX-POSTED-2]',
    },
    ...(free
      ? {}
      : {
          placing: {
            event: PLACE,
            ways: [{ target: 'running' }],
            description: 'The page goes on the bus last. [MSIX-POSTED-7]',
          },
        }),
    rebuilding: {
      event: DISABLE_ALL,
      ways: tearing('opening'),
      description: 'All vectors are torn down first. [MSIX-POSTED-4]',
    },
    closing: {
      event: DISABLE_ALL,
      ways: tearing('running'),
      description: 'All vectors are torn down. [MSIX-POSTED-4]',
    },
  };
}

/** Which path of an access a region follows: the kernel's, the one through an exit, or either. */
export type AccessPath = 'kernel' | 'exit' | 'either';

/** Which paths a region follows in accesses to a Mask Bit, and in reads. Left out: either. */
export interface AnsweredBy {
  readonly mask?: AccessPath;
  readonly read?: AccessPath;
}

/** What the parts of an assigned device know of each other. */
export class DeviceContext {
  readonly design: Design;
  readonly messages: MessageSet;
  readonly indices: readonly number[];
  readonly accesses: readonly GuestAccess[];
  readonly vcpus: readonly number[];
  readonly book = new GuardRegistry();
  readonly paths: AccessPaths;

  constructor({ design, vectors, messages, vcpus = 1 }: AssignedBounds) {
    this.design = design;
    this.messages = messages;
    this.indices = Array.from({ length: vectors }, (_, vector) => vector);
    this.accesses = accessesOf(vectors, messages, design.moves);
    this.vcpus = Array.from({ length: vcpus }, (_, vcpu) => vcpu);
    this.defineGuards();
    const work = design.grow ? {} : workOf(design, this.book);
    this.paths = {
      kernel: (access) => this.answeredByKernel(access),
      ...(design.moves ? { elsewhere: 'away' } : {}),
      ...(design.grow ? {} : { afterwards: (access: GuestAccess) => this.workAfter(access), work }),
    };
  }

  private defineGuards(): void {
    const { book, design } = this;
    book.define('enabled', stateIn({ capability: { enable: 'enabled' } }));
    book.define('open', OPEN);
    book.opposite('closed', 'open');
    book.define('kernelOwns', KERNEL_OWNS);
    book.define('userspaceOwns', stateIn({ ownership: 'userspace' }));
    book.define('removed', REMOVED);
    book.opposite('assigned', 'removed');
    if (design.moves) {
      book.opposite('away', book.define('home', HOME));
      // What the kernel was told is where the page is.
      if (!design.free) book.define('toldHere', or([and([HOME, TOLD]), and(['away', TOLD_AWAY])]));
    }
    defineVcpuGuards(book, this.accesses, this.vcpus);
    if (!design.grow) {
      book.define('hostUp', stateIn({ host: 'up' }));
      if (!design.free) {
        book.define('baseTold', design.moves ? or([TOLD, TOLD_AWAY]) : TOLD);
        book.opposite('offBus', 'kernelOwns');
      }
      defineWaiting(book, 'opening', ['opening'], this.vcpus);
      defineWaiting(book, 'tearing', ['closing', 'rebuilding'], this.vcpus);
      this.defineRest();
    }
    for (const vector of this.indices) this.defineVectorGuards(vector);
    if (!design.grow)
      book.any(
        'anyWanted',
        this.indices.map((vector) => `wanted.${vector}`),
      );
    if (!design.grow) book.all('opening', 'anyWanted');
    if (!design.grow && !design.free) book.all('opening', 'anyWanted', 'baseTold');
  }

  /** Vectors are built up and torn down for one vCPU at a time: these are calls under a lock of the kernel. [MSIX-POSTED-8] */
  private defineRest(): void {
    if (this.vcpus.length === 1) return;
    for (const vcpu of this.vcpus) {
      const others = this.vcpus.filter((other) => other !== vcpu);
      const works = ['opening', 'rebuilding', 'closing', ...(this.design.free ? [] : ['placing'])];
      const busy = defineWaiting(this.book, `others of ${vcpu} wait`, works, others);
      this.book.opposite(atRest(vcpu), busy);
    }
  }

  /** The guard under which userspace completes an access of a vCPU; undefined where it always may. */
  rest({ kind }: GuestAccess, vcpu: number): string | undefined {
    const works = kind === 'control' || kind === 'unmask';
    return this.design.grow || this.vcpus.length === 1 || !works ? undefined : atRest(vcpu);
  }

  private defineVectorGuards(vector: number): void {
    const { book, design, messages } = this;
    const inRegion = (region: string, state: string) => stateIn({ [vectorRegionName(vector)]: { [region]: state } });
    const [zero] = messages.values;
    book.define(`unmasked.${vector}`, inRegion(design.oneOwner ? 'mask' : 'kernelMask', 'unmasked'));
    book.opposite(`masked.${vector}`, `unmasked.${vector}`);
    if (!design.oneOwner) book.define(`userUnmasked.${vector}`, inRegion('userMask', 'unmasked'));
    if (!design.oneOwner) book.opposite(`userMasked.${vector}`, `userUnmasked.${vector}`);
    book.define(`pending.${vector}`, inRegion('pending', 'set'));
    book.define(`flying.${vector}`, inRegion('flight', 'flying'));
    for (const message of messages.values) {
      book.define(`holds.${vector}.${message}`, inRegion('entry', message));
      if (this.source === 'force' || (this.source === 'route' && message !== zero))
        book.define(`${this.source}.${vector}.${message}`, inRegion(this.source, message));
    }
    if (!design.direct) {
      book.opposite(`used.${vector}`, book.define(`unused.${vector}`, inRegion('route', 'none')));
    } else if (!design.grow) {
      book.opposite(`unused.${vector}`, book.define(`used.${vector}`, inRegion('allocation', 'present')));
    }
    if (!design.direct) book.opposite(`nonzero.${vector}`, `holds.${vector}.${zero}`);
    if (!design.grow) {
      book.define(`wanted.${vector}`, and([design.direct ? this.recordedUnmasked(vector) : `nonzero.${vector}`]));
      book.opposite(`unfit.${vector}`, book.define(`fit.${vector}`, and(['hostUp', `used.${vector}`])));
    }
    const live = [this.whileUp, this.ifUsed(vector), `unmasked.${vector}`].filter((name) => name !== undefined);
    book.define(`live.${vector}`, and(live));
    book.opposite(`blocked.${vector}`, `live.${vector}`);
  }

  /** Where the message comes from that is injected at an arrival. */
  get source(): 'entry' | 'route' | 'force' {
    if (!this.design.direct) return 'route';
    return this.design.latch ? 'force' : 'entry';
  }

  /** What lets the device send at all: its MSI-X as the host has it, or as the guest has it. */
  get whileUp(): string {
    return this.design.grow ? 'open' : 'hostUp';
  }

  /** The guard that an entry is in use; undefined in designs where there is no such thing. */
  ifUsed(vector: number): string | undefined {
    return this.design.direct && this.design.grow ? undefined : `used.${vector}`;
  }

  /** The guard that userspace's record of a Mask Bit says unmasked: the one record, where there is one. */
  private recordedUnmasked(vector: number): string {
    return this.design.oneOwner ? `unmasked.${vector}` : `userUnmasked.${vector}`;
  }

  private answeredByKernel({ kind, vector }: GuestAccess): string | undefined {
    if (vector === undefined) return undefined;
    // The Pending Bit Array is on a page of its own, which the patch does not register. [MSIX-POSTED-9]
    if (kind === 'poll') return this.design.grow ? 'kernelOwns' : undefined;
    // Where messages go through routes, routes are userspace's, and so is every write.
    if (kind === 'write' && !this.design.direct) return undefined;
    // In the patch the page is the kernel's only while the host is up.
    return this.book.all(
      'kernelOwns',
      this.design.grow || !this.design.free ? undefined : 'hostUp',
      this.design.moves && !this.design.free ? 'toldHere' : undefined,
      this.ifUsed(vector),
    );
  }

  /** What must be torn down or built up once userspace has completed an access, before the guest goes on. */
  private workAfter({ kind, vector, control: value }: GuestAccess): { target: string; guard?: string }[] {
    const { book } = this;
    if (kind === 'control') {
      if (value === 'on') return [{ target: 'opening', guard: book.all('closed', 'anyWanted') }];
      return [{ target: 'closing', guard: 'hostUp' }];
    }
    if (kind !== 'unmask') return [];
    const needed = book.all('open', `unfit.${vector}`, this.design.direct ? undefined : `nonzero.${vector}`);
    return [
      { target: 'rebuilding', guard: book.all(needed, 'hostUp') },
      { target: 'opening', guard: needed },
    ];
  }

  /** The ways of a guest's access, by its event, of every vCPU; undefined for other actors. */
  private guardedEventsOf(event: string, follows: AnsweredBy): readonly GuardedEvent[] | undefined {
    const access = this.accesses.find((each) => each.event === event);
    if (access === undefined) return undefined;
    const choice = PATH_OF[access.kind];
    const path = choice === undefined ? undefined : follows[choice];
    return this.vcpus.flatMap((vcpu) => {
      const { kernel, exit } = guardedEventsOfAccess(access, this.paths, this.book, vcpu, this.rest(access, vcpu));
      return [...(path === 'exit' ? [] : kernel), ...(path === 'kernel' ? [] : exit)];
    });
  }

  /** Rewrites a region that is written as if accesses took effect at once. */
  rewriteEvents(region: Region, follows: AnsweredBy = {}): Region {
    return rewriteEvents(region, (event) => this.guardedEventsOf(event, follows), this.book);
  }

  /** What the regions of the host function follow, and what else feels masks as the device does. */
  get answeredByDevice(): AnsweredBy {
    return { mask: this.design.oneOwner ? 'either' : 'kernel' };
  }

  /** The edges at which a vector may send from then on, in the guest's terms: events, and what makes them edges. */
  unblocks(vector: number): Record<string, string | undefined> {
    const { book, design, whileUp } = this;
    const used = this.ifUsed(vector);
    return {
      [unmask(vector)]: book.all(whileUp, used, `masked.${vector}`),
      ...(design.grow ? { [control('on')]: book.all('closed', used, `unmasked.${vector}`) } : {}),
      ...(design.oneOwner || !design.free
        ? {}
        : { [REGISTER]: book.all('userspaceOwns', whileUp, used, `masked.${vector}`, `userUnmasked.${vector}`) }),
    };
  }

  /** The same, and the building up of all vectors: when what is to be sent is looked at anew. */
  loads(vector: number): Record<string, string | undefined> {
    if (this.design.grow) return this.unblocks(vector);
    const built = this.book.all('opening', `wanted.${vector}`, this.recordedUnmasked(vector));
    return { ...this.unblocks(vector), [ENABLE_ALL]: built };
  }

  /** The guard under which all vectors are torn down; in the patch the page is off the bus by then. */
  get tears(): string {
    return this.book.all('tearing', this.design.free ? undefined : 'offBus') as string;
  }

  /** The accesses that bring in whatever is in flight, each with why. */
  get drains(): Readonly<Record<string, string>> {
    const each = (events: readonly string[], why: string) => events.map((event) => [event, why]);
    const read = 'A read brings in what is in flight. [MSIX-ASSIGN-6]';
    // The Pending Bit Array is read in the device, whatever the design.
    const polls = this.indices.map(poll);
    if (!this.design.flush) return Object.fromEntries(each(polls, read));
    return Object.fromEntries([
      ...each([...this.indices.map(readEntry), ...polls], read),
      ...each(CLOSING.map(control), 'What was sent arrives before the function closes. [MSIX-ASSIGN-8]'),
    ]);
  }

  /** Whether what is in flight arrives before a reset; otherwise it is lost. */
  get resetDrains(): boolean {
    return this.design.flush;
  }

  /** The guards under which an arrival of `vector` delivers a message, for each message. */
  deliveries(vector: number): { readonly message: string; readonly guard: string | undefined }[] {
    const prefix = this.source === 'entry' ? 'holds' : this.source;
    const [zero, ...others] = this.messages.values;
    return (this.source === 'route' ? others : [zero, ...others]).map((message) => ({
      message,
      guard: this.book.all(this.design.check ? `live.${vector}` : undefined, `${prefix}.${vector}.${message}`),
    }));
  }
}
