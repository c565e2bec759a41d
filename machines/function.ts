/**
 * What a guest may see of one PCI function with N vectors: the capability in parallel with its vectors.
 *
 * A synchronous implementation equals this machine, event by event.
 */
import { requireBoolean, requireFields } from '../checker/argument/argument.ts';
import { requireVectors } from './argument.ts';
import { and, type AnyStateMachine, setup, stateIn } from 'xstate';
import { CLOSING, OPENING } from './alphabet.ts';
import { capability } from './pages/capability.ts';
import { regionOf } from './region.ts';
import { type MessageSet, requireMessages } from './messages.ts';
import { vectorActions, vectorGuards, vectorRegion, vectorRegionName } from './vector.ts';

/** What an instance of the machine is made of. */
export interface FunctionOptions {
  /** 1 or more. The machine has 4 * 8^vectors states with two messages. */
  readonly vectors: number;
  readonly messages: MessageSet;
  /** Whether messages take their time, and the function may read an entry again early; see `channel.ts`. Default false. */
  readonly channel?: boolean;
}

/** Enable set and Function Mask clear: the function blocks no vector. */
export const OPEN = and([
  stateIn({ capability: { enable: 'enabled' } }),
  stateIn({ capability: { functionMask: 'clear' } }),
]);

/** Creates the machine. */
export function createFunction(options: FunctionOptions): AnyStateMachine {
  const fields = requireFields('the options of createFunction', options, ['vectors', 'messages', 'channel']);
  const vectors = requireVectors('vectors of createFunction', fields.vectors);
  const messages = requireMessages('messages of createFunction', fields.messages);
  const channel = requireBoolean('channel of createFunction', fields.channel ?? false);
  const indices = Array.from({ length: vectors }, (_, vector) => vector);
  const regions = indices.map((vector) => [
    vectorRegionName(vector),
    vectorRegion(vector, messages, { opening: OPENING, closing: CLOSING, channel }),
  ]);
  return setup({
    guards: Object.assign({ open: OPEN }, ...indices.map((vector) => vectorGuards(vector, messages, channel))),
    actions: vectorActions,
  }).createMachine({
    id: 'function',
    type: 'parallel',
    description: `The MSI-X of one function with ${vectors} vector${vectors === 1 ? '' : 's'}, as its guest may see it.`,
    states: { capability: regionOf(capability), ...Object.fromEntries(regions) },
  });
}
