/**
 * Conditions: guards and predicates over states, as programs of tests.
 */
import type { AnyStateMachine } from 'xstate';
import { ArgumentError, tell, tellNames } from '../argument/argument.ts';
import { COMPILED, type CompiledMachine, type Layout, NO, YES } from './format.ts';
import { type GuardExpression, machineGuards } from '../machine/guard.ts';
import { bitsActive } from './layout.ts';
import { matchedNodes } from '../machine/matching.ts';
import { requireExpression } from '../machine/value.ts';
import { type Program, ProgramBuilder } from './program.ts';
import { holds } from './step.ts';

/** What a guard is compiled with. */
export interface ConditionContext {
  readonly machine: AnyStateMachine;
  readonly layout: Layout;
  readonly guards: ReadonlyMap<string, GuardExpression>;
  readonly builder: ProgramBuilder;
}

/** The program that goes on with `yes` if the expression holds, and with `no` if not. */
export function conditionProgram(
  context: ConditionContext,
  expression: GuardExpression,
  yes: Program,
  no: Program,
): Program {
  const { machine, layout, guards, builder } = context;
  switch (expression.kind) {
    case 'named': {
      const named = guards.get(expression.name);
      if (named !== undefined) return conditionProgram(context, named, yes, no);
      const names = [...guards.keys()];
      throw new ArgumentError(
        `Got the guard ${tell(expression.name)}; expected one of ${machine.id}: ${tellNames(names) || 'it has none'}.`,
      );
    }
    case 'stateIn': {
      const bits = bitsActive(layout, matchedNodes(machine, expression.value));
      return bits === undefined ? no : builder.test(bits, yes, no);
    }
    case 'and':
      return expression.parts.reduceRight<Program>((rest, part) => conditionProgram(context, part, rest, no), yes);
    case 'or':
      return expression.parts.reduceRight<Program>((rest, part) => conditionProgram(context, part, yes, rest), no);
    case 'not':
      return conditionProgram(context, expression.part, no, yes);
  }
}

/**
 * Compiles an expression over the states of a compiled machine, which may name the guards of the machine.
 * Returns a function that says whether it holds in the state that begins at `from` in `states`.
 * @throws {RangeError} when it names a guard or a state that the machine does not have.
 */
export function compileCondition(
  compiled: CompiledMachine,
  expression: GuardExpression,
): (states: Int32Array, from: number) => boolean {
  const { machine } = COMPILED.require('compiled of compileCondition', compiled);
  const read = requireExpression('expression of compileCondition', expression);
  const builder = new ProgramBuilder();
  const context = { machine, layout: compiled, guards: machineGuards(machine), builder };
  const start = builder.addressOf(conditionProgram(context, read, YES, NO));
  const { code } = builder.write();
  return (states, from) => holds(code, start, states, from);
}
