/**
 * The parts of an assigned device that have machines of their own, under test: the page that changes hands (`ownership`), and the
 * physical function below (`host-function`). Each takes the events of its machine, answers in its outputs, and tells in what state it
 * is, in the machine's words.
 */
import { readEvent } from '../../machines/alphabet.ts';
import { vectorRegionName } from '../../machines/vector.ts';
import * as implementation from '../../src/index.ts';
import { OWNERS } from './assigned.ts';

/** A part that can be driven along the paths of its machine. */
export interface PartUnderTest {
  /** What it is, for tables and errors. */
  readonly name: string;
  reset(): void;
  /** Performs an event; returns its outputs. */
  perform(event: string): readonly string[];
  /** Its state, as a state of the machine has it, as far as one can tell. */
  state(): unknown;
}

/** An assigned device as the machine `ownership` has it: its page, and one vCPU that masks vector 0. */
export function createOwnership(design: 'reviewed' | 'checked'): PartUnderTest {
  const device = new implementation.AssignedDevice({ vectorCount: 1, design });
  const initial = new Uint32Array(device.savedWords);
  device.saveInto(initial);
  const accessed = (outcome: implementation.AccessOutcome): string[] =>
    outcome === implementation.ACCESS_EXITED ? ['exit'] : outcome === implementation.ACCESS_RETURNED ? ['return'] : [];
  const acts: Readonly<Record<string, () => string[]>> = {
    'guest.mask.0': () => accessed(device.mask(0)),
    'vmm.complete': () => (device.complete() ? ['return'] : []),
    'vmm.register': () => quiet(device.register()),
    'vmm.registered': () => quiet(device.registered()),
    'vmm.unregister': () => quiet(device.unregister()),
    'vmm.unregistered': () => quiet(device.unregistered()),
  };
  return {
    name: `the page of the assigned device, design ${design}`,
    reset: () => device.restore(initial),
    perform: (event) => actOf(acts, event)(),
    state: () => ({ ownership: OWNERS[device.owner], vcpu: device.stopped ? 'mask_0' : 'running' }),
  };
}

const quiet = (_: boolean): string[] => [];

function actOf<Act>(acts: Readonly<Record<string, Act>>, event: string): Act {
  const act = acts[event];
  if (act === undefined) throw new Error(`Got the event ${event}; expected one of ${Object.keys(acts).join(', ')}.`);
  return act;
}

/** The physical function, as the machine `host-function` has it: its MSI-X is enabled, and its messages are programmed. */
export function createHost(vectors: number): PartUnderTest {
  const FIRST_IRQ = 64;
  const done: string[] = [];
  const sent = (vector: number): void => void done.push(`send.${vector}`);
  const host = new implementation.HostFunction({ vectorCount: vectors, firstIrq: FIRST_IRQ, sent });
  const acts: Readonly<Record<string, (vector: number) => void>> = {
    'host.mask': (vector) => host.setMask(vector, 1),
    'host.unmask': (vector) => host.setMask(vector, 0),
    'host.read': () => host.flush(),
    'device.signal': (vector) => host.signal(vector),
    'device.retire': (vector) => host.retire(vector),
    'fabric.arrive': (vector) => void host.arrive(vector),
  };
  return {
    name: `the physical function, ${vectors} vector${vectors === 1 ? '' : 's'}`,
    reset: () => {
      host.reset();
      host.lose();
      host.connect((irq) => done.push(`interrupt.${irq - FIRST_IRQ}`));
      host.enable();
      for (let vector = 0; vector < vectors; vector++) host.program(vector);
    },
    perform: (event) => {
      done.length = 0;
      const { actor, verb, vector = 0 } = readEvent(event);
      actOf(acts, `${actor}.${verb}`)(vector);
      return [...done];
    },
    state: () =>
      Object.fromEntries(
        Array.from({ length: vectors }, (_, vector) => [
          vectorRegionName(vector),
          {
            flight: host.isInFlight(vector) ? 'flying' : 'none',
            pending: host.isPending(vector) ? 'set' : 'clear',
            mask: host.isMasked(vector) ? 'masked' : 'unmasked',
          },
        ]),
      ),
  };
}
