/**
 * Conditions: guards and predicates over states, as programs of tests.
 */
import type { AnyStateMachine } from 'xstate';
import { ArgumentError, tell, tellNames } from '../argument/argument.ts';
import { COMPILED, type CompiledMachine, type Layout, NO, YES } from './format.ts';
import { type Diagram, Diagrams } from './diagram.ts';
import { type GuardExpression, machineGuards, sizeOf } from '../machine/guard.ts';
import { type Bits, bitsActive, bitsCurrent } from './layout.ts';
import { matchedNodes } from '../machine/matching.ts';
import { ancestorsOf } from '../machine/transition-sets.ts';
import { requireExpression } from '../machine/value.ts';
import { type Program, ProgramBuilder } from './program.ts';
import { holds } from './step.ts';

/** What guards are compiled with. */
export class Conditions {
  private readonly machine: AnyStateMachine;
  private readonly layout: Layout;
  private readonly guards: ReadonlyMap<string, GuardExpression>;
  private readonly builder: ProgramBuilder;
  private readonly diagrams = new Diagrams();
  /** The diagrams of the guards that have names, each made once. */
  private readonly named = new Map<string, Diagram>();
  /** The bits of expressions: those of guards with names are asked for again and again. */
  private readonly known = new Map<GuardExpression, Bits[] | undefined>();

  constructor(machine: AnyStateMachine, layout: Layout, builder: ProgramBuilder) {
    this.machine = machine;
    this.layout = layout;
    this.guards = machineGuards(machine);
    this.builder = builder;
  }

  /** The program that goes on with `yes` if the expression holds, and with `no` if not. */
  program(expression: GuardExpression, yes: Program, no: Program): Program {
    // Written as it stands, a guard is tested in the order in which it is written.
    if (sizeOf(expression, this.guards) <= DIRECT_PARTS) return this.direct(expression, yes, no);
    return this.written(this.diagramOf(expression), yes, no);
  }

  private direct(expression: GuardExpression, yes: Program, no: Program): Program {
    switch (expression.kind) {
      case 'named':
        return this.direct(this.guardNamed(expression.name), yes, no);
      case 'stateIn': {
        const bits = this.bitsOf(expression);
        return bits === undefined ? no : this.builder.test(bits, yes, no);
      }
      case 'and':
        return expression.parts.reduceRight<Program>((rest, part) => this.direct(part, rest, no), yes);
      case 'or':
        return expression.parts.reduceRight<Program>((rest, part) => this.direct(part, yes, rest), no);
      case 'not':
        return this.direct(expression.part, no, yes);
    }
  }

  /** The bits that say that a state is active; nothing where it never is. */
  private bitsOf(expression: Extract<GuardExpression, { kind: 'stateIn' }>): Bits[] | undefined {
    if (!this.known.has(expression)) {
      this.known.set(expression, bitsActive(this.layout, matchedNodes(this.machine, expression.value)));
    }
    return this.known.get(expression);
  }

  private diagramOf(expression: GuardExpression): Diagram {
    const { diagrams } = this;
    switch (expression.kind) {
      case 'named': {
        const known = this.named.get(expression.name) ?? this.diagramOf(this.guardNamed(expression.name));
        this.named.set(expression.name, known);
        return known;
      }
      case 'stateIn': {
        const nodes = matchedNodes(this.machine, expression.value);
        if (bitsActive(this.layout, nodes) === undefined) return false;
        const around = new Set(nodes.flatMap((node) => [node, ...ancestorsOf(node)]));
        const tests = [...around].flatMap((node) => bitsCurrent(this.layout, node));
        return tests.reduce<Diagram>((all, test) => diagrams.and(all, diagrams.of(test)), true);
      }
      case 'and':
        // From the last to the first, as tests mostly stand in their order: so little is made that is not kept.
        return expression.parts.reduceRight<Diagram>((all, part) => diagrams.and(this.diagramOf(part), all), true);
      case 'or':
        return expression.parts.reduceRight<Diagram>((any, part) => diagrams.or(this.diagramOf(part), any), false);
      case 'not':
        return diagrams.not(this.diagramOf(expression.part));
    }
  }

  private written(diagram: Diagram, yes: Program, no: Program): Program {
    const programs = new Map<Diagram, Program>([
      [true, yes],
      [false, no],
    ]);
    const write = (each: Diagram): Program => {
      const known = programs.get(each);
      if (known !== undefined || typeof each === 'boolean') return known as Program;
      const program = this.builder.test([each.test], write(each.yes), write(each.no));
      programs.set(each, program);
      return program;
    };
    return write(diagram);
  }

  private guardNamed(name: string): GuardExpression {
    const named = this.guards.get(name);
    if (named !== undefined) return named;
    const names = tellNames([...this.guards.keys()]) || 'it has none';
    throw new ArgumentError(`Got the guard ${tell(name)}; expected one of ${this.machine.id}: ${names}.`);
  }
}

/** Up to so many parts, a guard is written as it stands. */
const DIRECT_PARTS = 1000;

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
  const start = builder.addressOf(new Conditions(machine, compiled, builder).program(read, YES, NO));
  const { code } = builder.write();
  return (states, from) => holds(code, start, states, from);
}
