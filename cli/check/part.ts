/**
 * What the parts of `maskbit check` share: the instances explored, what a part reports, and how a failure is told.
 */
import type { Finding } from '../../checker/decide/manifest.ts';
import type { Exploration } from '../../checker/explore/explore.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { writeTraceLink } from '../../checker/trace/link.ts';
import { ConformanceError, type Failure, kindOf, packPath, tellFailure } from '../../conformance/paths/failure.ts';
import { tellSteps } from '../../conformance/paths/story.ts';
import { rulesOfPath } from '../../conformance/paths/step-rules.ts';
import { FULL_INSTANCES, type Instance, instanceName, LARGER_INSTANCES } from '../../properties/instances.ts';
import { traceSubject } from '../../properties/subject.ts';
import { citedRules } from '../../spec/index.ts';
import { DEFAULT_PORT } from '../../inspector/server/address.ts';
import { print } from '../output.ts';

/** An instance explored whole. */
export interface Explored {
  readonly instance: Instance;
  readonly exploration: Exploration;
  readonly graph: StateGraph;
  /** Whether XState has explored it too, so that its graph is XState's own. Then everything else is held against it. */
  readonly isSmall: boolean;
}

/** What is violated. It is told the moment it is found, and of what differs in the same way only the first, which is the nearest. */
export class Violations {
  count = 0;
  private readonly kinds = new Map<string, number>();

  /** Adds one. @param kind What it has in common with others that need not be told again. */
  add(text: string, kind = text): void {
    this.count++;
    const alike = this.kinds.get(kind) ?? 0;
    this.kinds.set(kind, alike + 1);
    if (alike === 0) print(`violated: ${text}`);
  }

  /** Adds what a device differs in. */
  addFailure(failure: Failure, instance?: Instance): void {
    const shown =
      instance === undefined
        ? []
        : [`  Driven again by: ${commandOf(instance)}`, ...shownBy(packPath(instance, failure.path), 'The right run')];
    this.add([tellFailure(failure), ...shown].join('\n'), kindOf(failure));
  }

  /** Counts some that are like one that was told. */
  countAlike(count: number): void {
    this.count += count;
  }

  /** Runs what may find that a device differs. @returns Whether it does not. */
  run(work: () => void, instance?: Instance): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (error instanceof ConformanceError) this.addFailure(error.failure, instance);
      // What it throws before a step or between two, at a reset or a save.
      else this.add(`What is driven threw ${String(error)}; expected answers.`);
      return false;
    }
  }

  /** How many were not told, since they are like one that was. */
  get untold(): number {
    return this.count - this.kinds.size;
  }
}

/** How many places are violated, and how many of them were not told since they are like one that was. */
export type Tally = Pick<Violations, 'count' | 'untold'>;

/** What a part of the check comes to. */
export interface CheckSection {
  /** Its clause of the last line. */
  readonly clause: string;
  readonly violations: Tally;
  /** What is to be compared with the manifest. */
  readonly findings?: readonly Finding[];
  /** What a bound left undecided, in sentences. */
  readonly open?: readonly string[];
}

/** Begins a finding about an instance. */
export function findingOf(instance: Instance): Pick<Finding, 'machine' | 'instance'> {
  const { machine, instance: bounds } = traceSubject(instance);
  return { machine: machine.id, instance: bounds };
}

/** The command that drives the code against an instance again. */
function commandOf(instance: Instance): string {
  const { machine, design } = instance;
  if (design !== undefined) return `maskbit check --only ${design.name.split(' ')[0]}`;
  if (machine.id === 'host-function') return `maskbit check --only ${machine.id}`;
  const name = instanceName(instance);
  const isLarge = [...LARGER_INSTANCES, ...FULL_INSTANCES].some((each) => instanceName(each) === name);
  return `maskbit check ${isLarge ? '--full ' : ''}--only "${name}"`;
}

/** The command that shows a packed trace again, and the link to it on the page of the inspector. */
export function shownBy(packed: string, what = 'Shown again'): readonly string[] {
  const page = `http://localhost:${DEFAULT_PORT}/`;
  return [
    `  ${what} by: maskbit show ${packed}`,
    `  On the page of maskbit inspect: ${writeTraceLink({ packed, step: undefined }, page)}`,
  ];
}

/**
 * Tells a path as a story, with the command that shows it again.
 * @param rules What the machine says of the last step is told where it cites one of these; where none does, all of it.
 */
export function tellPath(head: string, instance: Instance, path: readonly string[], rules: readonly string[]): string {
  const { sentences } = rulesOfPath(instance.machine, path);
  const near = sentences.filter((sentence) => citedRules(sentence).some((rule) => rules.includes(rule)));
  return [
    head,
    ...(near.length > 0 ? near : sentences).map((sentence) => `  Rule of the last step: ${sentence}`),
    ...tellSteps(path),
    ...shownBy(packPath(instance, path)),
  ].join('\n');
}
