/**
 * `maskbit check`: the main job. Explores the machines, decides the properties and holds them against mutants, drives the
 * implementation along the paths and in lockstep, replays the recorded guest, and compares it all with the manifest.
 */
import {
  compareManifest,
  gatherFindings,
  type ManifestEntry,
  parseManifest,
  printManifest,
  renewManifest,
} from '../checker/decide/manifest.ts';
import { FULL_INSTANCES, instanceName, INSTANCES, LARGER_INSTANCES } from '../properties/instances.ts';
import { canRunBeside, deviceWork, isOfDevice, runBeside } from './check/beside.ts';
import { Budget, type Budgets } from './check/budget.ts';
import { checkEvery } from './check/every.ts';
import { checkMachines } from './check/machines.ts';
import { type Only, onlyOf, secondsOf, type Section, SECTIONS, WHOLE } from './check/only.ts';
import type { CheckSection } from './check/part.ts';
import { checkPages } from './check/pages.ts';
import { checkLockstep, checkPaths } from './check/paths.ts';
import { checkPlaces } from './check/places.ts';
import { checkProperties } from './check/properties.ts';
import { checkReplay } from './check/replay.ts';
import { checkRuns } from './check/runs.ts';
import { readText } from './input.ts';
import { EXIT, type Exit, formatCell, print, tell } from './report.ts';
import { packagePath } from './root.ts';
import { writeWhole } from './whole.ts';

/** How the check is run. */
export interface CheckChoices extends Budgets {
  /** Whether the instances that take minutes are checked too. */
  readonly full?: boolean;
  /** Whether what is found becomes what is expected. */
  readonly pin?: boolean;
  /** A section, a property, a rule, an instance or a design, to check that alone. */
  readonly only?: string;
  /** The file that says what is expected; the package's own when left out. */
  readonly manifest?: string;
}

/** Runs the whole check and prints it. */
export async function check(choices: CheckChoices = {}): Promise<Exit> {
  const budget = new Budget(choices);
  const isFull = choices.full === true;
  const every = [...INSTANCES, ...LARGER_INSTANCES, ...FULL_INSTANCES];
  const only = choices.only === undefined ? WHOLE : onlyOf(choices.only, every);
  tell(only.isPart ? partCost(only, isFull) : isFull ? FULL_COST : USUAL_COST);
  const path = choices.manifest ?? packagePath(MANIFEST);
  const manifest = parseManifest(readText(path, 'a manifest'));
  const isBeside = !only.isPart && canRunBeside();
  const endBeside = isBeside ? runBeside(isFull, { ...choices, seconds: budget.secondsLeft }, manifest) : undefined;
  const here = isBeside ? SECTIONS.filter((section) => !isOfDevice(section)) : SECTIONS;
  const own = runSections(isFull, budget, { ...only, sections: intersect(only.sections, here) }, manifest);
  const parts = [...own, ...((await endBeside?.(deviceWork(isFull, budget, only, manifest))) ?? [])];

  const open = parts.flatMap((each) => each.open ?? []);
  const found = gatherFindings(parts.flatMap((each) => each.findings ?? []));
  const extent = open.length > 0 || only.isPart ? 'part' : isFull ? 'full' : 'usual';
  const differences = compareManifest(found, manifest, extent);
  if (choices.pin !== true) return conclude(parts, differences, open, budget, only.unasked);
  if (extent === 'part') return conclude(parts, [], [...open, `${path} is as it was.`], budget);
  const problem = pinProblem(parts, path);
  if (problem !== undefined) {
    tell(problem);
    return conclude(parts, differences, [], budget);
  }
  writeWhole(path, printManifest(renewManifest(found, manifest, extent)));
  for (const difference of differences) print(`pinned: ${difference}`);
  return conclude(parts, [], [], budget);
}

/** Why what was found must not become what is expected: something is violated that is no difference from the manifest. What holds would be pinned as failing by it. */
export function pinProblem(parts: readonly CheckSection[], path: string): string | undefined {
  const count = parts.reduce((sum, { violations }) => sum + violations.count, 0);
  if (count === 0) return undefined;
  return (
    `Got ${formatCell(count)} ${count === 1 ? 'place that is' : 'places that are'} violated; expected none, so ${path} is as it was. They are told above. ` +
    'Where a design is to fail a property from now on, take that verdict out of the file first.'
  );
}

