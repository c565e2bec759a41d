/**
 * The permitted function: `function` with each freedom that the specification leaves as an option, so that one machine says
 * what every lawful function may do. With the strict choices it is `function`; with the loose ones it permits all that is lawful.
 *
 * What an option leaves to the function itself happens as a hidden event, `device.refresh` or `device.forget` say, so every
 * machine is deterministic, event by event; a judge keeps the set of states that it may be in.
 */
import { type AnyStateMachine, setup } from 'xstate';
import { type Choices, STRICT_CHOICES } from '../../spec/choices.ts';
import { CAPABILITY_EVENTS, control, RESET } from '../alphabet.ts';
import { capability } from '../pages/capability.ts';
import { type Region, regionOf } from '../region.ts';
import type { MessageSet } from '../messages.ts';
import { vectorActions, vectorRegionName } from '../vector.ts';
import { EXTENSION, HOLDING, PLATFORM, POLLING, SHOWING, TABLE_GOES, TABLE_STAYS, WIDTH, WRITING } from './events.ts';
import { leavesOpen } from './latch.ts';
import { UNDEFINED } from './values.ts';
import { functionGuards, permittedGuards, permittedVector, permittedVectorEvents } from './vector.ts';

/** What an instance is made of. */
export interface PermittedOptions {
  readonly vectors: number;
  readonly messages: MessageSet;
  /** Default the strict ones. */
  readonly choices?: Choices;
  /** Whether `use` and `release` are outputs. Default false. */
  readonly notifies?: boolean;
  /** Whether reserved bits are written, and so are states. Default false. */
  readonly reserved?: boolean;
}

/** Creates the machine. */
export function createPermitted(options: PermittedOptions): AnyStateMachine {
  const { vectors, messages, choices = STRICT_CHOICES, notifies = false, reserved = false } = options;
  const indices = Array.from({ length: vectors }, (_, vector) => vector);
  const each = { messages, choices, notifies, reserved };
  // One type for all of them: what the guards of the toggles are named is computed.
  const regions: Record<string, Region> = {
    capability: regionOf(capability),
    ...(choices.addresses !== 'all'
      ? {
          platform: toggle(PLATFORM, ['takes', 'refuses'], 'Where messages go that are not for an x86. [MSIX-MSG-4]'),
        }
      : {}),
    ...(choices.disabledTable === 'there' ? {} : { table: tableRegion(choices.disabledTable) }),
    ...(choices.openWrites === 'any'
      ? { writing: toggle(WRITING, ['keeps', 'drops'], 'Writes to an entry that is not masked. [MSIX-MSG-2]') }
      : {}),
    ...(choices.pbaWrites === 'any'
      ? { polling: toggle(POLLING, ['performs', 'ignores'], 'Writes to the Pending Bit Array. [MSIX-PBA-3]') }
      : {}),
    ...(leavesOpen(choices)
      ? {
          holding: toggle(HOLDING, ['holds', 'drops'], 'What comes of events at MSI-X Enable. [MSIX-ENABLE-2]'),
          showing: toggle(SHOWING, ['shows', 'hides'], 'Whether what is held while disabled shows. [MSIX-ENABLE-2]'),
        }
      : {}),
    ...(choices.narrowWrites === 'any'
      ? { width: toggle(WIDTH, ['performs', 'drops'], 'What becomes of an access of too few bytes. [MSIX-ACCESS-1]') }
      : {}),
    ...(choices.narrowWrites === 'any' && reserved
      ? {
          extension: toggle(EXTENSION, ['keeps', 'clears'], 'What is not covered by an access. [MSIX-ACCESS-1]'),
        }
      : {}),
    ...Object.fromEntries(indices.map((vector) => [vectorRegionName(vector), permittedVector(vector, each)])),
  };
  return setup({
    guards: Object.assign(functionGuards(choices), ...indices.map((vector) => permittedGuards(vector, each))),
    actions: vectorActions,
  }).createMachine({
    id: 'permitted',
    type: 'parallel',
    description: `What the MSI-X of a function with ${vectors} vector${vectors === 1 ? '' : 's'} may do, with these choices.`,
    states: regions as Record<string, any>,
  });
}

/** Whether the table is there, of a function whose table may go while MSI-X is disabled. */
function tableRegion(choice: Choices['disabledTable']): Region {
  const target = choice === 'absent' ? 'absent' : UNDEFINED;
  const appears = [{ target: 'there', description: 'Enabling MSI-X brings the table. [MSIX-TABLE-6]' }];
  const goes = [{ target, guard: 'enabled', description: 'The table goes with MSI-X Enable. [MSIX-TABLE-6]' }];
  const comes = { [control('on')]: appears, [control('onMasked')]: appears };
  return {
    description: 'Whether the table is there. [MSIX-TABLE-6]',
    initial: target,
    states: {
      // Every field of the table reads so, whatever the function holds.
      absent: {
        description: 'Nobody answers an access to the table, so it reads as all ones. [MSIX-TABLE-6]',
        meta: { reads: 'ones' },
        on: {
          ...comes,
          ...(choice === 'any'
            ? { [RESET]: [{ target, description: 'Reset disables MSI-X, and the table may come. [MSIX-TABLE-6]' }] }
            : {}),
        },
      },
      there: {
        description: 'The table reads and is written as in every function. [MSIX-TABLE-1]',
        on: {
          [control('off')]: goes,
          [control('offMasked')]: goes,
          [RESET]: [{ target, description: 'Reset disables MSI-X, and the table goes. [MSIX-TABLE-6]' }],
        },
      },
      ...(choice === 'any'
        ? {
            [UNDEFINED]: {
              description: 'The function has yet to decide. [MSIX-TABLE-6]',
              on: { ...comes, [TABLE_STAYS]: 'there', [TABLE_GOES]: 'absent' },
            },
          }
        : {}),
    },
  };
}

/** A region that changes of its own accord. */
function toggle(event: string, [first, second]: readonly [string, string], description: string): Region {
  return {
    description,
    initial: first,
    states: { [first]: { on: { [event]: second } }, [second]: { on: { [event]: first } } },
  };
}

/** The events of an instance: those that a suite may send, and those that are hidden. */
export function permittedEvents(options: PermittedOptions): {
  readonly shown: readonly string[];
  readonly hidden: readonly string[];
} {
  const { vectors, messages, choices = STRICT_CHOICES, notifies = false, reserved = false } = options;
  const each = Array.from({ length: vectors }, (_, vector) =>
    permittedVectorEvents(vector, { messages, choices, notifies, reserved }),
  );
  return {
    shown: [...CAPABILITY_EVENTS, ...each.flatMap(({ shown }) => shown)],
    hidden: [
      PLATFORM,
      WIDTH,
      WRITING,
      POLLING,
      HOLDING,
      SHOWING,
      EXTENSION,
      TABLE_STAYS,
      TABLE_GOES,
      ...each.flatMap(({ hidden }) => hidden),
    ],
  };
}
