/**
 * The stories of the review: an objection on its shortest run in the patch as it was posted, beside the reviewed design on the same
 * events; and where two runs are compared, beside the other run. Nothing of it is a recording: machines and checker make it anew.
 */
import { makeTrace, type Trace, type TraceSubject } from '../../checker/trace/trace.ts';
import { type Regions, regionsOf } from '../../checker/machine/regions.ts';
import { outputSentence } from '../../machines/alphabet.ts';
import { type Design, POSTED, REVIEWED } from '../../machines/designs.ts';
import { stateAfter } from '../../properties/assigned/decide.ts';
import { boundsOf, decideObjection, type Objection, OBJECTIONS } from '../../properties/assigned/objections.ts';
import { exchange, exchangeState } from '../../properties/exchange.ts';
import type { AssignedVerdict, Scope } from '../../properties/assigned/property.ts';
import { createInstance } from '../../properties/instances.ts';
import { compiledSubject } from '../../properties/subject.ts';
import type { Story, StoryColumn, StoryStep } from './messages.ts';

/** The objection that a run tells; undefined where it tells none. */
export function objectionOf({ machine, instance, start, steps, events, verdict }: Trace): Objection | undefined {
  if (machine !== 'assigned-device' || verdict === undefined) return undefined;
  const { vectors = 1, vcpus = 1 } = instance;
  return OBJECTIONS.find((objection) => {
    const { property, vectors: count = 1, vcpus: processors = 1 } = objection;
    const scene = sceneOf(objection);
    if (instance.design !== boundsOf(objection, POSTED).design.name) return false;
    if (property.name !== verdict.property || count !== vectors || processors !== vcpus) return false;
    if (steps.some(({ event }) => scene.without?.(events[event]) === true)) return false;
    const { machine: whole, compiled } = subjectOf(objection, POSTED);
    const begins = regionsOf(whole, stateAfter(compiled, scene.after ?? []));
    return Object.entries(begins).every(([name, child]) => start[name] === child);
  });
}

/** Where an objection is asked: in a scene of its own, or in that of its property. */
const sceneOf = ({ scope, property }: Objection): Scope => scope ?? property.scope ?? {};

const subjectOf = (objection: Objection, design: Design) =>
  compiledSubject(createInstance('assigned-device', boundsOf(objection, design)));

const verdicts = new Map<Objection, AssignedVerdict>();

/** What is decided of an objection in the patch as it was posted: its trace, its proof and its story rest on it, and it is decided once. */
export function postedVerdict(objection: Objection): AssignedVerdict {
  const verdict = verdicts.get(objection) ?? decideObjection(objection, POSTED);
  verdicts.set(objection, verdict);
  return verdict;
}

/** Whether a trace is this run: its path, and what is repeated after it. */
export function isRun({ steps, events, loop }: Trace, path: readonly string[], repeated: readonly string[]): boolean {
  const names = steps.map(({ event }) => events[event]);
  return names.join() === [...path, ...repeated].join() && (loop ?? names.length) === path.length;
}

/** Tells the story of a run; undefined where it is none of the review, or no run that breaks what it claims. */
export function tellStory(trace: Trace): Story | undefined {
  const objection = objectionOf(trace);
  if (objection === undefined) return undefined;
  const { path = [], loop = [] } = postedVerdict(objection);
  if (!isRun(trace, path, loop)) return undefined;
  const { name, title, of: point, words, property } = objection;
  const events = trace.steps.map(({ event }) => trace.events[event]);
  const columns: StoryColumn[] = [
    {
      title: 'The patch as posted',
      steps: trace.steps.map(stepOf),
      ending: { breaks: true, sentence: `Broken: ${property.title}` },
    },
  ];
  if ('compare' in property) columns.push(otherRun(objection, events));
  columns.push(reviewed(objection, events));
  return { name: `posted-${name}`, title, point, words, scene: sceneOf(objection).words, events, columns };
}

/** The reviewed design on the same events. Those that it has not are left out; those that it ignores change nothing. */
function reviewed(objection: Objection, events: readonly string[]): StoryColumn {
  const subject = subjectOf(objection, REVIEWED);
  const steps = follow(subject, sceneOf(objection).after ?? [], events);
  const { result, states = 0 } = decideObjection(objection, REVIEWED);
  const breaks = result !== 'holds';
  const sentence = breaks
    ? `Broken here too: ${objection.property.title}`
    : `Holds, on these events and on all others: ${states.toLocaleString('en-US')} states, none breaks it.`;
  return { title: 'With what the review asked for', steps, ending: { breaks, sentence } };
}

/** The run that a comparison compares with: the same patch, zero and A exchanged in all that the guest does. */
function otherRun(objection: Objection, events: readonly string[]): StoryColumn {
  const subject = subjectOf(objection, POSTED);
  const { messages } = createInstance('assigned-device');
  const start = exchangeState(stateAfter(subject.compiled, sceneOf(objection).after ?? []), messages);
  const numbers = events.map(exchange(messages)).map((event) => subject.events.indexOf(event));
  const { steps } = makeTrace(subject, numbers, { start });
  return {
    title: 'The same patch, zero and A exchanged',
    steps: steps.map(stepOf),
    ending: { breaks: true, sentence: 'It does something else, though nothing but names was exchanged.' },
  };
}

function follow(
  subject: TraceSubject & { readonly compiled: Parameters<typeof stateAfter>[0] },
  after: readonly string[],
  events: readonly string[],
): (StoryStep | undefined)[] {
  const numbers = events.map((event) => subject.events.indexOf(event));
  const start = stateAfter(subject.compiled, after);
  const { steps } = makeTrace(
    subject,
    numbers.filter((number) => number >= 0),
    { start },
  );
  let next = 0;
  return numbers.map((number) => (number < 0 ? undefined : stepOf(steps[next++])));
}

function stepOf({ outputs, changes }: { readonly outputs: readonly string[]; readonly changes: Regions }): StoryStep {
  return { outputs: outputs.map(outputSentence), changes: Object.entries(changes) };
}
