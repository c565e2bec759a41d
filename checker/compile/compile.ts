/**
 * The compiler: from an XState machine of the subset to the tables of `format.ts`. It reads the machine itself, as XState
 * holds it, so there is one specification.
 *
 * XState selects transitions from the root down: the current child of a compound state goes before the state itself, each
 * region of a parallel state selects for itself, and the parallel state only where none of them did. The program
 * of an event is that selection, unrolled, with every state that has no say in the event left out.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { COMPILED, type CompiledMachine, type CompiledTransition, type Layout, NO, YES } from './format.ts';
import { Conditions } from './condition.ts';
import { readGuard } from '../machine/guard.ts';
import { type Bits, bitsActive, bitsCurrent, bitsWritten, layoutOf, packNodes } from './layout.ts';
import { type Alphabet, type Events, readAlphabet } from '../machine/alphabet.ts';
import { nameOutput, type NameOutput, outputOf, requireNameOutput } from '../machine/output.ts';
import { type Program, ProgramBuilder } from './program.ts';
import { admit } from '../machine/subset.ts';
import {
  ancestorsOf,
  childrenOf,
  domainOf,
  enteredBy,
  inConflict,
  initialNodes,
  isForbidding,
  nodesOf,
  targetsOf,
  type Transition,
} from '../machine/transition-sets.ts';

/**
 * Compiles `machine` for the events of an alphabet: all that it has, unless some are left out. An event that is left out never
 * happens, and every verdict says so.
 * @throws {SubsetError} when the machine is outside of the subset.
 * @throws {ArgumentError} when the alphabet names what the machine does not have, or leaves an event out without saying so.
 */
export function compile(machine: AnyStateMachine, events?: Alphabet, name: NameOutput = nameOutput): CompiledMachine {
  const admitted = admit('machine of compile', machine);
  const alphabet = readAlphabet('events of compile', admitted, events);
  const checkedName = requireNameOutput('name of compile', name);
  return COMPILED.mark(new Compiler(admitted, checkedName).compile(alphabet));
}

/** The same where fewer events happen, without reading the machine once more. */
export function narrow(compiled: CompiledMachine, happens: (event: string) => boolean): CompiledMachine {
  const { events, without } = compiled;
  // The code is one of its own, by which a symmetry knows its machine: one of the whole alphabet need be none of a part.
  return COMPILED.mark({
    ...compiled,
    events: events.filter(happens),
    without: [...without, ...events.filter((event) => !happens(event))],
    starts: compiled.starts.filter((_, event) => happens(events[event])),
    code: compiled.code.slice(),
  });
}

/** Where the selection goes on: when a transition was taken in the state at hand, and when none was. */
interface Continuation {
  readonly taken: Program;
  readonly none: Program;
}

/** What taking a transition comes to: its number, the bits that it writes, and the transitions that it gives way to. */
interface Taking {
  readonly number: number;
  readonly written: readonly Bits[];
  readonly rivals: readonly number[];
}

class Compiler {
  readonly machine: AnyStateMachine;
  readonly layout: Layout;
  readonly builder = new ProgramBuilder();
  private readonly conditions: Conditions;
  private readonly name: NameOutput;
  private readonly nodes: readonly AnyStateNode[];
  private readonly numbers = new Map<Transition, number>();
  /** The transitions of each event that have targets. */
  private readonly listeners = new Map<string, Listeners>();
  private readonly outputs = new Map<string, number>();
  private readonly takings = new Map<Transition, Taking>();

  constructor(machine: AnyStateMachine, name: NameOutput) {
    this.machine = machine;
    this.name = name;
    this.layout = layoutOf(machine);
    this.conditions = new Conditions(machine, this.layout, this.builder);
    this.nodes = nodesOf(machine.root);
    for (const transition of this.nodes.flatMap(transitionsOf)) {
      this.numbers.set(transition, this.numbers.size);
      if (targetsOf(transition).length > 0) this.listen(transition);
    }
  }

  compile({ events, without }: Events): CompiledMachine {
    const { machine, layout, builder } = this;
    const programs = events.map((event) => this.select(machine.root, event, { taken: NO, none: NO }));
    const transitions = [...this.numbers.keys()].map((transition) => this.compileTransition(transition));
    const nodes = this.nodes.map((node) => ({ node, active: this.active(node) }));
    return {
      ...layout,
      machine,
      events,
      without,
      name: this.name,
      outputs: [...this.outputs.keys()],
      transitions,
      nodes,
      initial: packNodes(layout, initialNodes(machine.root)),
      starts: Int32Array.from(programs, (program) => builder.addressOf(program)),
      ...builder.write(),
    };
  }

  private listen(transition: Transition): void {
    const listeners = this.listeners.get(transition.eventType) ?? { of: new Map(), within: new Map() };
    this.listeners.set(transition.eventType, listeners);
    const domain = domainOf(transition);
    push(listeners.of, domain, transition);
    for (const node of aroundDomain(domain)) push(listeners.within, node, transition);
  }

  // ---- Selection

  /** The program that selects the transitions of `event` in `node`, given that it is active. */
  private select(node: AnyStateNode, event: string, next: Continuation): Program {
    const own = this.selectOwn(node, event, next);
    if (node.type === 'compound') return this.selectChild(node, event, { taken: next.taken, none: own });
    if (node.type === 'parallel') return this.selectRegions(node, event, { taken: next.taken, none: own });
    return own;
  }

