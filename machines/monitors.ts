/**
 * Monitors of an assigned device: regions that remember what a property asks about, and that nothing else looks at. They follow
 * what the guest did, at the moments when it took effect, whatever the design made of it.
 */
import { and, not, or, stateIn, type StateValue } from 'xstate';
import type { DeviceContext } from './device-context.ts';
import {
  arrive,
  ASSIGN,
  control,
  mask,
  poll,
  readEntry,
  REMOVE,
  RESET,
  retire,
  signal,
  unmask,
  write,
} from './alphabet.ts';
import { startingAnew } from './ownership.ts';
import type { Region } from './region.ts';
import { vectorRegionName } from './vector.ts';

/** The monitors, each a region of every vector. */
export const MONITORS = ['mask', 'entry', 'settled', 'owed', 'signalled', 'fresh'] as const;
export type MonitorName = (typeof MONITORS)[number];

/** What a monitor must see of others. */
const NEEDS: Readonly<Record<MonitorName, readonly MonitorName[]>> = {
  mask: [],
  entry: [],
  settled: ['mask'],
  owed: [],
  signalled: [],
  fresh: ['mask', 'entry'],
};

/** The monitors named, and those that they need, in the order of `MONITORS`. */
export function withNeeds(names: readonly MonitorName[]): MonitorName[] {
  const all = new Set(names.flatMap((name) => [name, ...NEEDS[name]]));
  return MONITORS.filter((name) => all.has(name));
}

/** The region `monitor` of the machine, which watches some of the vectors. */
export function monitorRegions(
  context: DeviceContext,
  names: readonly MonitorName[],
  watched: readonly number[],
): Region {
  const monitors = withNeeds(names);
  const vectors = watched.map((vector) => {
    defineGuards(context, monitors, vector);
    const regions = monitors.map((name) => [name, context.rewriteEvents(forgetting(REGIONS[name](context, vector)))]);
    return [vectorRegionName(vector), { type: 'parallel', states: Object.fromEntries(regions) }];
  });
  return {
    type: 'parallel',
    description: 'What properties remember of the run. Nothing else looks at it.',
    states: Object.fromEntries(vectors),
  } as Region;
}

/** A monitor that begins again at a reset, and with each owner. */
function forgetting(region: Region): Region {
  const { states } = region as { states: Record<string, Region> };
  if (region.type !== 'parallel') return startingAnew(region, [RESET, REMOVE, ASSIGN], 'What was before is over.');
  const inside = Object.entries(states).map(([name, each]) => [name, forgetting(each)]);
  return { ...region, states: Object.fromEntries(inside) } as Region;
}

/** What a state of a monitor is called in `stateIn`. */
export const monitored = (vector: number, region: StateValue): StateValue => ({
  monitor: { [vectorRegionName(vector)]: region },
});

function defineGuards({ book, messages }: DeviceContext, monitors: readonly MonitorName[], vector: number): void {
  const seen = (name: string, region: Record<string, string>) => book.define(name, stateIn(monitored(vector, region)));
  if (monitors.includes('mask')) {
    seen(`seenUnmasked.${vector}`, { mask: 'unmasked' });
    book.opposite(`seenMasked.${vector}`, `seenUnmasked.${vector}`);
    book.define(`seenBlocked.${vector}`, not(and(['open', `seenUnmasked.${vector}`])));
  }
  if (monitors.includes('entry')) {
    for (const message of messages.values) seen(`seenHolds.${vector}.${message}`, { entry: message });
  }
}

/** The edges at which the guest has opened a vector, in its own terms. */
function edges({ book }: DeviceContext, vector: number): Record<string, string | undefined> {
  return {
    [unmask(vector)]: book.all('open', `seenMasked.${vector}`),
    [control('on')]: book.all('closed', `seenUnmasked.${vector}`),
  };
}

/** A transition on everything that may deliver a message of `vector`, when it does. */
function onDelivery(context: DeviceContext, vector: number, target: string): Record<string, object> {
  const { book, drains } = context;
  const guards = context.deliveries(vector).map(({ guard }) => guard as string);
  const delivers = book.define(`delivers.${vector}`, and([`flying.${vector}`, or(guards)]));
  const delivered = { target, guard: delivers, description: 'A message is delivered.' };
  return Object.fromEntries([arrive(vector), ...Object.keys(drains)].map((event) => [event, delivered]));
}

