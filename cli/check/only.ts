/**
 * `maskbit check --only NAME`: what of the check is about a section, a property, a rule, an instance or a design.
 */
import { closest } from 'fastest-levenshtein';
import { FORMS } from '../../conformance/device/forms.ts';
import { DESIGNS } from '../../machines/designs.ts';
import { ASSIGNED_PROPERTIES } from '../../properties/assigned/index.ts';
import { ASSIGNED_TASKS, FULL_ASSIGNED_TASKS } from '../../properties/assigned/instances.ts';
import { boundsName, type Instance, instanceName } from '../../properties/instances.ts';
import { MACHINE_NAMES } from '../../properties/names.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { TEMPORAL_PROPERTIES } from '../../properties/temporal.ts';
import { RULES } from '../../spec/index.ts';
import { machineCitations, traceRules } from '../traceability.ts';

/** The sections of the check, in their order. */
export const SECTIONS = [
  'machines',
  'properties',
  'runs',
  'every-n',
  'pages',
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
  /** Whether properties are held against mutants: where they are what was asked for. */
  readonly judges: boolean;
  readonly sections: ReadonlySet<Section>;
  /** Whether a property is asked, by its name. */
  property(name: string): boolean;
  /** Why nothing here asks what was named, as a sentence: then nothing holds, whatever comes of the rest. */
  readonly unasked?: string;
  /** Whether an instance of a machine is looked at, by its name in tables. */
  instance(name: string): boolean;
}

/** The whole check. */
export const WHOLE: Only = {
  isPart: false,
  isBrief: false,
  judges: true,
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

/** The sections in which code may part from the machines that cite a rule: a rule that none cites is one of code alone, and may be in all of them. */
function comparing(machines: readonly string[]): readonly Section[] {
  const assigned = machines.filter((machine) => ASSIGNED_MACHINES.has(machine)).length;
  if (machines.length === 0) return [...COMPARING, ...COMPARING_ASSIGNED];
  return [
    ...(machines.includes('vector-page') ? (['pages'] as const) : []),
    ...(assigned < machines.length ? COMPARING : []),
    ...(assigned > 0 ? COMPARING_ASSIGNED : []),
  ];
}

/** Why the check does not ask a rule that no machine and no property cites, unless a form of access does: code alone keeps it, and its tests ask it. */
function unaskedOf(id: string): string | undefined {
  if (Object.values(FORMS).some(({ rule }) => rule === id)) return undefined;
  const { rule, test } = traceRules().find((each) => each.rule.id === id)!;
  if (rule.exempt !== undefined) return `${id} is exempt. ${rule.exempt}`;
  const files = [...new Set(test.map((place) => `test/${place.replace(/:\d+$/, '')}`))];
  return `No machine and no property cites ${id}, so the check does not ask it. Its tests do: npx vitest run ${files.join(' ')}`;
}

/** Seconds of processor time that a section takes of a whole check, and of one that is brief. They are told before, so that nobody waits without knowing. */
const SECONDS: Readonly<Record<Section, readonly [usual: number, brief: number]>> = {
  machines: [2, 1],
  properties: [6, 2],
  runs: [5, 5],
  'every-n': [8, 8],
  pages: [1, 1],
  paths: [5, 5],
  lockstep: [4, 4],
  places: [3, 3],
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
  const known = namesOf(instances);
  const found = known.find((each) => each.toLowerCase() === name.toLowerCase());
  if (found === undefined)
    throw new RangeError(
      `Got --only ${name}; expected a section (${SECTIONS.join(', ')}), a property, a rule, a machine, an instance or a design. ` +
        `The nearest is ${closest(name, known)}.`,
    );
  return sectionOf(found) ?? claimedBy(found) ?? builtBy(found, instances);
}

/** Every name that stands for something. */
const namesOf = (instances: readonly Instance[]): readonly string[] => [
  ...SECTIONS,
  ...MACHINE_NAMES,
  ...DESIGNS.map((design) => design.name),
  ...DESIGN_INSTANCES,
  ...RULES.map(({ id }) => id),
  ...PROPERTIES.flatMap(([, properties]) => properties.flatMap((each) => [each.name, each.number ?? []].flat())),
  ...instances.map(instanceName),
];

function sectionOf(name: string): Only | undefined {
  const section = SECTIONS.find((each) => each === name);
  return section && { ...WHOLE, isPart: true, sections: new Set([section]) };
}

/** What a rule or a property asks for. */
function claimedBy(name: string): Only | undefined {
  const isRule = RULES.some(({ id }) => id === name);
  const asked = PROPERTIES.map(([of, properties]): [Section, readonly Named[]] => [
    of,
    properties.filter((each) => each.name === name || each.number === name || each.rules.includes(name)),
  ]).filter(([, properties]) => properties.length > 0);
  if (!isRule && asked.length === 0) return undefined;
  const names = new Set(asked.flatMap(([, properties]) => properties.map((each) => each.name)));
  const machines = isRule ? machineCitations().flatMap(({ id, place }) => (id === name ? [place] : [])) : [];
  return {
    ...WHOLE,
    isPart: true,
    isBrief: true,
    judges: !isRule,
    sections: new Set([...asked.map(([of]) => of), ...(isRule ? comparing(machines) : [])]),
    property: (each) => names.has(each),
    unasked: isRule && asked.length === 0 && machines.length === 0 ? unaskedOf(name) : undefined,
  };
}

/** What a machine, an instance or a design asks for. */
function builtBy(name: string, instances: readonly Instance[]): Only {
  // "function" stands for all of its instances, and "function, 2 vectors, messages two" for one.
  const isOfName = (each: string): boolean => each === name || each.startsWith(`${name}, `);
  const ofFunction = instances.filter((instance) => isOfName(instanceName(instance)));
  const part = { ...WHOLE, isPart: true, judges: false };
  if (ofFunction.length > 0) {
    // The capability alone is driven as part of the function around it.
    const comparedOnes = ofFunction.some(({ vectors }) => vectors > 0) ? COMPARING : [];
    return { ...part, sections: new Set(['machines', 'properties', 'runs', ...comparedOnes]), instance: isOfName };
  }
  const sections = OTHER_MACHINES[name];
  return sections === undefined
    ? { ...part, sections: new Set(['designs', 'device']), instance: isOfName }
    : { ...part, isBrief: name !== 'assigned-device', sections: new Set(sections) };
}

/** Where machines are checked that have no instances among those of a function. */
const OTHER_MACHINES: Readonly<Record<string, readonly Section[]>> = {
  'vector-page': ['pages'],
  ownership: ['device-paths'],
  'host-function': ['device-paths'],
  'assigned-device': ['designs', ...COMPARING_ASSIGNED],
};
