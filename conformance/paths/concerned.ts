/**
 * Which regions of a machine show what a device does otherwise: by their transitions, and by what they say of themselves, a failure names its rules.
 * A machine has some of these regions; one that it lacks is of no account.
 */
import { vcpuName } from '../../machines/access.ts';
import { readOutput } from '../../machines/alphabet.ts';
import { vectorRegionName } from '../../machines/vector.ts';
import type { RegionPath } from './step-rules.ts';

const MASKS = ['mask', 'kernelMask', 'userMask'];
const ENTRY = ['entry', 'route'];

/** The regions of a vector by which it puts something out, the nearest first. */
const REGIONS_OF_VERB: Readonly<Record<string, readonly string[]>> = {
  use: ['force', 'pending'],
  release: ['force', 'pending'],
  send: ['flight', 'pending', 'force'],
  deliver: ['flight', 'force', 'route', 'transit'],
  interrupt: ['flight'],
};
/** The same of what a guest reads: whose value it is. */
const REGIONS_OF_ANSWER: Readonly<Record<string, readonly string[]>> = {
  masked: MASKS,
  unmasked: MASKS,
  pending: ['pba', 'pending'],
  quiet: ['pba', 'pending'],
};

/** The regions that a dword of a readback shows. */
export function regionsOfDword(dword: number, vectorCount: number): readonly RegionPath[] {
  if (dword === 0) return [['capability'], ['gate']];
  const field = dword - 1;
  const vectors = Array.from({ length: vectorCount }, (_, vector) => vectorRegionName(vector));
  if (field >= 4 * vectorCount) return vectors.map((region) => [region, 'pending']);
  return ((field & 3) === 3 ? MASKS : ENTRY).map((name) => [vectors[field >>> 2], name]);
}

/** The regions that put out what was done and not due, or due and not done; where only the order differs, all of it. */
export function regionsOfOutputs(done: readonly string[], due: readonly string[]): readonly RegionPath[] {
  const lacking = without(due, done);
  const differing = lacking.length > 0 ? lacking : without(done, due);
  return (differing.length > 0 ? differing : due).flatMap((output): RegionPath[] => {
    const { verb, vector, message = '' } = readOutput(output);
    // An access of a vCPU ends: that says which of them nobody.
    if (Number.isNaN(vector)) return [0, 1].map((vcpu) => [vcpuName(vcpu)]);
    const names = verb === 'answer' ? (REGIONS_OF_ANSWER[message] ?? ENTRY) : (REGIONS_OF_VERB[verb] ?? []);
    return names.map((name) => [vectorRegionName(vector), name]);
  });
}

/** The names of a list without those of another, each as often as it is there. */
export function without(names: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return names.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The regions in which two states differ. */
export function regionsOfStates(one: unknown, other: unknown, path: RegionPath = []): readonly RegionPath[] {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other ? [] : [path];
  const [first, second] = [one, other] as Record<string, unknown>[];
  return Object.keys(second).flatMap((name) => regionsOfStates(first[name], second[name], [...path, name]));
}
