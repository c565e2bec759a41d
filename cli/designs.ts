/**
 * `maskbit check --designs` and `maskbit check --design NAME`: the designs of the assigned device, held against what the review said
 * of the posted one.
 */
import { printMermaid } from '../checker/export/mermaid.ts';
import { printSequence } from '../checker/export/sequence.ts';
import { packTrace } from '../checker/trace/codec.ts';
import { reduceTrace } from '../checker/trace/trace.ts';
import { CHAIN, type Design, designByName, REVIEWED } from '../machines/designs.ts';
import { THREE } from '../machines/messages.ts';
import { ASSIGNED_PROPERTIES, NOT_HERE } from '../properties/assigned/index.ts';
import { AssignedInstance } from '../properties/assigned/decide.ts';
import {
  decideObjection,
  decideObjections,
  type Objection,
  OBJECTIONS,
  rowProblem,
  UNEXPRESSED,
} from '../properties/assigned/objections.ts';
import type { AssignedProperty, AssignedVerdict, Scene } from '../properties/assigned/property.ts';
import { traceVerdict } from '../properties/assigned/trace.ts';
import { castOf } from '../properties/cast.ts';
import { ruleById } from '../spec/index.ts';
import { EXIT, type Exit, print, printTable, startProgress } from './report.ts';

/** Prints the table design x objection, and what is wrong with it. */
export function checkDesigns(): Exit {
  const progress = startProgress('objections', OBJECTIONS.length);
  const rows = decideObjections((done) => progress.advance(done));
  progress.end();
  printTable(
    ['objection', 'property', ...CHAIN.map(({ name }) => name), 'reviewed without'],
    rows.map(({ objection, chain, withoutRepair }) => [
      objection.of,
      objection.property.name,
      ...chain.map(tellVerdict),
      `${objection.repair}: ${tellVerdict(withoutRepair)}`,
    ]),
  );
  print('In brackets: the steps of a shortest trace. Each design is the one before it and one repair.');
  print();
  for (const { of, words, scene } of OBJECTIONS) {
    print(`${of}: ${words}${scene?.words === undefined ? '' : ` (Asked ${scene.words}.)`}`);
  }
  for (const [hazard, why] of Object.entries(UNEXPRESSED)) print(`${hazard} is not asked: ${why}.`);
  print();
  const problems = rows.flatMap((row) => rowProblem(row) ?? []);
  for (const problem of problems) print(problem);
  if (problems.length > 0) return EXIT.violated;
  print(
    `holds: each of ${CHAIN.length - 1} repairs turns its own objections from fails to holds and breaks none, and ` +
      `${REVIEWED.name} without it alone fails them again.`,
  );
  return EXIT.holds;
}

const tellVerdict = ({ result, path }: AssignedVerdict): string =>
  path === undefined ? result : `${result} (${path.length})`;

/** How traces are printed. */
export type ChartForm = 'text' | 'mermaid';

/**
 * Decides every property of a design, and prints each objection that it does not meet as a message sequence.
 * @throws {RangeError} when there is no such design.
 */
export function checkDesign(name: string, vectors: number, form: ChartForm): Exit {
  const design = designByName(name);
  const bounds = { design, vectors, messages: THREE };
  const instance = new AssignedInstance(bounds);
  const verdicts = ASSIGNED_PROPERTIES.map((property) => ({ property, verdict: instance.decide(property) }));
  if (form === 'text') printVerdicts(verdicts);
  const failing = OBJECTIONS.map((objection) => ({ objection, verdict: decideObjection(objection, design) })).filter(
    ({ verdict }) => verdict.result === 'fails',
  );
  for (const { objection, verdict } of failing) printObjection(design, objection, verdict, form);
  const others = verdicts.filter(
    ({ property, verdict }) =>
      verdict.result === 'fails' && !failing.some(({ objection }) => objection.property === property),
  );
  for (const { property, verdict } of others) {
    printChart(design, property, vectors, verdict, property.scene, form);
    if (property.beyond !== undefined) print(`${property.name}: ${property.beyond}`);
    print();
  }
  const broken = verdicts.filter(
    ({ property, verdict }) => verdict.result === 'fails' && property.beyond === undefined,
  );
  if (form === 'text') {
    print(
      `${design.name}: ${failing.length} of ${OBJECTIONS.length} objections apply; ` +
        `${verdicts.filter(({ verdict }) => verdict.result === 'holds').length} of ${verdicts.length} properties hold.`,
    );
  }
  return failing.length + broken.length > 0 ? EXIT.violated : EXIT.holds;
}

interface Decided {
  readonly property: AssignedProperty;
  readonly verdict: AssignedVerdict;
}

function printVerdicts(verdicts: readonly Decided[]): void {
  printTable(
    ['property', 'of', 'verdict', 'states', 'shortest trace'],
    verdicts.map(({ property, verdict }) => [
      property.name,
      property.number ?? '',
      verdict.result,
      verdict.states ?? '',
      verdict.path === undefined ? '' : `${verdict.path.length} steps`,
    ]),
  );
  for (const { property, verdict } of verdicts) {
    if (verdict.result === 'n/a')
      print(`n/a: ${property.name}: ${verdict.reason ?? 'nothing reachable meets its premise'}.`);
  }
  for (const [number, why] of Object.entries(NOT_HERE)) print(`n/a: ${number}: ${why}.`);
  print();
}

function printObjection(design: Design, objection: Objection, verdict: AssignedVerdict, form: ChartForm): void {
  if (form === 'text') {
    print(`${objection.of}: ${objection.words}`);
    if (objection.scene?.words !== undefined) print(`Asked ${objection.scene.words}.`);
  }
  printChart(design, objection.property, objection.vectors, verdict, objection.scene ?? objection.property.scene, form);
  if (form === 'text') print();
}

function printChart(
  design: Design,
  property: AssignedProperty,
  vectors: number,
  verdict: AssignedVerdict,
  scene: Scene | undefined,
  form: ChartForm,
): void {
  const { subject, trace } = traceVerdict({ design, vectors, messages: THREE }, property, verdict, scene);
  const cast = castOf(trace.machine);
  if (form === 'mermaid') return void process.stdout.write(printMermaid(trace, cast));
  for (const id of property.rules) print(`${id}: ${ruleById(id).text}`);
  print();
  process.stdout.write(printSequence(trace, cast));
  print(`Show it again: maskbit show ${packTrace(reduceTrace(subject, trace))}`);
}
