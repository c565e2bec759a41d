/**
 * One vector of an assigned device: the regions of its host function, its Mask Bit or the two records of it, its entry, and
 * where the message comes from that is injected.
 *
 * Regions are written as if accesses took effect at once; `context.rewriteEvents` says when they do.
 */
import type { DeviceContext, AccessPath } from './device-context.ts';
import {
  ASSIGN,
  DISABLE_ALL,
  ENABLE_ALL,
  mask,
  poll,
  readEntry,
  REGISTER,
  REMOVE,
  RESET,
  unmask,
  write,
} from './alphabet.ts';
import { hostRegions } from './host-function.ts';
import { startingAnew } from './ownership.ts';
import type { Region } from './region.ts';

/** What begins again at a reset, by a rule, and when the device is taken away. */
const anew = (region: Region, rule = 'MSIX-RESET-1'): Region =>
  startingAnew(region, [RESET, REMOVE], `It begins again. [${rule}] [MSIX-ASSIGN-16]`);

/** The region of `vector`. */
export function assignedVectorRegion(context: DeviceContext, vector: number): Region {
  const { design, source } = context;
  return {
    type: 'parallel',
    description: `Vector ${vector}.`,
    states: {
      ...hostVector(context, vector),
      pba: pendingRead(vector, context),
      ...maskRegions(context, vector),
      entry: entryRegion(context, vector),
      ...(source === 'route' ? { route: routeRegion(context, vector) } : {}),
      ...(source === 'force' ? { force: forceRegion(context, vector) } : {}),
      ...(design.direct && !design.grow ? { allocation: allocationRegion(context, vector) } : {}),
    },
  };
}

const answer = (vector: number, value: string, description: string) => ({
  actions: { type: 'answer', params: { vector, value } },
  description,
});

// ---- The host function below

function hostVector(context: DeviceContext, vector: number): Record<string, Region> {
  const { book, design, source } = context;
  const injected = !design.direct
    ? 'It is injected by its route. [MSIX-POSTED-1]'
    : design.check
      ? 'Nothing blocks the vector: it is injected from address and data. [MSIX-ASSIGN-4] [MSIX-ASSIGN-9]'
      : 'It is injected from address and data. [MSIX-ASSIGN-4]';
  const delivered = context.deliveries(vector).map(({ message, guard }) => ({
    target: 'none',
    guard,
    actions: { type: 'deliver', params: { vector, message } },
    description: injected,
  }));
  const undelivered = {
    target: 'none',
    description: design.check
      ? 'It is not delivered: the vector is blocked by now. [MSIX-ASSIGN-9]'
      : 'It is not delivered: there is no route. [MSIX-POSTED-1]',
  };
  const regions = hostRegions(vector, {
    passes: `live.${vector}`,
    waits: book.all(`blocked.${vector}`, design.grow ? undefined : 'hostUp') as string,
    unblocks: context.unblocks(vector),
    drains: context.drains,
    arrivals: source === 'route' || design.check ? [...delivered, undelivered] : delivered,
    heldBack: design.check ? `blocked.${vector}` : undefined,
    lostOn: {
      ...(design.grow ? {} : { [DISABLE_ALL]: context.tears }),
      ...(context.resetDrains ? {} : { [RESET]: undefined }),
      [REMOVE]: 'assigned',
      // What was signalled while there was no owner.
      [ASSIGN]: 'removed',
    },
    endsOn: context.resetDrains ? [RESET] : [],
    all: (...names) => book.all(...names),
  });
  return {
    flight: context.rewriteEvents(regions.flight, context.answeredByDevice),
    pending: context.rewriteEvents(regions.pending, context.answeredByDevice),
  };
}

/** The Pending Bit Array is the device's own page: a read of it shows the bit as it stands before what is in flight arrives. */
function pendingRead(vector: number, context: DeviceContext): Region {
  const shows = answer(vector, 'pending', 'Polling shows what waits. [MSIX-PBA-4]');
  const shown = {
    description: "The Pending bit, as it is read from the device's own page.",
    on: {
      [poll(vector)]: [
        { ...shows, guard: `pending.${vector}` },
        answer(vector, 'quiet', 'Nothing waits. [MSIX-PBA-4]'),
      ],
    },
  };
  return context.rewriteEvents({
    description: 'The Pending bit, as the guest reads it. [MSIX-PBA-4]',
    initial: 'shown',
    states: { shown },
  });
}

