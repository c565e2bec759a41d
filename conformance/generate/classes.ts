/**
 * Which profiles answer alike along a path. All of them are followed at once, as numbers; what a path has in common with the one before it is not
 * followed again. So texts are made once for each kind of answers, and not for each of the many profiles.
 */
import { MORE_SENDS, NO_SEND, SEND_BITS, SEND_SHIFT } from '../judge/fields.ts';
import type { ProfileMachine } from './oracle.ts';

/** One thing that is done, as far as profiles may answer it differently. */
export interface ClassStep {
  /** The event; undefined of a read. */
  readonly event: string | undefined;
  /** The place of its vector among those that are acted upon; -1 of all. */
  readonly slot: number;
}

/** The profiles after the first so many steps. */
interface Layer {
  readonly key: string;
  /** The state of each vector, in each profile. */
  readonly states: Int32Array;
  /** How many of its events wait. */
  readonly waiting: Int32Array;
  /** The class of each profile. */
  readonly classes: Int32Array;
}

/** Follows all profiles. */
export class ProfileClasses {
  private readonly machines: readonly ProfileMachine[];
  private readonly slots: number;
  private readonly layers: Layer[];
  /** The numbers of events, in each profile. */
  private readonly numbers = new Map<string, Int32Array>();

  constructor(machines: readonly ProfileMachine[], slots: number) {
    this.machines = machines;
    this.slots = slots;
    const states = new Int32Array(machines.length * slots);
    for (const [profile, { initial }] of machines.entries())
      states.fill(initial, profile * slots, (profile + 1) * slots);
    this.layers = [
      { key: '', states, waiting: new Int32Array(states.length), classes: new Int32Array(machines.length) },
    ];
  }

  /** Sorts the profiles by what they answer to the steps, and to a read of everything after them; a set for each class, in order of the first profile. */
  classesOf(steps: readonly ClassStep[]): readonly (readonly number[])[] {
    const { layers } = this;
    const keys = steps.map(({ event, slot }) => `${event ?? 'read'}@${slot}`);
    let shared = 0;
    while (shared < steps.length && layers[shared + 1]?.key === keys[shared]) shared++;
    layers.length = shared + 1;
    for (let step = shared; step < steps.length; step++)
      layers.push(this.follow(layers[step], steps[step], keys[step]));
    const last = layers[steps.length];
    const groups: number[][] = [];
    this.read(last.states, last.classes).forEach((group, profile) => (groups[group] ??= []).push(profile));
    return groups;
  }

  private follow({ states, waiting, classes }: Layer, { event, slot }: ClassStep, key: string): Layer {
    if (event === undefined) return { key, states, waiting, classes: this.read(states, classes) };
    const next = { key, states: states.slice(), waiting: waiting.slice(), classes };
    const numbers = this.numbersOf(event);
    const isSignal = event.startsWith('device.signal');
    const isReset = event.startsWith('device.reset');
    for (let each = slot < 0 ? 0 : slot; each < (slot < 0 ? this.slots : slot + 1); each++) {
      const answers = new Int32Array(this.machines.length);
      for (const [profile, machine] of this.machines.entries()) {
        if (numbers[profile] < 0) continue;
        const at = profile * this.slots + each;
        const { to, code } = machine.step(states[at], numbers[profile]);
        next.states[at] = to;
        const send = (code >>> SEND_SHIFT) & SEND_BITS;
        if (send === NO_SEND) {
          if (isSignal) next.waiting[at]++;
          else if (isReset) next.waiting[at] = 0;
          continue;
        }
        answers[profile] = send >= MORE_SENDS ? send + (SEND_BITS + 1) * next.waiting[at] : send;
        if (((machine.codeOf(to) >>> 2) & 3) !== 1) next.waiting[at] = 0;
      }
      next.classes = refined(next.classes, answers);
    }
    return next;
  }

  /** Tells apart the profiles in which a guest reads differently. */
  private read(states: Int32Array, classes: Int32Array): Int32Array {
    let told = classes;
    for (let slot = 0; slot < this.slots; slot++) {
      const codes = Int32Array.from(
        this.machines,
        (machine, at) => machine.codeOf(states[at * this.slots + slot]) & 0xff,
      );
      told = refined(told, codes);
    }
    return told;
  }

  private numbersOf(event: string): Int32Array {
    let numbers = this.numbers.get(event);
    if (numbers === undefined) {
      numbers = Int32Array.from(this.machines, (machine) => machine.eventNumber(event));
      this.numbers.set(event, numbers);
    }
    return numbers;
  }
}

/** Parts classes by answers. Classes are numbered in order of their first profile. */
function refined(classes: Int32Array, answers: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return classes.map((group, profile) => {
    const key = group * 2 ** 20 + answers[profile];
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = numbers.size));
    return number;
  });
}