const REGIONS: Readonly<Record<MonitorName, (context: DeviceContext, vector: number) => Region>> = {
  mask: (_, vector) => ({
    description: 'The Mask Bit as the guest last wrote it.',
    initial: 'masked',
    states: {
      masked: { description: 'Masked.', on: { [unmask(vector)]: { target: 'unmasked', description: 'As written.' } } },
      unmasked: { description: 'Unmasked.', on: { [mask(vector)]: { target: 'masked', description: 'As written.' } } },
    },
  }),

  entry: ({ messages }, vector) => ({
    description: 'The entry as the guest last wrote it.',
    initial: messages.values[0],
    states: Object.fromEntries(
      messages.values.map((message) => {
        const writes = messages.writes.filter((each) => each.result(message) !== message);
        const on = writes.map((each) => [
          write(vector, each.name),
          { target: each.result(message), description: 'As written.' },
        ]);
        return [message, { description: `It is ${message}.`, on: Object.fromEntries(on) }];
      }),
    ),
  }),

  settled: (context, vector) => ({
    description:
      'Whether a read has completed since the vector was last blocked: nothing may arrive any more. [MSIX-MSG-5]',
    initial: 'unsettled',
    states: {
      unsettled: {
        description: 'A message may still arrive.',
        on: Object.fromEntries(
          context.indices
            .flatMap((each) => [readEntry(each), poll(each)])
            .map((read) => [
              read,
              {
                target: 'settled',
                guard: `seenBlocked.${vector}`,
                description: 'Any read of the table will do. [MSIX-ASSIGN-6]',
              },
            ]),
        ),
      },
      settled: {
        description: 'No message may arrive.',
        on: Object.fromEntries(
          Object.entries(edges(context, vector)).map(([event, guard]) => [
            event,
            { target: 'unsettled', guard, description: 'The vector may send again.' },
          ]),
        ),
      },
    },
  }),

  owed: (context, vector) => {
    const forgotten = (event: string) => [event, { target: 'none', description: 'The event is no longer owed.' }];
    return {
      description: 'An event of an enabled function that no message has told the guest of.',
      initial: 'none',
      states: {
        none: {
          description: 'Nothing is owed.',
          on: { [signal(vector)]: { target: 'owed', guard: 'enabled', description: 'The device signals.' } },
        },
        owed: {
          description: 'A message is owed, or a Pending bit that shows it.',
          on: {
            ...onDelivery(context, vector, 'none'),
            ...Object.fromEntries([retire(vector), control('off'), control('offMasked')].map(forgotten)),
          },
        },
      },
    };
  },

  signalled: (context, vector) => {
    context.book.opposite(`landed.${vector}`, `flying.${vector}`);
    const signals = (target: string) => ({ [signal(vector)]: { target, description: 'The device signals.' } });
    const withdrawn = (target: string, guard: string) => ({
      target,
      guard: `${guard}.${vector}`,
      description: 'The cause is gone before a message of it was sent.',
    });
    return {
      description:
        'The events that no message has told of. One may be pending and one in flight; more than two make no more messages.',
      initial: 'none',
      states: {
        none: { description: 'A message would be spurious.', on: signals('one') },
        one: {
          description: 'A message is due.',
          on: {
            ...onDelivery(context, vector, 'none'),
            ...signals('two'),
            [retire(vector)]: withdrawn('none', 'landed'),
          },
        },
        two: {
          description: 'Two messages are due.',
          on: {
            ...onDelivery(context, vector, 'one'),
            [retire(vector)]: [withdrawn('none', 'landed'), withdrawn('one', 'flying')],
          },
        },
      },
    };
  },

  fresh: (context, vector) => {
    const { book, messages } = context;
    const region = (message: string) => {
      const isHeld = `seenHolds.${vector}.${message}`;
      const atEdges = (target: string, held: string) =>
        Object.entries(edges(context, vector)).map(([event, guard]) => [
          event,
          { target, guard: book.all(guard, held), description: 'An edge makes the entry fresh, and all else stale.' },
        ]);
      const written = messages.writes.flatMap((each) => {
        const before = messages.values.filter((value) => each.result(value) === message);
        const from = before.map((value) => ({
          target: 'fresh',
          guard: book.all('open', `seenUnmasked.${vector}`, `seenHolds.${vector}.${value}`),
          description: 'The function may read an unmasked entry again. [MSIX-MSG-1]',
        }));
        return from.length === 0 ? [] : [[write(vector, each.name), from]];
      });
      return {
        description: `Whether ${message} has been the whole entry at the last edge or since.`,
        initial: 'stale',
        states: {
          stale: {
            description: 'It must not be delivered.',
            on: Object.fromEntries([...atEdges('fresh', isHeld), ...written]),
          },
          fresh: {
            description: 'It may be delivered.',
            on: Object.fromEntries(atEdges('stale', book.opposite(`seenOther.${vector}.${message}`, isHeld))),
          },
        },
      };
    };
    return {
      type: 'parallel',
      description: 'Which messages may be delivered.',
      states: Object.fromEntries(messages.values.map((message) => [message, region(message)])),
    } as Region;
  },
};
