/**
 * The part of the check that decides claims about whole runs, each with its twin without an assumption, which must fail.
 */
import { pinVerdict, type PinnedVerdict } from '../../checker/decide/manifest.ts';
import { type Instance, instanceName } from '../../properties/instances.ts';
import { TEMPORAL_PROPERTIES, type TemporalProperty, type TemporalVerdict } from '../../properties/temporal.ts';
import { print, printTable } from '../report.ts';
import type { Budget } from './budget.ts';
import type { Only } from './only.ts';
import { type Explored, findingOf, type CheckSection, tellPath, Violations } from './part.ts';

/** Decides every claim about runs for every instance that it is about. */
export function checkRuns(explored: readonly Explored[], budget: Budget, only: Only): CheckSection {
  const violations = new Violations();
  const open: string[] = [];
  const findings: NonNullable<CheckSection['findings']>[number][] = [];
  const pairs = TEMPORAL_PROPERTIES.filter(({ name }) => only.property(name)).flatMap((property) =>
    explored.filter(({ instance }) => property.applies(instance)).map(({ instance }) => ({ property, instance })),
  );
  const rows = pairs.map(({ property, instance }) => {
    const name = instanceName(instance);
    if (budget.isOver) {
      open.push(`The time was up before ${property.name} in ${name}.`);
      return [property.name, name, 'open', 'open'];
    }
    const verdict = property.decide(instance);
    const twin = property.decideWithout(instance);
    if (verdict.result !== 'holds') violations.add(tellFailure(property, instance, verdict));
    if (twin.result !== 'fails') violations.add(`${property.name} holds without its assumption, which is idle.`);
    const verdicts = { [property.name]: pin(verdict), [`${property.name} without its assumption`]: pin(twin) };
    findings.push({ ...findingOf(instance), verdicts });
    return [property.name, name, verdict.result, `${twin.result}: ${tellLasso(twin)}`];
  });
  printTable(['property of runs', 'instance', 'verdict', 'without its assumption'], rows);
  print('In brackets: what happens for ever.');
  print();
  return { clause: `${TEMPORAL_PROPERTIES.length} properties of runs`, violations, open, findings };
}

function pin(verdict: TemporalVerdict): PinnedVerdict {
  const { result, path = [], loop } = verdict;
  if (result !== 'open') return pinVerdict(result, { path, loop });
  throw new Error('Got an open verdict on an instance that was explored whole; expected one that is decided.');
}

function tellLasso({ path = [], loop }: TemporalVerdict): string {
  return [...path, ...(loop === undefined ? [] : [`(${loop.join(' ') || 'nothing'})`])].join(' ');
}

function tellFailure({ name, rules, title }: TemporalProperty, instance: Instance, { path = [] }: TemporalVerdict) {
  return tellPath(`${name} [${rules.join(', ')}] in ${instanceName(instance)}.\n  ${title}`, instance, path, rules);
}
