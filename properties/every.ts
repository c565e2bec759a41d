/**
 * What holds of every number of vectors: the families of the function and of the designs of an assigned device, and what their properties
 * come to by a cutoff. What that rests on is in `checker/cutoff/README.md`.
 */
import { compile } from '../checker/compile/compile.ts';
import { type ClaimAt, decideEvery, type EveryVerdict } from '../checker/cutoff/every.ts';
import { CheckedFamily } from '../checker/cutoff/family.ts';
import { CutoffError, type Family, type MemberMap } from '../checker/cutoff/instance.ts';
import { type Exploration, explore } from '../checker/explore/explore.ts';
import { readOutput } from '../machines/alphabet.ts';
import { createAssignedDevice } from '../machines/assigned-device.ts';
import type { Design } from '../machines/designs.ts';
import type { MessageSet } from '../machines/messages.ts';
import { MONITORS } from '../machines/monitors.ts';
import { vectorRegionName } from '../machines/vector.ts';
import type { AssignedInstance } from './assigned/decide.ts';
import { type AssignedProperty, type AssignedVerdict, claimOf, type ClaimProperty } from './assigned/property.ts';
import { decideByVector } from './by-vector.ts';
import { createInstance, type Instance } from './instances.ts';
import { MACHINE_PROPERTIES } from './machines.ts';
import { LEADINGS, TEMPORAL_PROPERTIES } from './temporal.ts';

/** The numbers of vectors at which the machines are seen to be written by one template. */
export const FUNCTION_SIZES: readonly number[] = [1, 2, 3, 4, 8];
export const DESIGN_SIZES: readonly number[] = [1, 2, 3];

/** Events and outputs have the number of the vector among their parts, and no other number. */
const rename = (name: string, of: MemberMap): string =>
  name
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? of(Number(part)) : part))
    .join('.');

/** A vCPU is stopped in an access to a vector: `vcpu.mask_0`, `vcpu1.write_0_A`. */
const renameState = (path: string, of: MemberMap): string =>
  path.replace(/^(vcpu\d*\.[a-z]+_)(\d+)(?=_|$)/, (_, head: string, vector) => `${head}${of(Number(vector))}`);

/** The functions with any number of vectors. */
export function functionFamily(messages: MessageSet, channel: boolean): Family {
  return {
    name: channel ? 'function with a channel' : 'function',
    at: (vectors) => {
      const { machine, events } = createInstance('function', { vectors, messages, channel });
      return { machine, events };
    },
    regions: (vector) => [vectorRegionName(vector)],
    rename,
  };
}

/** The devices of a design with any number of vectors, each with all of its monitors. */
export function designFamily(design: Design, messages: MessageSet, vcpus = 1): Family {
  return {
    name: design.name,
    at: (vectors) => {
      const watched = Array.from({ length: vectors }, (_, vector) => vector);
      return createAssignedDevice({ design, vectors, messages, vcpus, monitors: MONITORS, watched });
    },
    regions: (vector) => [
      vectorRegionName(vector),
      ...MONITORS.map((monitor) => `monitor.${vectorRegionName(vector)}.${monitor}`),
    ],
    rename,
    renameState,
  };
}

/** A family with its premise checked, or what stands in the way. */
export type Checked = { readonly family: CheckedFamily } | { readonly because: string };

/** Checks the premise of a family. */
export function checkFamily(family: Family, sizes: readonly number[]): Checked {
  try {
    return { family: new CheckedFamily(family, sizes) };
  } catch (error) {
    if (!(error instanceof CutoffError)) throw error;
    return { because: error.message };
  }
}

/** What a property comes to for every number of vectors. */
export interface EveryRow extends EveryVerdict {
  readonly property: string;
  /** Whether it is said of each vector alone, though the property compares runs of all. */
  readonly isOfEach?: boolean;
  /** Whether what stands in the way is known: the property says so itself. */
  readonly isKnown?: boolean;
}

// ---- Of a function

/** One vector, and some other one. */
export const FUNCTION_CUTOFF = 2;

