/**
 * Trials: whether bytes of a device matter. From one state, and from the same with other bytes there, the same is done; if ever anything that
 * leaves the device or is read of it differs, they matter.
 */
import type { Snapshot } from '../device/device.ts';
import type { WasmDevice } from '../device/wasm.ts';
import { type Action, type Knowledge, MutableKnowledge } from '../judge/actions.ts';
import { Bench } from '../judge/bench.ts';
import type { MessageBook } from '../judge/messages.ts';
import type { Random } from '../judge/random.ts';

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

  /** What a device does and reads, action by action, as text. `change` is done to it first, and `after` after each action. */
  told(
    state: Snapshot,
    actions: readonly Action[],
    knowledge: Knowledge,
    change: () => void,
    after: () => void = () => {},
  ): string {
    const { device, bench } = this;
    device.restore(state);
    change();
    const known = new MutableKnowledge(device.vectorCount);
    known.set(knowledge);
    const parts: string[] = [];
    for (const action of actions) {
      const failure = bench.perform(action, known);
      action.learn(known);
      after();
      const { observation } = bench;
      parts.push(action.name, JSON.stringify(observation.outputs), failure?.text ?? '');
      if (failure !== undefined) break;
      if (action.event === undefined) parts.push(seenIn(observation));
      observation.clear();
      parts.push(bench.readBack(this.read)?.text ?? '', seenIn(observation));
    }
    return parts.join(' ');
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
function seenIn(observation: Bench['observation']): string {
  const { control, entries, pending, hasMessage, hasControl, touched, touchedCount, strayPending } = observation;
  const seen: (string | number)[] = [control, strayPending];
  for (let index = 0; index < touchedCount; index++) {
    const vector = touched[index];
    const read = hasMessage[vector] | (hasControl[vector] << 3);
    for (let dword = 0; dword < 4; dword++) seen.push((read >> dword) & 1 ? entries[4 * vector + dword] : '-');
    seen.push(pending[vector]);
  }
  return seen.join();
}
