/**
 * `maskbit check --designs` and `maskbit check --design NAME`: the designs of the assigned device, held against what the review said
 * of the posted one.
 */
import { printMermaid } from '../checker/export/mermaid.ts';
import { printSequence } from '../checker/export/sequence.ts';
import { packTrace } from '../checker/trace/codec.ts';
import { reduceTrace } from '../checker/trace/trace.ts';
import { type Design, designByName, HANDED } from '../machines/designs.ts';
import type { AssignedBounds } from '../machines/device-context.ts';
import { THREE } from '../machines/messages.ts';
import { ASSIGNED_PROPERTIES, mayFail, NOT_OF_MACHINE } from '../properties/assigned/index.ts';
import { AssignedInstance } from '../properties/assigned/decide.ts';
import {
  boundsOf,
  decideObjection,
  HANDOVER_OBJECTIONS,
  type Objection,
  OBJECTIONS,
} from '../properties/assigned/objections.ts';
import type { AssignedProperty, AssignedVerdict, Scope } from '../properties/assigned/property.ts';
import { traceVerdict } from '../properties/assigned/trace.ts';
import { castOf } from '../properties/cast.ts';
import { ruleById } from '../spec/index.ts';
import { checkObjections } from './check/assigned.ts';
import { EXIT, type Exit, print, printRaw, printTable } from './report.ts';

/** Holds every design of the chain against every objection. */
export function checkDesigns(): Exit {
  const { clause, violations } = checkObjections();
  print(violations.count === 0 ? `holds: ${clause}.` : 'violated.');
  return violations.count === 0 ? EXIT.holds : EXIT.violated;
}

/** How traces are printed: in columns of text, or as a page of Markdown with diagrams. */
export type ChartForm = 'text' | 'mermaid';

/**
 * Decides every property of a design, and prints each objection that it does not meet as a message sequence.
 * @throws {RangeError} when there is no such design.
 */
export function checkDesign(name: string, form: ChartForm): Exit {
  const design = designByName(name);
  const bounds = { design, vectors: 1, messages: THREE };
  const instance = new AssignedInstance(bounds);
  const decided = instance.decideAll(ASSIGNED_PROPERTIES);
  const verdicts = ASSIGNED_PROPERTIES.map((property, index) => ({ property, verdict: decided[index] }));
  if (form === 'text') printVerdicts(verdicts);
  const asked = design === HANDED ? [...OBJECTIONS, ...HANDOVER_OBJECTIONS] : OBJECTIONS;
  const failing = asked
    .map((objection) => ({ objection, verdict: decideObjection(objection, design) }))
    .filter(({ verdict }) => verdict.result === 'fails');
  for (const { objection, verdict } of failing) printObjection(design, objection, verdict, form);
  const others = verdicts.filter(
    ({ property, verdict }) =>
      verdict.result === 'fails' && !failing.some(({ objection }) => objection.property === property),
  );
  for (const { property, verdict } of others) {
    printHead(`${property.name}: ${property.title}`, property.scope, form);
    printChart(bounds, property, verdict, property.scope, form);
    if (mayFail(property, design)) print(`${property.name}: ${property.beyond}`);
    print();
  }
  const broken = verdicts.filter(({ property, verdict }) => verdict.result === 'fails' && !mayFail(property, design));
  if (form === 'text') {
    print(
      `${design.name}: ${failing.length} of ${asked.length} objections apply; ` +
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
  for (const [number, why] of Object.entries(NOT_OF_MACHINE)) print(`n/a: ${number}: ${why}.`);
  print();
}

function printHead(head: string, scene: Scope | undefined, form: ChartForm): void {
  print(`${form === 'mermaid' ? '## ' : ''}${head}`);
  if (scene?.words !== undefined) print(`${form === 'mermaid' ? '\n' : ''}Asked ${scene.words}.`);
  if (form === 'mermaid') print();
}

function printObjection(design: Design, objection: Objection, verdict: AssignedVerdict, form: ChartForm): void {
  printHead(`${objection.of}: ${objection.words}`, objection.scope ?? objection.property.scope, form);
  printChart(
    boundsOf(objection, design),
    objection.property,
    verdict,
    objection.scope ?? objection.property.scope,
    form,
  );
  print();
}

function printChart(
  bounds: AssignedBounds,
  property: AssignedProperty,
  verdict: AssignedVerdict,
  scene: Scope | undefined,
  form: ChartForm,
): void {
  const { subject, trace } = traceVerdict(bounds, property, verdict, scene);
  const cast = castOf(trace.machine);
  for (const { id, title, text } of property.rules.map(ruleById))
    print(`${form === 'mermaid' ? '- ' : ''}${id} ${title}: ${text}`);
  print();
  if (form === 'mermaid') return printRaw(`\`\`\`mermaid\n${printMermaid(trace, cast)}\`\`\`\n`);
  printRaw(printSequence(trace, cast));
  for (const clause of verdict.clauses ?? []) print(`What fails of it: ${clause}`);
  if ('contrast' in property) print(property.contrast);
  print(`Show it again: maskbit show ${packTrace(reduceTrace(subject, trace))}`);
}