// ---- The Mask Bit

function maskRegions(context: DeviceContext, vector: number): Record<string, Region> {
  const { book, design } = context;
  if (design.oneOwner) return { mask: maskRegion(context, vector, 'either', {}) };
  // Userspace's record is copied into the kernel's when the page is handed over, and when all vectors are built up.
  const copies = {
    ...(design.free ? { [REGISTER]: book.all('userspaceOwns', context.ifUsed(vector)) } : {}),
    ...(design.grow ? {} : { [ENABLE_ALL]: book.all('opening', `wanted.${vector}`) }),
  };
  return {
    kernelMask: maskRegion(context, vector, 'kernel', copies),
    userMask: maskRegion(context, vector, 'exit', {}),
  };
}

/** One record of a Mask Bit: the accesses that it follows, and when the other record is copied into it. */
function maskRegion(
  context: DeviceContext,
  vector: number,
  path: AccessPath,
  copies: Readonly<Record<string, string | undefined>>,
): Region {
  const copied = (target: string, record: string) =>
    Object.fromEntries(
      Object.entries(copies).map(([event, guard]) => [
        event,
        {
          target,
          guard: context.book.all(guard, record),
          description: "Userspace's record is copied. [MSIX-POSTED-3]",
        },
      ]),
    );
  const whose = { either: '', kernel: ', as the kernel has it', exit: ', as userspace has it' }[path];
  const states = {
    masked: {
      description: 'The vector must not send. [MSIX-MASK-2]',
      on: {
        [unmask(vector)]: { target: 'unmasked', description: 'The guest unmasks. [MSIX-ASSIGN-5]' },
        ...copied('unmasked', `userUnmasked.${vector}`),
        [readEntry(vector)]: answer(vector, 'masked', 'The Mask Bit is read back. [MSIX-TABLE-3]'),
      },
    },
    unmasked: {
      description: 'The vector sends, unless the function is disabled or masked. [MSIX-MASK-1]',
      on: {
        [mask(vector)]: { target: 'masked', description: 'The guest masks. [MSIX-ASSIGN-5]' },
        ...copied('masked', `userMasked.${vector}`),
        [readEntry(vector)]: answer(vector, 'unmasked', 'The Mask Bit is read back. [MSIX-TABLE-3]'),
      },
    },
  };
  const region = { description: `The Mask Bit${whose}. [MSIX-TABLE-3]`, initial: 'masked', states };
  return context.rewriteEvents(anew(region), { mask: path, read: path });
}

// ---- The entry, and where its message comes from

/** A region with a state for each message, and what each state does. */
function messageRegion(
  description: string,
  values: readonly string[],
  on: (message: string) => Record<string, unknown>,
): Region {
  const states = values.map((value) => [value, { description: `It is ${value}.`, on: on(value) }]);
  return { description, initial: values[0], states: Object.fromEntries(states) } as Region;
}

/** When a write to an entry is kept: always, or only while the record of its Mask Bit says masked. */
function acceptedGuard({ book, design }: DeviceContext, vector: number, isUsed: boolean): string | undefined {
  if (design.latch) return undefined;
  if (design.oneOwner || (design.direct && design.grow)) return `masked.${vector}`;
  return isUsed ? book.all(`used.${vector}`, `masked.${vector}`) : book.all(`unused.${vector}`, `userMasked.${vector}`);
}

function entryRegion(context: DeviceContext, vector: number): Region {
  const { design, messages } = context;
  const accepted = new Set([true, false].map((isUsed) => acceptedGuard(context, vector, isUsed)));
  const description = design.latch
    ? 'A write is kept, blocked or not. [MSIX-ASSIGN-7]'
    : 'A masked entry is written. [MSIX-POSTED-6]';
  const writesFrom = (message: string) =>
    messages.writes
      .filter((each) => each.result(message) !== message)
      .map((each) => [
        write(vector, each.name),
        Array.from(accepted, (guard) => ({ target: each.result(message), guard, description })),
      ]);
  const kept = design.latch
    ? 'Address and data of the entry, as they were last written. [MSIX-ASSIGN-7]'
    : 'Address and data of the entry, as they were last written while it was masked. [MSIX-POSTED-6]';
  const readBack = `The entry is read back. [${design.latch ? 'MSIX-ASSIGN-7' : 'MSIX-POSTED-6'}]`;
  const region = messageRegion(kept, messages.values, (message) => ({
    ...Object.fromEntries(writesFrom(message)),
    [readEntry(vector)]: answer(vector, message, readBack),
  }));
  // Where there are routes, the kernel answers from them.
  return context.rewriteEvents(anew(region, 'MSIX-RESET-4'), { read: design.direct ? 'either' : 'exit' });
}

