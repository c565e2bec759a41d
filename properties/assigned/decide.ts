/**
 * Decides properties of instances of the assigned device. An exploration serves every property that asks the same monitors in
 * the same scope.
 */
import type { AssignedBounds } from '../../machines/device-context.ts';
import type { AnyStateMachine, StateValue } from 'xstate';
import { compile, narrow } from '../../checker/compile/compile.ts';
import { type CompiledMachine } from '../../checker/compile/format.ts';
import { unpackValue } from '../../checker/compile/layout.ts';
import { Stepper } from '../../checker/compile/step.ts';
import type { Claim, Decision } from '../../checker/decide/claim.ts';
import { decide, startAt } from '../../checker/decide/decide.ts';
import { mutate } from '../../checker/machine/mutate.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import type { ExploreOptions } from '../../checker/explore/tally.ts';
import { createAssignedDevice } from '../../machines/assigned-device.ts';
import { type MonitorName, withNeeds } from '../../machines/monitors.ts';
import {
  type AssignedProperty,
  type AssignedVerdict,
  claimOf,
  type ClaimProperty,
  type RunsProperty,
  type Scope,
} from './property.ts';

/** From the start, with every event. */
const EVERYWHERE: Scope = {};

/** The explorations of one instance, each made once. */
export class AssignedInstance {
  readonly bounds: AssignedBounds;
  private readonly options: ExploreOptions;
  /** By scope, and within a scope by the monitors. */
  private readonly explored = new Map<Scope, Map<string, Exploration>>();
  /** The exploration that each property was decided on last. */
  private readonly decidedOn = new Map<AssignedProperty, Exploration>();
  /** By the monitors. */
  private readonly wholes = new Map<string, CompiledMachine>();
  private readonly mutant: string | undefined;

  /** @param mutant The name of a mutant, to explore that in the place of the machine. */
  constructor(bounds: AssignedBounds, options: ExploreOptions = {}, mutant?: string) {
    this.bounds = bounds;
    this.options = options;
    this.mutant = mutant;
  }

  /** Explores the instance with some monitors, in a scope. */
  readonly explore = (monitors: readonly MonitorName[] = [], scope: Scope = EVERYWHERE): Exploration => {
    const names = withNeeds(monitors);
    const inScope = this.explored.get(scope) ?? new Map<string, Exploration>();
    this.explored.set(scope, inScope);
    let exploration = inScope.get(names.join());
    if (exploration === undefined) {
      exploration = explore(this.compile(names, scope), this.options);
      inScope.set(names.join(), exploration);
    }
    return exploration;
  };

  /** Decides a property, in its own scope or in another one. */
  decide(property: AssignedProperty, scope: Scope = property.scope ?? EVERYWHERE): AssignedVerdict {
    return this.decideAll([property], scope)[0];
  }

  /** The exploration that a property was decided on. @throws where it was not decided by a claim. */
  exploredFor(property: AssignedProperty): Exploration {
    const exploration = this.decidedOn.get(property);
    if (exploration !== undefined) return exploration;
    throw new Error(`Got ${property.name}, which was not decided by a claim; expected one that was.`);
  }

  /** Decides several properties, each in its own scope or all in another one: those that ask the same monitors together. */
  decideAll(properties: readonly AssignedProperty[], scope?: Scope): AssignedVerdict[] {
    return this.decideWith(properties, scope, ({ monitors }) => monitors);
  }

  /** The same, each in its own scope, in fewer explorations: the states that a verdict tells are more. Where they meet a bound, those that are open are decided by themselves. */
  decideTogether(properties: readonly AssignedProperty[]): AssignedVerdict[] {
    const verdicts = this.decideWith(properties, undefined, (property) => widest(property, properties));
    const open = properties.filter((_, index) => verdicts[index].result === 'open');
    if (open.length === 0) return verdicts;
    const again = this.decideAll(open);
    return verdicts.map((verdict, index) => again[open.indexOf(properties[index])] ?? verdict);
  }

