/**
 * `maskbit check --only NAME`: what of the check is about a section, a property, a rule, an instance or a design.
 */
import { closest } from 'fastest-levenshtein';
import { DESIGNS } from '../../machines/designs.ts';
import { ASSIGNED_PROPERTIES } from '../../properties/assigned/index.ts';
import { ASSIGNED_TASKS, FULL_ASSIGNED_TASKS } from '../../properties/assigned/instances.ts';
import { boundsName, type Instance, instanceName, MACHINE_NAMES } from '../../properties/instances.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { TEMPORAL_PROPERTIES } from '../../properties/temporal.ts';
import { RULES } from '../../spec/index.ts';
import { machineCitations } from '../traceability.ts';

/** The sections of the check, in their order. */
export const SECTIONS = [
  'machines',
  'properties',
  'runs',
  'every-n',
  'paths',
  'lockstep',
  'places',
  'replay',
  'designs',
  'mutants',
  'objections',
  'device-paths',
  'device',
] as const;
export type Section = (typeof SECTIONS)[number];

/** What of the check is run. */
export interface Only {
  /** Whether anything is left out. */
  readonly isPart: boolean;
  /** Whether the assigned device is driven in the instances alone that take seconds: its parts, and one vector with two messages; of the larger ones, samples. */
  readonly isBrief: boolean;
  readonly sections: ReadonlySet<Section>;
  /** Whether a property is asked, by its name. */
  property(name: string): boolean;
  /** Whether an instance of a machine is looked at, by its name in tables. */
  instance(name: string): boolean;
}

/** The whole check. */
export const WHOLE: Only = {
  isPart: false,
  isBrief: false,
  sections: new Set(SECTIONS),
  property: () => true,
  instance: () => true,
};

/** What a property of any kind says of itself. */
interface Named {
  readonly name: string;
  readonly number?: string;
  readonly rules: readonly string[];
}
const PROPERTIES: readonly (readonly [Section, readonly Named[]])[] = [
  ['properties', MACHINE_PROPERTIES],
  ['runs', TEMPORAL_PROPERTIES],
  ['designs', ASSIGNED_PROPERTIES],
];
/** The instances of designs, by their names in tables: "reviewed, 2 vectors, messages two". */
const DESIGN_INSTANCES: readonly string[] = [
  ...[...ASSIGNED_TASKS, ...FULL_ASSIGNED_TASKS].map(({ bounds }) => boundsName(bounds)),
];

/** The sections that hold the implementation of a function against its machine, and those that do so of the assigned device. */
const COMPARING: readonly Section[] = ['paths', 'lockstep'];
const COMPARING_ASSIGNED: readonly Section[] = ['device-paths', 'device'];
const ASSIGNED_MACHINES: ReadonlySet<string> = new Set(['ownership', 'host-function', 'assigned-device']);

/** The sections in which code may part from a machine that cites a rule: a rule that none cites is one of code alone, and may be in all of them. */
function comparing(rule: string): readonly Section[] {
  const machines = machineCitations().flatMap(({ id, place }) => (id === rule ? [place] : []));
  const assigned = machines.filter((machine) => ASSIGNED_MACHINES.has(machine)).length;
  if (machines.length === 0) return [...COMPARING, ...COMPARING_ASSIGNED];
  return [...(assigned < machines.length ? COMPARING : []), ...(assigned > 0 ? COMPARING_ASSIGNED : [])];
}

/** Seconds of processor time that a section takes of a whole check, and of one that is brief. They are told before, so that nobody waits without knowing. */
const SECONDS: Readonly<Record<Section, readonly [usual: number, brief: number]>> = {
  machines: [2, 1],
  properties: [6, 2],
  runs: [5, 5],
  'every-n': [8, 8],
  paths: [5, 5],
  lockstep: [2, 2],
  places: [2, 2],
  replay: [1, 1],
  designs: [29, 5],
  mutants: [7, 7],
  objections: [6, 6],
  'device-paths': [12, 1],
  device: [12, 6],
};

/** About how long a part of the check takes, in seconds. */
export function secondsOf({ sections, isBrief }: Only): number {
  return [...sections].reduce((sum, section) => sum + SECONDS[section][isBrief ? 1 : 0], 0);
}

/**
 * Finds what a name stands for.
 * @param instances All instances that the check may look at.
 * @throws {RangeError} when it stands for nothing.
 */
export function onlyOf(name: string, instances: readonly Instance[]): Only {
  const section = SECTIONS.find((each) => each === name);
  if (section !== undefined) return { ...WHOLE, isPart: true, sections: new Set([section]) };

  const isRule = RULES.some(({ id }) => id === name);
  const asked = PROPERTIES.map(([of, properties]): [Section, readonly Named[]] => [
    of,
    properties.filter((each) => each.name === name || each.number === name || each.rules.includes(name)),
  ]).filter(([, properties]) => properties.length > 0);
  if (isRule || asked.length > 0) {
    const names = new Set(asked.flatMap(([, properties]) => properties.map((each) => each.name)));
    const sections = new Set([...asked.map(([of]) => of), ...(isRule ? comparing(name) : [])]);
    return { isPart: true, isBrief: true, sections, property: (each) => names.has(each), instance: () => true };
  }

  const isDesign = [...DESIGNS.map((design) => design.name), ...DESIGN_INSTANCES].includes(name);
  const isInstance = instances.some((instance) => instanceName(instance) === name || instance.machine.id === name);
  if (isDesign || isInstance) {
    const sections: readonly Section[] = isDesign
      ? ['designs', 'device']
      : ['machines', 'properties', 'runs', ...COMPARING];
    // "function" stands for all of its instances, and "function, 2 vectors, messages two" for one.
    const instance = (each: string): boolean => each === name || each.startsWith(`${name}, `);
    return { isPart: true, isBrief: false, sections: new Set(sections), property: () => true, instance };
  }
  const known = [
    ...SECTIONS,
    ...MACHINE_NAMES,
    ...DESIGNS.map((design) => design.name),
    ...DESIGN_INSTANCES,
    ...RULES.map(({ id }) => id),
    ...PROPERTIES.flatMap(([, properties]) => properties.map((each) => each.name)),
    ...instances.map(instanceName),
  ];
  throw new RangeError(
    `Got --only ${name}; expected a section (${SECTIONS.join(', ')}), a property, a rule, an instance or a design. ` +
      `The nearest is ${closest(name, known)}.`,
  );
}