/** The route that the message of an entry takes to the guest. An entry without one is not in use. */
function routeRegion(context: DeviceContext, vector: number): Region {
  const { book, design, messages } = context;
  const [zero, ...others] = messages.values;
  const routeOf = (message: string) => (message === zero ? 'none' : message);
  const followEntry = (guard: string | undefined, description: string) =>
    messages.values.map((message) => ({
      target: routeOf(message),
      guard: book.all(guard, `holds.${vector}.${message}`),
      description,
    }));
  const afterWrite = (isUsed: boolean, message: string, result: string) => {
    // What changes a route that is there, and what makes one: with a latch, the next edge; with `grow`, the write.
    const isChange = isUsed ? result === zero || !design.latch : result !== zero && design.grow;
    if (!isChange) return [];
    // With a latch only a masked entry is looked at before the next edge.
    const accepted = design.latch ? `masked.${vector}` : acceptedGuard(context, vector, isUsed);
    return {
      target: routeOf(result),
      guard: book.all(`holds.${vector}.${message}`, accepted),
      description:
        result === zero
          ? 'A masked entry of zeros is taken for one that is not in use. [MSIX-POSTED-1]'
          : 'The route follows the entry. [MSIX-POSTED-6]',
    };
  };
  const writes = (isUsed: boolean) =>
    messages.writes.map((each) => [
      write(vector, each.name),
      messages.values.flatMap((message) => afterWrite(isUsed, message, each.result(message))),
    ]);
  const edges = Object.entries(design.latch ? context.unblocks(vector) : {}).map(([event, guard]) => [
    event,
    followEntry(guard, 'The route follows the entry at the edge. [MSIX-ASSIGN-7]'),
  ]);
  const region = messageRegion('The route of the entry. [MSIX-POSTED-1]', ['none', ...others], (message) => ({
    ...Object.fromEntries(writes(message !== 'none')),
    ...(message === 'none' ? {} : Object.fromEntries(edges)),
    ...(message === 'none'
      ? {}
      : { [readEntry(vector)]: answer(vector, message, 'The kernel reads the route back. [MSIX-POSTED-5]') }),
    ...(design.grow ? {} : { [ENABLE_ALL]: followEntry('opening', 'Entries of zeros get none. [MSIX-POSTED-1]') }),
  }));
  return context.rewriteEvents(anew(region), { ...context.answeredByDevice, read: 'kernel' });
}

/** The message in force. It outlives a mask, for what flies then carries it. */
function forceRegion(context: DeviceContext, vector: number): Region {
  const { book, messages } = context;
  const loads = (message: string) =>
    Object.entries(context.loads(vector)).map(([event, guard]) => [
      event,
      messages.values
        .filter((other) => other !== message)
        .map((other) => ({
          target: other,
          guard: book.all(guard, `holds.${vector}.${other}`),
          description: 'The whole entry comes into force. [MSIX-MSG-1] [MSIX-ASSIGN-7]',
        })),
    ]);
  const description = 'The message in force: the whole entry as it stood at the last unblocking edge. [MSIX-MSG-1]';
  const region = messageRegion(description, messages.values, (message) => Object.fromEntries(loads(message)));
  return context.rewriteEvents(anew(region), context.answeredByDevice);
}

/** Whether the host has a vector for the entry, where it has them all at once or not at all. */
function allocationRegion({ book }: DeviceContext, vector: number): Region {
  const build = {
    target: 'present',
    guard: book.all('opening', `wanted.${vector}`),
    description: 'It is built up with the others. [MSIX-POSTED-2]',
  };
  return anew({
    description: 'Whether the host has a vector for the entry. [MSIX-POSTED-2]',
    initial: 'absent',
    states: {
      absent: { description: 'It has none.', on: { [ENABLE_ALL]: build } },
      present: { description: 'It has one.' },
    },
  });
}
