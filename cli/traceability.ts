/**
 * What stands behind each rule: read from the machines themselves, from the properties, and from the citations in the
 * sources of the implementation and of the tests.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DESIGNS } from '../machines/designs.ts';
import { TWO } from '../machines/messages.ts';
import { ASSIGNED_PROPERTIES } from '../properties/assigned/index.ts';
import { CHANNEL_PROPERTIES } from '../properties/channel.ts';
import { createInstance } from '../properties/instances.ts';
import { MACHINE_NAMES } from '../properties/names.ts';
import { STEP_PROPERTIES } from '../conformance/random/run-check.ts';
import { ProjectionRuns } from '../conformance/random/projection.ts';
import { RestoreBisimRuns, SizeEquivalenceRuns } from '../conformance/random/runs.ts';
import { TEMPORAL_PROPERTIES } from '../properties/temporal.ts';
import { citedRules, RULES, type Rule } from '../spec/index.ts';
import { packagePath } from './root.ts';

/** The four kinds of evidence for a rule, each a list of places. */
export interface Evidence {
  readonly rule: Rule;
  /** Machines whose descriptions cite the rule. */
  readonly machine: readonly string[];
  /** Lines of `src/` that cite it: "table.ts:12". */
  readonly implementation: readonly string[];
  readonly property: readonly string[];
  /** Lines of `test/` that cite it with `type=test`. */
  readonly test: readonly string[];
}

/** A citation in a source, `//= MSIX-PEND-3` or `//= MSIX-PEND-3 type=test`; several ids are parted by commas. */
export interface Citation {
  readonly id: string;
  readonly isTest: boolean;
  readonly place: string;
}

/** Finds the citations of a source text. */
export function findCitations(file: string, text: string): Citation[] {
  return text.split('\n').flatMap((line, index) => {
    const [, ids = '', type] = /^\s*\/\/= ([^=]*?)(?: type=(\w+))?\s*$/.exec(line) ?? [];
    const place = `${file}:${index + 1}`;
    return ids.split(/,\s*/).flatMap((id) => (id === '' ? [] : [{ id, isTest: type === 'test', place }]));
  });
}

/** The folders whose sources cite rules, or name an entry of another register. */
export const CITING = ['src', 'machines', 'conformance', 'test'];

/** Where the package has the citations of its sources, which it comes without. */
export const CITATIONS_FILE = 'citations.json';

/** What a folder cites: rules in comments of their own, and every id of the other registers, wherever it is named. */
export interface FolderCitations {
  readonly rules: readonly Citation[];
  readonly mentions: readonly Citation[];
}

const READ = new Map<string, FolderCitations>();

/** What all TypeScript files below a folder cite; in the package, as it was when that was built. A folder is read once. */
export function citationsOf(folder: string): FolderCitations {
  const citations = READ.get(folder) ?? readCitations(folder);
  READ.set(folder, citations);
  return citations;
}

function readCitations(folder: string): FolderCitations {
  const root = packagePath(folder);
  if (!existsSync(root)) {
    const built = readFileSync(packagePath('dist', CITATIONS_FILE), 'utf8');
    return (JSON.parse(built) as Record<string, FolderCitations>)[folder];
  }
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const texts = files.toSorted().map((file) => [file, readFileSync(join(root, file), 'utf8')]);
  return {
    rules: texts.flatMap(([file, text]) => findCitations(file, text)),
    mentions: texts.flatMap(([file, text]) => findMentions(`${folder}/${file}`, text)),
  };
}

/** The rules that a folder cites. */
export const citationsBelow = (folder: string): readonly Citation[] => citationsOf(folder).rules;

// P0 is a process of Peterson's algorithm, not a property.
const MENTION = /\b(?:HB-\d+|P[1-9]\d?|[RS][1-9])\b/g;

/** Finds the places of a source text that name a bug, a property or a comment of the review. */
function findMentions(file: string, text: string): Citation[] {
  return text.split('\n').flatMap((line, index) =>
    Array.from(new Set(line.match(MENTION)), (id) => ({
      id,
      isTest: file.startsWith('test/'),
      place: `${file}:${index + 1}`,
    })),
  );
}

/** Finds every description in the configuration of a machine. */
function descriptionsOf(config: unknown): string[] {
  if (typeof config !== 'object' || config === null) return [];
  return Object.entries(config).flatMap(([key, value]) =>
    key === 'description' && typeof value === 'string' ? [value] : descriptionsOf(value),
  );
}

/** The rules that each machine cites in its descriptions. */
export function machineCitations(): Citation[] {
  return MACHINE_NAMES.flatMap((name) => {
    // Designs of one machine cite rules that others have repaired away.
    const designs = name === 'assigned-device' ? DESIGNS : [undefined];
    const configs = designs.map(
      (design) => createInstance(name, { messages: TWO, channel: true, design }).machine.config,
    );
    const ids = new Set(configs.flatMap(descriptionsOf).flatMap(citedRules));
    return [...ids].map((id) => ({ id, isTest: false, place: name }));
  });
}

/** A property of ours, and what it speaks of: two that speak of different machines may have one name. */
export type OwnProperty = Pick<(typeof STEP_PROPERTIES)[number], 'name' | 'number' | 'title' | 'rules'> & {
  readonly of: string;
};

const speakingOf = (of: string, properties: readonly Omit<OwnProperty, 'of'>[]): readonly OwnProperty[] =>
  properties.map(({ name, number, title, rules }) => ({ name, of, number, title, rules }));

/** Every property there is, of machines and of the implementation. */
export const PROPERTIES: readonly OwnProperty[] = [
  ...speakingOf('function', STEP_PROPERTIES),
  ...speakingOf('function with channel', CHANNEL_PROPERTIES),
  ...speakingOf('runs of the function', TEMPORAL_PROPERTIES),
  ...speakingOf('random runs of a device', [SizeEquivalenceRuns, RestoreBisimRuns, ProjectionRuns]),
  ...speakingOf('assigned device', ASSIGNED_PROPERTIES),
];

/** Gathers what stands behind every rule. */
export function traceRules(): Evidence[] {
  const machines = machineCitations();
  const sources = citationsBelow('src');
  const tests = citationsBelow('test').filter(({ isTest }) => isTest);
  const places = (citations: readonly Citation[], id: string): string[] =>
    citations.filter((citation) => citation.id === id).map(({ place }) => place);
  return RULES.map((rule) => ({
    rule,
    machine: places(machines, rule.id),
    implementation: places(sources, rule.id),
    property: [...new Set(PROPERTIES.filter(({ rules }) => rules.includes(rule.id)).map(({ name }) => name))],
    test: places(tests, rule.id),
  }));
}
