/**
 * Holds the properties, those of machines and those of devices, against every step of a run of a device, and counts how often each had
 * something to say.
 */
import { applies, type Property, satisfied } from '../../checker/decide/property.ts';
import { readEvent } from '../../machines/alphabet.ts';
import { RESTORED, type Stimulus, stimulusSentence } from './stimulus.ts';
import { FUNCTION_PROPERTIES } from '../../properties/function.ts';
import { DEVICE_PROPERTIES } from './device-properties.ts';
import type { DeviceStep, DeviceView, ObservedDevice } from './observed.ts';

/** How often each property applied, by its name: its witnesses. One that is missing says nothing. */
export type Witnesses = Map<string, number>;

/** A property that a step breaks. */
export interface Breach {
  readonly property: string;
  /** A sentence: which access, which vector, and what the property claims. */
  readonly story: string;
}

/** Everything that a state and a step of a device are held against. */
export const STEP_PROPERTIES: readonly Property<DeviceView>[] = [...FUNCTION_PROPERTIES, ...DEVICE_PROPERTIES];

// Restoring tells notifiers what is no edge, so it is no step of the machine; but it leads to a state of the machine.
const RESTORE_PROPERTIES = STEP_PROPERTIES.filter(
  (property) => property.kind === 'invariant' || DEVICE_PROPERTIES.includes(property),
);

/** Holds all properties against the steps of one run. */
export class RunCheck {
  readonly breaches: Breach[] = [];
  private readonly witnesses: Witnesses;
  private readonly met = new Set<number>();

  constructor(witnesses: Witnesses) {
    this.witnesses = witnesses;
  }

  /** Gives a stimulus and checks what came of it, for the vectors that it may have touched. */
  watch(subject: ObservedDevice, stimulus: Stimulus): void {
    subject.requireNotifications();
    for (const step of subject.perform(stimulus)) {
      for (const vector of this.suspects(step)) this.hold(step, vector, stimulus);
    }
  }

  /**
   * The vectors that a step is checked for: the one that it is for, its neighbours, the first and the last; and of an
   * event that concerns all vectors, every vector of the run so far. That no register of any other changes,
   * `ContainedAccessStep` looks at over all of them.
   */
  private suspects({ event, after }: DeviceStep): ReadonlySet<number> {
    const { vectorCount, performed } = after;
    const vector = readEvent(event).vector ?? performed?.decoded.vector;
    if (vector !== undefined) this.met.add(vector);
    const near = vector === undefined ? this.met : [vector - 1, vector, vector + 1];
    return new Set([0, ...near, vectorCount - 1].filter((each) => each >= 0 && each < vectorCount));
  }

  private hold(step: DeviceStep, vector: number, stimulus: Stimulus): void {
    // An invariant speaks of the state before a step; here it is to speak of the one that the step has led to.
    const reached = { ...step, before: step.after };
    for (const property of step.event === RESTORED ? RESTORE_PROPERTIES : STEP_PROPERTIES) {
      const shown = property.kind === 'invariant' ? reached : step;
      if (!applies(property, shown, vector)) continue;
      this.witnesses.set(property.name, (this.witnesses.get(property.name) ?? 0) + 1);
      if (satisfied(property, shown, vector)) continue;
      const what = `${stimulusSentence(stimulus)} (${step.event}, then ${step.outputs.join(' ') || 'nothing'})`;
      this.breaches.push({ property: property.name, story: `Vector ${vector}: ${what} breaks "${property.title}"` });
    }
  }
}
