/**
 * Two devices side by side, through every pair of their states that any sequence of actions leads to: whatever leaves the one leaves the other, and
 * whatever is read of the one is read of the other.
 */
import type { Device } from '../../../conformance/device/device.ts';
import { type Alphabet, actionsOf, MutableKnowledge } from '../../../conformance/judge/actions.ts';
import { Bench } from '../../../conformance/judge/bench.ts';

type Restorable = Device & Required<Pick<Device, 'save' | 'restore'>>;

/** Walks both. Returns how many pairs there are, and the first path on which they differ. */
export function walkTogether(
  devices: readonly [Restorable, Restorable],
  alphabet: Alphabet,
): { pairs: number; difference: string | undefined } {
  const actions = actionsOf(alphabet);
  const benches = devices.map((device) => new Bench(device, alphabet.book));
  const seen = new Set<string>();
  const queue: { states: readonly number[]; knowledge: MutableKnowledge; path: string }[] = [];
  const meet = (knowledge: MutableKnowledge, states: readonly number[], path: string): void => {
    const key = [
      ...states,
      knowledge.message.join(),
      knowledge.masked.join(),
      knowledge.enabled,
      knowledge.functionMask,
    ].join(' ');
    if (seen.has(key)) return;
    seen.add(key);
    queue.push({ states, knowledge, path });
  };
  for (const device of devices) device.takeOutputs();
  meet(
    new MutableKnowledge(alphabet.vectorCount),
    devices.map((device) => device.save()),
    '',
  );
  for (const { states, knowledge, path } of queue) {
    for (const action of actions) {
      if (!action.isLawful(knowledge)) continue;
      const after: number[] = [];
      const told = devices.map((device, index) => {
        device.restore(states[index]);
        const failure = benches[index].perform(action, knowledge);
        after.push(device.save());
        const { observation } = benches[index];
        const sent = observation.outputs.map(({ verb, addressLow, addressHigh, data }) => [
          verb,
          addressLow,
          addressHigh,
          data,
        ]);
        const [low, control] = [[...observation.entries], observation.control];
        observation.clear();
        benches[index].readBack();
        return JSON.stringify([
          failure,
          sent,
          action.event === undefined ? [low, control] : [],
          [...observation.entries],
          [...observation.pending],
          observation.header & 0xffff0000,
        ]);
      });
      if (told[0] !== told[1]) return { pairs: seen.size, difference: `${path} ${action.name}: ${told.join(' and ')}` };
      const next = new MutableKnowledge(alphabet.vectorCount);
      next.set(knowledge);
      action.learn(next);
      benches[1].inform(next);
      meet(next, after, `${path} ${action.name}`);
    }
  }
  return { pairs: seen.size, difference: undefined };
}