  private decideWith(
    properties: readonly AssignedProperty[],
    scope: Scope | undefined,
    monitorsOf: (property: ClaimProperty) => readonly MonitorName[],
  ): AssignedVerdict[] {
    const verdicts = new Map<AssignedProperty, AssignedVerdict>();
    const claims = new Map<Exploration, ClaimProperty[]>();
    for (const property of properties) {
      const place = scope ?? property.scope ?? EVERYWHERE;
      const reason = property.notFor?.(this.bounds);
      if (reason !== undefined) verdicts.set(property, { property: property.name, result: 'n/a', reason });
      else if ('compare' in property) verdicts.set(property, this.compare(property, place));
      else {
        const exploration = this.explore(monitorsOf(property), place);
        this.decidedOn.set(property, exploration);
        claims.set(exploration, [...(claims.get(exploration) ?? []), property]);
      }
    }
    for (const [exploration, asked] of claims) {
      const decisions = decide(
        exploration,
        asked.map((each) => fairIn(claimOf(each, this.bounds), exploration)),
      );
      for (const [index, decision] of decisions.entries())
        verdicts.set(asked[index], verdictOf(asked[index], exploration, decision));
    }
    return properties.map((property) => verdicts.get(property)!);
  }

  private compare({ name, compare }: RunsProperty, scope: Scope): AssignedVerdict {
    const { same, pairs, path } = compare(this, scope);
    return { property: name, result: same ? 'holds' : 'fails', states: pairs, path };
  }

  private compile(monitors: readonly MonitorName[], { after = [], without = () => false }: Scope): CompiledMachine {
    const whole = this.compileWhole(monitors);
    const asked = narrow(whole, (event) => !without(event));
    // What leads to where the scope begins may be left out from there on.
    return after.length === 0 ? asked : startAt(asked, stateAfter(whole, after));
  }

  /** The machine with monitors and all of its events: one for all scopes. */
  private compileWhole(monitors: readonly MonitorName[]): CompiledMachine {
    let whole = this.wholes.get(monitors.join());
    if (whole === undefined) {
      const { machine, events } = createAssignedDevice({ ...this.bounds, monitors });
      whole = compile(this.mutant === undefined ? machine : mutantByName(machine, this.mutant), events);
      this.wholes.set(monitors.join(), whole);
    }
    return whole;
  }
}

/**
 * The monitors of a property, or more where another one in its scope asks for these and more. A monitor only looks on, so the runs are the same,
 * and so is what is found first of them: the first of the shortest in the order of the alphabet. A property without monitors keeps to the machine alone,
 * whose states are counted anyway.
 */
function widest(property: ClaimProperty, properties: readonly AssignedProperty[]): readonly MonitorName[] {
  const own = withNeeds(property.monitors);
  if (own.length === 0) return own;
  const wider = properties
    .flatMap((each) => ('compare' in each || each.scope !== property.scope ? [] : [withNeeds(each.monitors)]))
    .filter((monitors) => own.every((name) => monitors.includes(name)));
  const isWidest = (monitors: readonly MonitorName[]): boolean =>
    wider.every((other) => other.length <= monitors.length || monitors.some((name) => !other.includes(name)));
  return wider.filter(isWidest).reduce((least, monitors) => (monitors.length < least.length ? monitors : least));
}

function mutantByName(machine: AnyStateMachine, name: string): AnyStateMachine {
  const mutant = mutate(machine).find((each) => each.name === name);
  if (mutant !== undefined) return mutant.machine;
  throw new RangeError(`Got the mutant "${name}"; expected the name of one of ${machine.id}.`);
}

function verdictOf(
  { name }: ClaimProperty,
  { compiled, summary }: Exploration,
  { result, counterexample, clauses }: Decision,
): AssignedVerdict {
  const names = (numbers: readonly number[] | undefined) => numbers?.map((number) => compiled.events[number]);
  const { path, loop } = counterexample ?? {};
  return { property: name, result, states: summary.states, path: names(path), loop: names(loop), clauses };
}

/** A claim without the fairness of events that do not happen in a scope. */
function fairIn(claim: Claim, { compiled }: Exploration): Claim {
  if (claim.kind !== 'leadsTo') return claim;
  const happen = claim.fairness.filter(({ events }) => events.every((event) => compiled.events.includes(event)));
  return { ...claim, fairness: happen };
}

/** The state after some events, of which the machine ignores what it ignores. */
export function stateAfter(compiled: CompiledMachine, names: readonly string[]): StateValue {
  const stepper = new Stepper(compiled);
  let here: Int32Array = compiled.initial.slice();
  for (const name of names) {
    const event = compiled.events.indexOf(name);
    if (event < 0) continue;
    const next = new Int32Array(compiled.wordCount);
    stepper.stepWords(here, 0, event, next, 0);
    here = next;
  }
  return unpackValue(compiled, here);
}
