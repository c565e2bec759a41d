/**
 * What the examples share: a machine, its alphabet and claims about it, and how the verdicts are told.
 */
import type { AnyStateMachine } from 'xstate';
import { compile } from '../compile/compile.ts';
import type { Claim } from '../decide/claim.ts';
import { decide } from '../decide/decide.ts';
import { explore } from '../explore/explore.ts';
import { tellTrace } from '../trace/text.ts';
import { makeTrace } from '../trace/trace.ts';

/** A machine with claims about it. */
export interface Example {
  readonly machine: AnyStateMachine;
  readonly events: readonly string[];
  readonly claims: readonly Claim[];
}

/** Decides all claims, and tells each verdict; of a failure, with the shortest run that shows it. */
export function tellExample({ machine, events, claims }: Example): string {
  const compiled = compile(machine, events);
  const exploration = explore(compiled);
  const { states, transitions } = exploration.summary;
  const verdicts = decide(exploration, claims).map(({ claim, result, counterexample }) => {
    const head = `${claim.name}: ${result}. ${claim.title}`;
    if (counterexample === undefined) return head;
    return `${head}\n${tellTrace(makeTrace(compiled, counterexample))}`;
  });
  return [`${machine.id}: ${states} states, ${transitions} transitions`, ...verdicts].join('\n');
}
