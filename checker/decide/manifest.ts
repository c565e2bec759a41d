/**
 * The manifest: what is known of each instance of each machine, as data. How many states it has, and what is true of it, the
 * expected failures included. A run of the checker is compared with it, and any difference is told: a count that changes is
 * a change of the machine, and a property that fails no more is as much a surprise as one that fails.
 */
import {
  refuse,
  requireFields,
  requireList,
  requireOneOf,
  requirePlain,
  requireText,
  within,
} from '../argument/argument.ts';
import { nameSubject, type TraceInstance } from '../trace/trace.ts';

/**
 * What is known of a property. A failure is known by the number of steps of its shortest counterexample, and by the number of
 * those that are repeated for ever after, where it is a run that never gets anywhere.
 */
export type PinnedVerdict = 'holds' | 'n/a' | { readonly fails: number; readonly loop?: number };

/** What is known of one instance of a machine. */
export interface ManifestEntry {
  /** The id of the machine. */
  readonly machine: string;
  /** What the instance is made of: its design, its number of vectors, its messages. */
  readonly instance: TraceInstance;
  /** Present where only a full check gets to it. */
  readonly full?: true;
  readonly states: number;
  readonly transitions: number;
  /** The length of the longest of all shortest paths. */
  readonly depth: number;
  /** By the name of the property. */
  readonly verdicts: Readonly<Record<string, PinnedVerdict>>;
}

/** What a part of a run found of an instance: some of an entry. */
export type Finding = Pick<ManifestEntry, 'machine' | 'instance'> & Partial<ManifestEntry>;

/** Thrown when a manifest cannot be read, with what was got and what was expected. */
export class ManifestError extends RangeError {
  override name = 'ManifestError';
}

const VERSION = 1;

/** Makes the pinned form of a verdict. One that is still open is none, and must not be pinned. */
export function pinVerdict(
  result: 'holds' | 'n/a' | 'fails',
  counterexample?: { readonly path: readonly unknown[]; readonly loop?: readonly unknown[] },
): PinnedVerdict {
  requireOneOf('result of pinVerdict', result, ['holds', 'n/a', 'fails']);
  if (result !== 'fails') return result;
  const { path = [], loop } = readRun('counterexample of pinVerdict', counterexample ?? {});
  return loop === undefined ? { fails: path.length } : { fails: path.length, loop: loop.length };
}

/** A run, of which only the lengths are looked at. */
function readRun(place: string, run: unknown): { readonly path?: unknown[]; readonly loop?: unknown[] } {
  const { path, loop } = requireFields(place, run, ['path', 'loop', 'index', 'first', 'other', 'seen', 'expected']);
  const list = (key: string, value: unknown) => {
    return value === undefined ? undefined : requireList(within(place, key), value, (_, each) => each);
  };
  return { path: list('path', path), loop: list('loop', loop) };
}

/** Says a pinned verdict: "fails after 3 steps, and 2 for ever". */
export function tellPinned(verdict: PinnedVerdict | undefined): string {
  if (verdict === undefined) return 'no verdict';
  if (!isVerdict(requirePlain('verdict of tellPinned', verdict, VERDICT)))
    refuse('verdict of tellPinned', verdict, VERDICT);
  if (typeof verdict === 'string') return verdict;
  const { fails, loop } = verdict;
  const steps = `fails after ${fails} step${fails === 1 ? '' : 's'}`;
  if (loop === undefined) return steps;
  return `${steps}, and then ${loop === 0 ? 'nothing' : `${loop} again and again`}`;
}

/** Brings together what the parts of a run found, one entry for each instance, in the order in which they came up. */
export function gatherFindings(findings: readonly Finding[]): ManifestEntry[] {
  const entries = new Map<string, ManifestEntry>();
  for (const finding of requireList('findings of gatherFindings', findings, requireFinding)) {
    const key = nameSubject(finding);
    const before = entries.get(key) ?? { ...finding, states: 0, transitions: 0, depth: 0, verdicts: {} };
    entries.set(key, { ...before, ...finding, verdicts: { ...before.verdicts, ...finding.verdicts } });
  }
  return [...entries.values()];
}

/** How much a run checked: everything, everything but what is left to a full check, or what its bounds allowed. */
export type Extent = 'full' | 'usual' | 'part';

const EXTENTS: readonly Extent[] = ['full', 'usual', 'part'];

/**
 * Compares what was found with what is expected; returns the differences as sentences. Where the run was no mere part, what
 * it should have found and did not is one too.
 */
export function compareManifest(
  found: readonly ManifestEntry[],
  expected: readonly ManifestEntry[],
  extent: Extent,
): string[] {
  requireList('found of compareManifest', found, requireEntry);
  requireList('expected of compareManifest', expected, requireEntry);
  requireOneOf('extent of compareManifest', extent, EXTENTS);
  const left = new Map(expected.map((entry) => [nameSubject(entry), entry]));
  const differences = found.flatMap((entry) => {
    const name = nameSubject(entry);
    const known = left.get(name);
    left.delete(name);
    if (known === undefined) return [`Got ${name}; expected no such instance.`];
    return compareEntries(name, entry, known, extent);
  });
  const missed = [...left].filter(([, { full }]) => extent === 'full' || (extent === 'usual' && full !== true));
  return [...differences, ...missed.map(([name]) => `Got nothing of ${name}; expected it to be checked.`)];
}

