/**
 * Trials: whether bytes of a device matter. From one state, and from the same with other bytes there, the same is done; if ever anything that
 * leaves the device or is read of it differs, they matter.
 */
import type { Snapshot } from '../device/device.ts';
import { tellFailure } from '../device/failure.ts';
import type { WasmDevice } from '../device/wasm.ts';
import { type Action, type Knowledge, MutableKnowledge } from '../judge/actions.ts';
import { Bench } from '../judge/bench.ts';
import type { MessageBook } from '../judge/messages.ts';
import type { Random } from '../judge/random.ts';

/** What was seen of a device along a path. */
export type Told = readonly (string | number)[];

/** Whether the same was seen twice. */
export const isSame = (one: Told, other: Told): boolean =>
  one.length === other.length && one.every((part, index) => part === other[index]);

/** Which bits of the dword at an address belong to bytes that are chosen by their addresses. */
export function maskOf(address: number, isChosen: (byte: number) => boolean): number {
  let mask = 0;
  for (let byte = 0; byte < 4; byte++) if (isChosen(address + byte)) mask |= 0xff << (8 * byte);
  return mask;
}

/** A device with what is done to it. */
export class Trials {
  private readonly device: WasmDevice;
  private readonly bench: Bench;
  private readonly read: readonly number[] | undefined;

  constructor(device: WasmDevice, book: MessageBook, vectors: readonly number[]) {
    this.device = device;
    this.bench = new Bench(device, book);
    this.read = device.vectorCount <= 8 ? undefined : vectors;
  }

  /** What a device does and reads, action by action. `change` is done to it first; `after` each action, it is asked whether to go on. */
  told(
    state: Snapshot,
    actions: readonly Action[],
    knowledge: Knowledge,
    change: () => void,
    after: () => boolean = () => true,
  ): Told {
    const { device, bench } = this;
    device.restore(state);
    change();
    const known = new MutableKnowledge(device.vectorCount);
    known.set(knowledge);
    const told: (string | number)[] = [];
    for (const action of actions) {
      const failure = bench.perform(action, known);
      action.learn(known);
      const goesOn = after();
      const { observation } = bench;
      if (failure !== undefined) told.push(tellFailure(failure));
      for (const { verb, vector, addressLow, addressHigh, data } of observation.outputs)
        told.push(verb, vector, addressLow, addressHigh, data);
      if (failure !== undefined || !goesOn) break;
      if (action.event === undefined) tellSeen(observation, told);
      observation.clear();
      const broken = bench.readBack(this.read);
      if (broken !== undefined) told.push(tellFailure(broken));
      tellSeen(observation, told);
    }
    return told;
  }

  /** Actions that a guest may do one after the other, drawn. */
  draw(random: Random, all: readonly Action[], knowledge: Knowledge, length: number): Action[] {
    const known = new MutableKnowledge(this.device.vectorCount);
    known.set(knowledge);
    const drawn: Action[] = [];
    while (drawn.length < length) {
      const action = random.pickLawful(all, known);
      if (action === undefined) break;
      drawn.push(action);
      action.learn(known);
    }
    return drawn;
  }
}

/** What was read, and nothing of what was read before. */
function tellSeen(observation: Bench['observation'], told: (string | number)[]): void {
  const { control, entries, pending, hasMessage, hasControl, touched, touchedCount, strayPending } = observation;
  told.push(control, strayPending);
  for (let index = 0; index < touchedCount; index++) {
    const vector = touched[index];
    const read = hasMessage[vector] | (hasControl[vector] << 3);
    told.push(read);
    for (let dword = 0; dword < 4; dword++) if ((read >> dword) & 1) told.push(entries[4 * vector + dword]);
    told.push(pending[vector]);
  }
}
