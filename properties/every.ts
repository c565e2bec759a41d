/**
 * What holds of every number of vectors: the families of the function and of the designs of an assigned device, and what their properties
 * come to by a cutoff. What that rests on is in `checker/cutoff/README.md`.
 *
 * The properties of a function are functions of what anybody sees of it. Each is asked here of what is seen of one vector alone: a view
 * that tells nothing of another vector, and outputs of that vector alone.
 */
import { compile } from '../checker/compile/compile.ts';
import { type ClaimAt, decideEvery, type EveryVerdict } from '../checker/cutoff/every.ts';
import { CheckedFamily } from '../checker/cutoff/family.ts';
import { CutoffError, type Family, type MemberMap } from '../checker/cutoff/instance.ts';
import { decideProperties, type Property, type StepView } from '../checker/decide/property.ts';
import { type Exploration, explore } from '../checker/explore/explore.ts';
import type { StateGraph } from '../checker/explore/state-graph.ts';
import { readOutput } from '../machines/alphabet.ts';
import { createAssignedDevice } from '../machines/assigned-device.ts';
import type { Design } from '../machines/designs.ts';
import type { MessageSet } from '../machines/messages.ts';
import { MONITORS } from '../machines/monitors.ts';
import { vectorRegionName } from '../machines/vector.ts';
import type { AssignedInstance } from './assigned/decide.ts';
import { type AssignedProperty, type AssignedVerdict, claimOf, type ClaimProperty } from './assigned/property.ts';
import { createInstance, type Instance } from './instances.ts';
import { MACHINE_PROPERTIES } from './machines.ts';
import { LEADINGS, TEMPORAL_PROPERTIES } from './temporal.ts';
import { type FunctionView, machineView } from './view.ts';

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

type Asked = (seen: FunctionView | StepView<FunctionView>, index: number) => boolean;

/**
 * A property, asked of what is seen of one vector and of what all share.
 * @param refuse Is told when the property asks for more; it says nothing from there on.
 */
export function ofOneVector(
  property: Property<FunctionView>,
  refuse: (because: string) => void,
): Property<FunctionView> {
  const { when, holds } = property as { readonly when: Asked; readonly holds: Asked };
  const asked =
    (ask: Asked, otherwise: boolean): Asked =>
    (seen, index) => {
      try {
        return ask('before' in seen ? seenStep(seen, index) : seenView(seen, index), index);
      } catch (error) {
        if (!(error instanceof CutoffError)) throw error;
        refuse(error.message);
        return otherwise;
      }
    };
  return { ...property, when: asked(when, false), holds: asked(holds, true) };
}

const views = new WeakMap<FunctionView, Map<number, FunctionView>>();

/** What a state tells of one vector. A question about another one is an error, so that no property asks it unseen. */
function seenView(view: FunctionView, index: number): FunctionView {
  const known = views.get(view) ?? new Map<number, FunctionView>();
  views.set(view, known);
  let seen = known.get(index);
  if (seen === undefined) {
    const only =
      <Told>(tell: (vector: number) => Told) =>
      (vector: number): Told => {
        if (vector === index) return tell(vector);
        throw new CutoffError(`it asks about vector ${vector}, for vector ${index}`);
      };
    seen = {
      get vectorCount(): number {
        throw new CutoffError('it asks how many vectors there are');
      },
      enabled: view.enabled,
      functionMask: view.functionMask,
      resetEntry: view.resetEntry,
      written: (entry, name) => view.written(entry, name),
      masked: only((vector) => view.masked(vector)),
      pending: only((vector) => view.pending(vector)),
      entry: only((vector) => view.entry(vector)),
      force: only((vector) => view.force(vector)),
      ...(view.transit === undefined ? {} : { transit: only((vector) => view.transit?.(vector)) }),
    };
    known.set(index, seen);
  }
  return seen;
}

const NOTHING: readonly string[] = [];

/** The step that was asked about last, and what is seen of it: all properties ask about one step, one after the other. */
let last:
  | { readonly step: StepView<FunctionView>; readonly index: number; readonly seen: StepView<FunctionView> }
  | undefined;

/** The same of a step. Its event may be of another vector: which one makes no difference, for with two there is but one. */
function seenStep(step: StepView<FunctionView>, index: number): StepView<FunctionView> {
  if (last?.step !== step || last.index !== index) last = { step, index, seen: seenOf(step, index) };
  return last.seen;
}

function seenOf({ before, event, outputs, after }: StepView<FunctionView>, index: number): StepView<FunctionView> {
  const own = outputs.length === 0 ? NOTHING : outputs.filter((output) => readOutput(output).vector === index);
  return { before: seenView(before, index), event, outputs: own, after: seenView(after, index) };
}

/** One vector, and some other one. */
export const FUNCTION_CUTOFF = 2;

/** Decides every property of a function for every number of vectors, by the instance with two. */
export function everyOfFunction(
  { family }: { readonly family: CheckedFamily },
  instance: Instance,
  graph: StateGraph,
): EveryRow[] {
  const { vectors, messages, machine } = instance;
  family.requireMachine(machine, vectors);
  const odd = family
    .instance(3)
    .sentences.find(({ owner, outputs }) => outputs.some((output) => readOutput(output).vector !== owner));
  const refusals = new Map<string, string>();
  const asked = MACHINE_PROPERTIES.map((property) =>
    ofOneVector(property, (because) => refusals.set(property.name, because)),
  );
  // One vector is enough, for all are alike.
  const verdicts = decideProperties(graph, asked, machineView(vectors, messages), 1);
  const rows = verdicts.map(({ property: { name }, result }): EveryRow => {
    const because = odd === undefined ? refusals.get(name) : `one vector puts out what names another: ${odd.text}`;
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
    const known = Object.fromEntries(group.map(({ name }) => [name, 'holds' as const]));
    for (const [index, verdict] of decideEvery(family, exploration, bounds.vectors, claims, known).entries())
      rows.set(group[index], verdict);
  }
  return properties.map((property) => ({ property: property.name, ...rows.get(property) }));
}
