/**
 * The machine `function` as a replay steps it: with the whole entries of the trace for messages, and its state as the
 * dwords that a guest reads.
 */
import { type AnyMachineSnapshot, initialTransition } from 'xstate';
import { stepper } from '../../checker/explore/enumerate.ts';
import { createFunction } from '../../machines/function.ts';
import { wholeMessages } from '../../machines/messages.ts';
import { machineView } from '../../properties/view.ts';
import { dwordsOf, type Message } from '../device/readback.ts';
import type { NamedMessage } from './events.ts';

/**
 * The most messages, and the most vectors, that a machine is built for. Each vector has a transition from each message to
 * each, so building it takes two seconds at these bounds; QEMU's NVMe controller has 65 vectors unless told otherwise.
 */
export const MACHINE_MESSAGES_MAX = 64;
export const MACHINE_VECTORS_MAX = 128;

/** States are kept with the steps taken from them, since guests walk in circles. Beyond this many, all are forgotten. */
const STATES_KEPT = 10_000;

interface State {
  readonly snapshot: AnyMachineSnapshot;
  readonly dwords: Uint32Array;
  readonly steps: Map<string, { readonly target: State; readonly outputs: readonly string[] }>;
}

/** A machine with its states, as far as they are known. Replays of one log after the other share it: a log that is watched, or edited. */
class MachineStates {
  readonly key: string;
  readonly first: State;
  private readonly step: ReturnType<typeof stepper>;
  private readonly read: (snapshot: AnyMachineSnapshot) => number[];
  private readonly states = new Map<string, State>();

  constructor(key: string, vectorCount: number, messages: readonly NamedMessage[]) {
    this.key = key;
    const set = wholeMessages(
      'trace',
      messages.map(({ name }) => name),
    );
    const machine = createFunction({ vectors: vectorCount, messages: set });
    const view = machineView(vectorCount, set);
    const named = new Map(messages.map((message) => [message.name, message]));
    this.step = stepper(machine);
    this.read = ({ value }) => readback(view(value), named);
    this.first = this.stateOf(initialTransition(machine)[0]);
  }

  /** What an event does in a state. */
  after(state: State, event: string): { readonly target: State; readonly outputs: readonly string[] } {
    let known = state.steps.get(event);
    if (known === undefined) {
      const { next, outputs } = this.step(state.snapshot, event);
      known = { target: this.stateOf(next), outputs };
      state.steps.set(event, known);
    }
    return known;
  }

  private stateOf(snapshot: AnyMachineSnapshot): State {
    const key = JSON.stringify(snapshot.value);
    let state = this.states.get(key);
    if (state === undefined) {
      if (this.states.size === STATES_KEPT) this.forget();
      state = { snapshot, dwords: Uint32Array.from(this.read(snapshot)), steps: new Map() };
      this.states.set(key, state);
    }
    return state;
  }

  /** Drops all states. Those that machines are in stay alive by themselves, and must not lead back to the others. */
  private forget(): void {
    for (const { steps } of this.states.values()) steps.clear();
    this.states.clear();
  }
}

/** The last that was made. */
let lastMade: MachineStates | undefined;

function machineStates(vectorCount: number, messages: readonly NamedMessage[]): MachineStates {
  const key = `${vectorCount} ${messages.map(({ name }) => name).join(' ')}`;
  if (lastMade?.key !== key) lastMade = new MachineStates(key, vectorCount, messages);
  return lastMade;
}

/** The machine in one of its states. */
export class ReplayMachine {
  private readonly states: MachineStates;
  private state: State;

  constructor(vectorCount: number, messages: readonly NamedMessage[]) {
    this.states = machineStates(vectorCount, messages);
    this.state = this.states.first;
  }

  /** Message Control, the table and the Pending Bit Array, as `MsixFunction.peekInto` copies them. */
  get dwords(): Uint32Array {
    return this.state.dwords;
  }

  /** Takes events, in order; returns what the machine put out. */
  take(events: readonly string[]): readonly string[] {
    if (events.length === 1) return this.takeOne(events[0]);
    return events.flatMap((event) => this.takeOne(event));
  }

  private takeOne(event: string): readonly string[] {
    const { target, outputs } = this.states.after(this.state, event);
    this.state = target;
    return outputs;
  }
}

/** What a guest reads in a state of the machine. */
function readback(
  view: ReturnType<ReturnType<typeof machineView>>,
  messages: ReadonlyMap<string, NamedMessage>,
): number[] {
  const message = (vector: number): Message => {
    const named = messages.get(view.entry(vector));
    if (named === undefined) throw new Error(`Got the entry ${view.entry(vector)}; expected one of the trace.`);
    return [named.addressLow, named.addressHigh, named.data];
  };
  return dwordsOf(view.vectorCount, { ...view, message });
}