/** Decides every property of a function for every number of vectors, by the instance with two. */
export function everyOfFunction(
  { family }: { readonly family: CheckedFamily },
  instance: Instance,
  exploration: Exploration,
): EveryRow[] {
  family.requireMachine(instance.machine, instance.vectors);
  const odd = family
    .instance(3)
    .sentences.find(({ owner, outputs }) => outputs.some((output) => readOutput(output).vector !== owner));
  const { verdicts, refusals } = decideByVector(exploration, MACHINE_PROPERTIES, instance);
  const rows = verdicts.map(({ property, result }): EveryRow => {
    const { name } = property;
    const because = odd === undefined ? refusals.get(property) : `one vector puts out what names another: ${odd.text}`;
    return { property: name, ...(because === undefined ? { result, about: 1, cutoff: FUNCTION_CUTOFF } : { because }) };
  });
  return [...rows, ...everyLeading(family, instance), ...everyRun(family, instance)];
}

/** What comes about in the end, under fairness. */
function everyLeading(family: CheckedFamily, instance: Instance): EveryRow[] {
  const { machine, events, vectors, channel } = instance;
  return LEADINGS.filter(({ needsChannel }) => channel || !needsChannel).map(({ name, leading, without }) => {
    const exploration = explore(compile(machine, { only: events.filter((event) => !without(event)) }));
    const claims = leading(0).map(({ from, to, fairness }, index): ClaimAt => () => ({
      kind: 'leadsTo',
      name: `${name}${index}`,
      title: '',
      from,
      to,
      fairness,
    }));
    return { property: name, ...worstOf(decideEvery(family, exploration, vectors, claims)) };
  });
}

/**
 * What compares runs, as far as one vector shows it. A run of many vectors shows of one, and of what all share, what some run of two shows; so what
 * two runs have in common of one vector with two, they have with any number. Of all vectors at once nothing is said.
 */
function everyRun(family: CheckedFamily, instance: Instance): EveryRow[] {
  const { vectors, messages, channel } = instance;
  return TEMPORAL_PROPERTIES.filter(({ name }) => name.endsWith('Runs')).flatMap((property): EveryRow[] => {
    // A vector that no other one is heard by is decided alone.
    const alone = createInstance('function', { vectors: 1, messages, channel });
    const decided = [instance, ...(family.hearing === undefined ? [alone] : [])].find((each) => property.applies(each));
    if (decided === undefined) return [];
    const { result } = property.decide(decided);
    return [{ property: property.name, result, about: 1, cutoff: Math.min(vectors, decided.vectors), isOfEach: true }];
  });
}

/** The verdict of claims that are one property: the first that does not hold, or the one with the largest cutoff. */
function worstOf(verdicts: readonly EveryVerdict[]): EveryVerdict {
  const odd = verdicts.find(({ result }) => result !== 'holds');
  return odd ?? verdicts.reduce((worst, each) => ((each.cutoff ?? 0) > (worst.cutoff ?? 0) ? each : worst));
}

// ---- Of a design

/** Decides the properties of a design for every number of vectors, by an instance that was decided. */
export function everyOfDesign(
  { family }: { readonly family: CheckedFamily },
  instance: AssignedInstance,
  properties: readonly AssignedProperty[],
  verdicts: readonly AssignedVerdict[],
): EveryRow[] {
  const { bounds } = instance;
  const rows = new Map<AssignedProperty, Omit<EveryRow, 'property'>>();
  const groups = new Map<Exploration, ClaimProperty[]>();
  for (const [index, property] of properties.entries()) {
    const { result, reason } = verdicts[index];
    if (reason !== undefined) rows.set(property, { because: reason, isKnown: true });
    else if (result !== 'holds') rows.set(property, { result });
    else if ('compare' in property) rows.set(property, { result, about: 1, cutoff: bounds.vectors, isOfEach: true });
    else {
      const exploration = instance.exploredFor(property);
      groups.set(exploration, [...(groups.get(exploration) ?? []), property]);
    }
  }
  for (const [exploration, group] of groups) {
    const claims = group.map(
      (property): ClaimAt =>
        (vectors) =>
          claimOf(property, { ...bounds, vectors }),
    );
    const known = new Map(claims.map((claimAt) => [claimAt, 'holds' as const]));
    for (const [index, verdict] of decideEvery(family, exploration, bounds.vectors, claims, known).entries())
      rows.set(group[index], verdict);
  }
  return properties.map((property) => ({ property: property.name, ...rows.get(property) }));
}