/** Runs the sections that are asked for, in their order; what they need is explored first. */
function runSections(isFull: boolean, budget: Budget, only: Only, manifest: readonly ManifestEntry[]): CheckSection[] {
  const { sections } = only;
  const all = [...INSTANCES, ...LARGER_INSTANCES, ...(isFull ? FULL_INSTANCES : [])];
  // Paths, and in a usual check lockstep, are of small instances; what is asked of no function needs none of them.
  const needed =
    LARGE_SECTIONS.some((section) => sections.has(section)) || (isFull && sections.has('lockstep'))
      ? all
      : SMALL_SECTIONS.some((section) => sections.has(section))
        ? INSTANCES
        : [];
  const instances = needed.filter((instance) => only.instance(instanceName(instance)));
  const { explored, part } = checkMachines(instances, budget, manifest);
  const isCut = explored.length < instances.length;
  const work: Readonly<Record<Section, () => CheckSection>> = {
    machines: () => part,
    properties: () => checkProperties(explored, budget, only, isCut),
    runs: () => checkRuns(explored, budget, only),
    'every-n': () => checkEvery(explored),
    pages: checkPages,
    paths: () => checkPaths(explored, budget),
    lockstep: () => checkLockstep(explored, isFull, budget),
    places: () => checkPlaces(isFull, budget),
    replay: checkReplay,
    ...deviceWork(isFull, budget, only, manifest),
  };
  return [
    ...(sections.has('machines') || instances.length === 0 ? [] : [part]),
    ...SECTIONS.filter((section) => sections.has(section)).map((section) => work[section]()),
  ];
}

const intersect = (asked: ReadonlySet<Section>, here: readonly Section[]): ReadonlySet<Section> =>
  new Set(here.filter((section) => asked.has(section)));

const LARGE_SECTIONS: readonly Section[] = ['machines', 'properties', 'runs', 'every-n'];
const SMALL_SECTIONS: readonly Section[] = ['paths', 'lockstep'];

const USUAL_COST = 'Checks the function and the assigned device; it takes half a minute to a minute.';
const FULL_COST =
  'Checks the function and the assigned device, larger instances included; it takes some five minutes of processor time, and 4 GB of memory.';

const partCost = (only: Only, isFull: boolean): string =>
  `Checks ${[...only.sections].join(', ')}; it takes ${isFull ? 'some minutes' : tellSeconds(secondsOf(only))}.`;

const tellSeconds = (seconds: number): string => (seconds === 1 ? 'about a second' : `about ${seconds} seconds`);

/** Where the manifest is, in the package. */
export const MANIFEST = 'properties/manifest.json';

/** Prints the last lines, and finds the exit status. */
function conclude(
  parts: readonly CheckSection[],
  differences: readonly string[],
  open: readonly string[],
  budget: Budget,
  unasked?: string,
): Exit {
  for (const difference of differences) print(`violated: ${difference}`);
  const count = parts.reduce((sum, { violations }) => sum + violations.count, differences.length);
  const untold = parts.reduce((sum, { violations }) => sum + violations.untold, 0);
  if (untold > 0) print(`violated: ${formatCell(untold)} more, each like one that is told.`);
  for (const each of open) print(`open: ${each}`);
  const isOpen = open.length > 0;
  const places = `${formatCell(count)} place${count === 1 ? '' : 's'}`;
  if (unasked !== undefined) print(`n/a: ${unasked}`);
  const verdict = count > 0 ? `violated, in ${places},` : unasked !== undefined ? 'n/a' : isOpen ? 'open' : 'holds';
  print(`${verdict} after ${budget.seconds.toFixed(1)} s:`);
  for (const { clause } of parts) print(`  ${clause}`);
  return count > 0 ? EXIT.violated : isOpen || unasked !== undefined ? EXIT.bound : EXIT.holds;
}
