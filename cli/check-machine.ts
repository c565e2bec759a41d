/**
 * `maskbit check machine.ts --claims claims.ts`: decides claims about a machine of the reader's own. It prints a verdict for each, and
 * the shortest run that shows a failure.
 *
 * A file of JavaScript is loaded as it is, and one of TypeScript by tsx, if that is installed.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Builder } from 'junit-report-builder';
import type { AnyStateMachine } from 'xstate';
import { compile } from '../checker/compile/compile.ts';
import type { Claim, Decision } from '../checker/decide/claim.ts';
import { decide } from '../checker/decide/decide.ts';
import { type Exploration, explore } from '../checker/explore/explore.ts';
import { tellTrace } from '../checker/trace/text.ts';
import { makeTrace } from '../checker/trace/trace.ts';
import type { Budgets } from './check/budget.ts';
import { requireEnding } from './input.ts';
import { EXIT, type Exit, print, printRaw } from './output.ts';
import { followExploration, formatCell } from './report.ts';
import { writeWhole } from './whole.ts';

/** How a machine is checked. */
export interface CheckMachineChoices extends Budgets {
  /** The file that exports the claims; that of the machine when left out. */
  readonly claims?: string;
  /** Events that shall never happen. */
  readonly without?: readonly string[];
  /** A file for the verdicts in the form of JUnit. */
  readonly junit?: string;
}

/**
 * Checks the machine that a file exports as `machine`, or as its default.
 * @throws {RangeError} when a file cannot be loaded, or does not export what it should.
 */
export async function checkMachine(path: string, choices: CheckMachineChoices): Promise<Exit> {
  const { claims: claimsPath, without = [], junit, states, memory, seconds } = choices;
  const machine = exportOf(await load(path), path, 'machine') as AnyStateMachine;
  const claims = exportOf(await load(claimsPath ?? path), claimsPath ?? path, 'claims') as readonly Claim[];
  if (Array.isArray(claims) && claims.length === 0)
    throw new RangeError(
      `Got no claims from ${claimsPath ?? path}; expected one at least, for a check of nothing says nothing.`,
    );
  const compiled = compile(machine, without.length === 0 ? undefined : { without });
  const progress = followExploration(machine.id);
  const exploration = explore(compiled, {
    limits: { states, bytes: memory, milliseconds: seconds === undefined ? undefined : 1000 * seconds },
    onProgress: progress.report,
  });
  progress.end();
  const decisions = decide(exploration, claims);
  printSummary(exploration);
  for (const decision of decisions) printRaw(tellDecision(exploration, decision));
  if (junit !== undefined) await writeJUnit(junit, exploration, decisions);
  return conclude(exploration, decisions);
}

function printSummary({ compiled, summary }: Exploration): void {
  const { states, transitions, depth, deadlocks, bound } = summary;
  const ends = deadlocks === 0 ? '' : `, ${formatCell(deadlocks)} in which every event is ignored`;
  print(
    `${compiled.machine.id}: ${formatCell(states)} states${ends}, ${formatCell(transitions)} transitions, depth ${depth}` +
      `${bound === undefined ? '' : `; ended by the limit of ${bound}`}.`,
  );
  if (compiled.without.length > 0)
    print(`Left out: ${compiled.without.join(', ')}. Every verdict is without these events.`);
}

/** A verdict, and the run that shows it where the claim fails. */
function tellDecision(
  { compiled }: Exploration,
  { claim, result, counterexample, clauses, without }: Decision,
): string {
  const head = [
    `${claim.name} ${TOLD[result]}${without === undefined ? '' : ` without ${without.join(', ')}`}: ${claim.title}`,
    ...(clauses ?? []).map((clause) => `  What fails of it: ${clause}`),
  ];
  const story = counterexample === undefined ? '' : tellTrace(makeTrace(compiled, counterexample));
  return `${head.join('\n')}\n${story.replaceAll(/^(?=.)/gm, '  ')}`;
}

const TOLD: Readonly<Record<Decision['result'], string>> = {
  holds: 'holds',
  fails: 'fails',
  open: 'is open',
  'n/a': 'says nothing, for no reachable state or step meets its premise',
};

function conclude({ summary }: Exploration, decisions: readonly Decision[]): Exit {
  const count = (...results: readonly Decision['result'][]) =>
    decisions.filter(({ result }) => results.includes(result)).length;
  const failing = count('fails', 'n/a');
  print(`${count('holds')} of ${decisions.length} claims hold.`);
  if (failing > 0) return EXIT.violated;
  return summary.complete && count('open') === 0 ? EXIT.holds : EXIT.bound;
}

// ---- Files

/** Loads a module of JavaScript, or of TypeScript. */
async function load(path: string): Promise<object> {
  if (!existsSync(path)) throw new RangeError(`Got no file ${path}; expected a module of JavaScript or TypeScript.`);
  requireEnding(path);
  const url = pathToFileURL(resolve(path)).href;
  const importer = /\.[cm]?tsx?$/.test(path)
    ? await typeScriptImporter(path)
    : (address: string) => import(address) as Promise<object>;
  try {
    return await importer(url);
  } catch (error) {
    // Whatever it says, it says it of the reader's own file.
    throw new RangeError(`Got an error while ${path} was loaded: ${(error as Error).message ?? String(error)}`);
  }
}

async function typeScriptImporter(path: string): Promise<(address: string) => Promise<object>> {
  try {
    const { tsImport } = await import('tsx/esm/api');
    return (address) => tsImport(address, import.meta.url) as Promise<object>;
  } catch {
    throw new RangeError(
      `Got ${path}, and no package tsx to read TypeScript with; expected JavaScript, or tsx beside maskbit: npm install tsx.`,
    );
  }
}

/** What a module exports by a name, or as its default. */
function exportOf(module: object, path: string, name: string): unknown {
  const own = module as Record<string, unknown>;
  // What CommonJS exports is the default of its module.
  const places = [own, own.default].filter((each) => typeof each === 'object' && each !== null) as Record<
    string,
    unknown
  >[];
  const found =
    places.find((each) => name in each)?.[name] ??
    (name === 'machine' || Array.isArray(own.default) ? own.default : undefined);
  if (found !== undefined) return found;
  throw new RangeError(
    `Got ${path}, which exports ${Object.keys(module).join(', ') || 'nothing'}; expected it to export ${name}, by that name or as default.`,
  );
}

/** Writes the verdicts in the form of JUnit, whole or not at all: a case for each claim. */
async function writeJUnit(path: string, exploration: Exploration, decisions: readonly Decision[]): Promise<void> {
  // It is CommonJS: its types say `default.default`, and it is `default`.
  const { default: builder } = (await import('junit-report-builder')) as unknown as { readonly default: Builder };
  const report = builder.newBuilder();
  const suite = report.testSuite().name(exploration.compiled.machine.id);
  for (const decision of decisions) {
    const { claim, result, without } = decision;
    const testCase = suite.testCase().className(exploration.compiled.machine.id).name(`${claim.name}: ${claim.title}`);
    if (without !== undefined) testCase.standardOutput(`Without the events ${without.join(', ')}.`);
    if (result === 'fails' || result === 'n/a') testCase.failure(tellDecision(exploration, decision));
    if (result === 'open') testCase.skipped();
  }
  writeWhole(path, report.build());
}
