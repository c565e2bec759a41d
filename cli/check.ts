/**
 * `maskbit check`: the main job. Explores the machines, decides the properties and holds them against mutants, drives the
 * implementation along the paths and in lockstep, replays the recorded guest, and compares it all with the manifest.
 */
import { renameSync, writeFileSync } from 'node:fs';
import {
  compareManifest,
  gatherFindings,
  parseManifest,
  printManifest,
  renewManifest,
} from '../checker/decide/manifest.ts';
import { FULL_INSTANCES, INSTANCES, LARGER_INSTANCES } from '../properties/instances.ts';
import { checkAssigned, checkAssignedMutants, checkObjections } from './check/assigned.ts';
import { checkAssignedDevice } from './check/assigned-device.ts';
import { checkAssignedPaths } from './check/assigned-paths.ts';
import { Budget, type Budgets } from './check/budget.ts';
import { checkLockstep } from './check/lockstep.ts';
import { checkMachines } from './check/machines.ts';
import type { Part } from './check/part.ts';
import { checkPaths } from './check/paths.ts';
import { checkProperties } from './check/properties.ts';
import { checkReplay } from './check/replay.ts';
import { checkRuns } from './check/runs.ts';
import { readText } from './input.ts';
import { EXIT, type Exit, print, tell } from './output.ts';
import { packagePath } from './root.ts';

/** How the check is run. */
export interface CheckChoices extends Budgets {
  /** Whether the instances that take minutes are checked too. */
  readonly full?: boolean;
  /** Whether what is found becomes what is expected. */
  readonly pin?: boolean;
  /** The file that says what is expected; the package's own when left out. */
  readonly manifest?: string;
}

/** Runs the whole check and prints it. */
export function check(choices: CheckChoices = {}): Exit {
  const budget = new Budget(choices);
  const isFull = choices.full === true;
  tell(isFull ? FULL_COST : USUAL_COST);
  const path = choices.manifest ?? packagePath(MANIFEST);
  const manifest = parseManifest(readText(path, 'a manifest'));
  const instances = [...INSTANCES, ...LARGER_INSTANCES, ...(isFull ? FULL_INSTANCES : [])];

  const { explored, part } = checkMachines(instances, budget, manifest);
  const parts = [
    part,
    checkProperties(explored, budget, explored.length < instances.length),
    checkRuns(explored, budget),
    checkPaths(explored, budget),
    checkLockstep(explored, budget),
    checkReplay(),
    checkAssigned(isFull, budget),
    checkAssignedMutants(budget),
    checkObjections(budget),
    checkAssignedPaths(budget),
    checkAssignedDevice(isFull, budget),
  ];

  const open = parts.flatMap((each) => each.open ?? []);
  const found = gatherFindings(parts.flatMap((each) => each.findings ?? []));
  const extent = open.length > 0 ? 'part' : isFull ? 'full' : 'usual';
  const differences = compareManifest(found, manifest, extent);
  if (choices.pin !== true) return conclude(parts, differences, open, budget);
  if (extent === 'part') return conclude(parts, [], [...open, `${path} is as it was.`], budget);
  writeWhole(path, printManifest(renewManifest(found, manifest, extent)));
  for (const difference of differences) print(`pinned: ${difference}`);
  return conclude(parts, [], [], budget);
}

const USUAL_COST = 'Checks the function and the assigned device; it takes half a minute to a minute.';
const FULL_COST =
  'Checks the function and the assigned device, larger instances included; it takes a quarter of an hour and 4 GB of memory.';

/** Where the manifest is, in the package. */
export const MANIFEST = 'properties/manifest.json';

/** Prints the last lines, and finds the exit status. */
function conclude(
  parts: readonly Part[],
  differences: readonly string[],
  open: readonly string[],
  budget: Budget,
): Exit {
  const violations = [...parts.flatMap((part) => part.violations), ...differences];
  for (const violation of violations) print(`violated: ${violation}`);
  for (const each of open) print(`open: ${each}`);
  const isOpen = open.length > 0;
  const places = `${violations.length} place${violations.length === 1 ? '' : 's'}`;
  const verdict = violations.length > 0 ? `violated, in ${places},` : isOpen ? 'open' : 'holds';
  print(`${verdict} after ${budget.seconds.toFixed(1)} s:`);
  for (const { clause } of parts) print(`  ${clause}`);
  return violations.length > 0 ? EXIT.violated : isOpen ? EXIT.bound : EXIT.holds;
}

/** Writes a file whole or not at all. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