  /** The first transition of the node itself whose guard holds. */
  private selectOwn(node: AnyStateNode, event: string, next: Continuation): Program {
    const candidates = (node.transitions.get(event) ?? []) as Transition[];
    return candidates.reduceRight<Program>((other, candidate) => {
      const take = this.take(candidate, event, next.taken);
      return candidate.guard ? this.conditions.program(readGuard(candidate.guard), take, other) : take;
    }, next.none);
  }

  /** A chain of tests for the current child. The program that most children share needs none. */
  private selectChild(node: AnyStateNode, event: string, next: Continuation): Program {
    const children = childrenOf(node).map((child) => ({ child, program: this.select(child, event, next) }));
    const common = mostFrequent(children.map(({ program }) => program));
    return children.reduceRight<Program>((other, { child, program }) => {
      if (program === common) return other;
      return this.builder.test(bitsCurrent(this.layout, child), program, other);
    }, common);
  }

  /** One region after the other. What follows depends on whether any region took a transition. */
  private selectRegions(node: AnyStateNode, event: string, next: Continuation): Program {
    const regions = childrenOf(node);
    const last = regions.reduceRight<Continuation>(({ taken, none }, region) => {
      const ifTaken = this.select(region, event, { taken, none: taken });
      return { taken: ifTaken, none: taken === none ? ifTaken : this.select(region, event, { taken, none }) };
    }, next);
    return last.none;
  }

  /** Takes a transition. One that forbids its event is selected, but nothing is taken. */
  private take(transition: Transition, event: string, next: Program): Program {
    if (isForbidding(transition)) return next;
    const { number, written, rivals } = this.takingOf(transition, event);
    return this.builder.take(number, written, rivals, next);
  }

  /** What taking a transition comes to, whatever follows: worked out once. */
  private takingOf(transition: Transition, event: string): Taking {
    const known = this.takings.get(transition);
    if (known !== undefined) return known;
    const number = this.numbers.get(transition) as number;
    const rivals = this.rivalsOf(transition, event).filter((other) => {
      return (this.numbers.get(other) as number) < number && inConflict(transition, other);
    });
    const written =
      targetsOf(transition).length === 0
        ? []
        : bitsWritten(this.layout, domainOf(transition) ?? this.machine.root, enteredBy(transition));
    const numbers = rivals.map((rival) => this.numbers.get(rival) as number).toSorted((one, other) => one - other);
    const taking = { number, written, rivals: numbers };
    this.takings.set(transition, taking);
    return taking;
  }

  /** The transitions that could leave what a transition leaves: of two that do, what one leaves lies within what the other does. */
  private rivalsOf(transition: Transition, event: string): readonly Transition[] {
    const listeners = this.listeners.get(event);
    if (listeners === undefined || targetsOf(transition).length === 0) return [];
    const domain = domainOf(transition);
    const [, ...around] = aroundDomain(domain);
    return [...(listeners.within.get(domain) ?? []), ...around.flatMap((node) => listeners.of.get(node) ?? [])];
  }

  // ---- What a step tells

  private compileTransition(transition: Transition): CompiledTransition {
    const guard = transition.guard ? this.conditions.program(readGuard(transition.guard), YES, NO) : YES;
    const isMove = targetsOf(transition).length > 0;
    const domain = domainOf(transition);
    const below = !isMove ? [] : domain === undefined ? this.nodes : nodesOf(domain).slice(1);
    const left = below.filter((node) => node.exit.length > 0);
    const entered = isMove ? enteredBy(transition) : [];
    return {
      transition,
      active: this.active(transition.source),
      guard: this.builder.addressOf(guard),
      outputs: this.numberOutputs(transition.actions),
      exits: left
        .toReversed()
        .map((node) => ({ condition: this.active(node), outputs: this.numberOutputs(node.exit) })),
      entries: entered.flatMap((node) => this.numberOutputs(node.entry)),
    };
  }

  /** The condition that a state is active. */
  private active(node: AnyStateNode): number {
    return this.builder.addressOf(this.builder.test(bitsActive(this.layout, [node]) as Bits[], YES, NO));
  }

  private numberOutputs(actions: readonly unknown[]): number[] {
    return actions.map((action) => {
      const output = outputOf(action, this.name);
      const number = this.outputs.get(output) ?? this.outputs.size;
      this.outputs.set(output, number);
      return number;
    });
  }
}

/** The transitions of one event, by the node that is their domain, and by each that their domain is or lies in. */
interface Listeners {
  readonly of: Map<AnyStateNode | undefined, Transition[]>;
  readonly within: Map<AnyStateNode | undefined, Transition[]>;
}

/** A domain, what is around it, and what stands above the root. */
function aroundDomain(domain: AnyStateNode | undefined): (AnyStateNode | undefined)[] {
  return domain === undefined ? [undefined] : [domain, ...ancestorsOf(domain), undefined];
}

function push<Key>(lists: Map<Key, Transition[]>, key: Key, transition: Transition): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [transition]);
  else list.push(transition);
}

/** The transitions of one state, in the order in which they are written. */
function transitionsOf(node: AnyStateNode): Transition[] {
  return [...node.transitions.values()].flat();
}

/** The program that occurs most often; the first of those that do. */
function mostFrequent(programs: readonly Program[]): Program {
  const counts = new Map<Program, number>();
  for (const program of programs) counts.set(program, (counts.get(program) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return programs.find((program) => counts.get(program) === most) as Program;
}