function compareEntries(name: string, found: ManifestEntry, expected: ManifestEntry, extent: Extent): string[] {
  const counts = (['states', 'transitions', 'depth'] as const)
    .filter((count) => found[count] !== expected[count])
    .map((count) => `Got ${found[count]} as the ${count} of ${name}; expected ${expected[count]}.`);
  const known = extent === 'part' ? [] : Object.keys(expected.verdicts);
  const properties = new Set([...known, ...Object.keys(found.verdicts)]);
  const verdicts = [...properties]
    .map((property) => [property, tellPinned(found.verdicts[property]), tellPinned(expected.verdicts[property])])
    .filter(([, got, pinned]) => got !== pinned)
    .map(([property, got, pinned]) => `Got "${got}" for ${property} in ${name}; expected "${pinned}".`);
  return [...counts, ...verdicts];
}

/** What the manifest becomes when what was found is taken as known: entries that this run did not get to stay. */
export function renewManifest(
  found: readonly ManifestEntry[],
  before: readonly ManifestEntry[],
  extent: Extent,
): ManifestEntry[] {
  requireList('found of renewManifest', found, requireEntry);
  requireList('before of renewManifest', before, requireEntry);
  requireOneOf('extent of renewManifest', extent, EXTENTS);
  const names = new Set(found.map(nameSubject));
  return [
    ...found,
    ...before.filter((entry) => extent !== 'full' && entry.full === true && !names.has(nameSubject(entry))),
  ];
}

/** Prints a manifest as JSON. */
export function printManifest(entries: readonly ManifestEntry[]): string {
  const read = requireList('entries of printManifest', entries, requireEntry);
  return `${JSON.stringify({ version: VERSION, entries: read }, null, 2)}\n`;
}

/**
 * Parses a manifest.
 * @throws {ManifestError} when it is not JSON, of another version, or when an entry is no such thing or there twice.
 */
export function parseManifest(text: string): ManifestEntry[] {
  const { version, entries } = Object(parseJson(requireText('text of parseManifest', text))) as {
    version?: unknown;
    entries?: unknown;
  };
  if (version !== VERSION || !Array.isArray(entries)) {
    throw new ManifestError(
      `Got a manifest of version ${JSON.stringify(version)}; expected version ${VERSION}, and entries.`,
    );
  }
  const wrong = entries.findIndex((entry) => !isEntry(entry));
  if (wrong >= 0) {
    throw new ManifestError(
      `Got ${JSON.stringify(entries[wrong])} as entry ${wrong + 1} of the manifest; expected machine, instance, states, ` +
        'transitions, depth and verdicts.',
    );
  }
  const names = (entries as ManifestEntry[]).map(nameSubject);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ManifestError(`Got two entries for ${twice} in the manifest; expected one.`);
  return entries;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ManifestError(`Got text that is not JSON (${(error as Error).message}); expected a manifest.`);
  }
}

const VERDICT = "'holds', 'n/a', or { fails, loop } with numbers of steps";
const ENTRY = 'an entry: machine, instance, states, transitions, depth and verdicts';

/** Requires an entry of a manifest. */
function requireEntry(place: string, value: unknown): ManifestEntry {
  const plain = requirePlain(place, value, ENTRY);
  return isEntry(plain) ? (plain as ManifestEntry) : refuse(place, value, ENTRY);
}

/** Requires some of an entry. */
function requireFinding(place: string, value: unknown): Finding {
  const what = 'some of an entry: machine and instance, and what was found of it';
  const plain = requirePlain(place, value, what);
  const isFinding = isRecord(plain) && isEntry({ states: 0, transitions: 0, depth: 0, verdicts: {}, ...plain });
  return isFinding ? (plain as unknown as Finding) : refuse(place, value, what);
}

function isEntry(entry: unknown): boolean {
  const { machine, instance, full, states, transitions, depth, verdicts } = Object(entry) as Record<string, unknown>;
  const counts = [states, transitions, depth];
  return (
    typeof machine === 'string' &&
    isRecord(instance) &&
    Object.values(instance).every((value) => typeof value === 'string' || typeof value === 'number') &&
    (full === undefined || full === true) &&
    counts.every((count) => Number.isSafeInteger(count) && (count as number) >= 0) &&
    isRecord(verdicts) &&
    Object.values(verdicts).every(isVerdict)
  );
}

function isVerdict(verdict: unknown): boolean {
  if (verdict === 'holds' || verdict === 'n/a') return true;
  const { fails, loop } = Object(verdict) as { fails?: unknown; loop?: unknown };
  const isCount = (steps: unknown) => Number.isSafeInteger(steps) && (steps as number) >= 0;
  return isCount(fails) && (loop === undefined || isCount(loop));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
