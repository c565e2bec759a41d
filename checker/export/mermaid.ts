/**
 * Traces as mermaid sequence diagrams: who tells whom what, with time downward.
 */
import {
  requireFields,
  requireFunction,
  requireList,
  requireText,
  shortened,
  tellNames,
  within,
} from '../argument/argument.ts';
import { requireTrace } from '../trace/shape.ts';
import { tellVerdict } from '../trace/text.ts';
import { type Trace, TraceError, type TraceStep } from '../trace/trace.ts';

/** One message of a sequence diagram. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** Who takes part in the runs of a machine, and what its events and outputs are among them. */
export interface Cast {
  /** From left to right. Those who take no part in a trace are left out of its diagram. */
  readonly participants: readonly string[];
  event(name: string): Arrow;
  output(name: string): Arrow;
}

/** The most characters that mermaid draws, unless its `maxTextSize` is set. */
export const MERMAID_CHARACTERS = 50_000;

/**
 * Prints a trace as a sequence diagram. Events are solid arrows, and outputs dashed ones.
 * @throws {TraceError} when an arrow leads to nobody, or when mermaid would refuse the diagram for its length.
 */
export function printMermaid(trace: Trace, cast: Cast): string {
  const read = requireTrace('trace of printMermaid', trace);
  const { events, steps, loop = steps.length, verdict } = read;
  const readOf = readCast('cast of printMermaid', cast);
  const arrows = steps.map((step) => arrowsOf(step, events, readOf));
  const participants = participantsOf(arrows.flat(), readOf);
  const ids = new Map(participants.map((name, index) => [name, `P${index}`]));
  const draw = ({ from, to, label, line }: DrawnArrow): string =>
    `${ids.get(from)}${line}${ids.get(to)}: ${escape(label)}`;
  const everyone = [...new Set(['P0', `P${participants.length - 1}`])].join(',');
  const note = (text: string): string => `note over ${everyone}: ${escape(text)}`;
  const looped = arrows.slice(loop).flat().map(draw);
  const lines = [
    ...participants.map((name) => `participant ${ids.get(name)} as ${escape(name)}`),
    ...arrows.slice(0, loop).flat().map(draw),
    ...(looped.length > 0 ? ['loop again and again', ...looped.map((each) => `  ${each}`), 'end'] : []),
    ...(read.loop === steps.length ? [note('Nothing happens any more.')] : []),
    ...(verdict === undefined ? [] : [note(tellVerdict(verdict))]),
  ];
  const text = ['sequenceDiagram', ...lines.map((each) => `  ${each}`), ''].join('\n');
  if (text.length <= MERMAID_CHARACTERS) return text;
  throw new TraceError(
    `Got a trace of ${steps.length} steps, whose diagram has ${text.length} characters; expected one of at most ` +
      `${MERMAID_CHARACTERS}, which is all that mermaid draws.`,
  );
}

/** Reads a cast. What its functions give is looked at when they are asked. */
export function readCast(place: string, value: unknown): Cast {
  const { participants, event, output } = requireFields(place, value, ['participants', 'event', 'output']);
  const arrows = (key: 'event' | 'output', given: unknown) => {
    const arrow = requireFunction(within(place, key), given);
    return (name: string) => readArrow(`what ${within(place, key)} gives for ${name}`, arrow(name));
  };
  return {
    participants: requireList(within(place, 'participants'), participants, requireText),
    event: arrows('event', event),
    output: arrows('output', output),
  };
}

function readArrow(place: string, value: unknown): Arrow {
  const { from, to, label } = requireFields(place, value, ['from', 'to', 'label']);
  return {
    from: requireText(`from in ${place}`, from),
    to: requireText(`to in ${place}`, to),
    label: requireText(`label in ${place}`, label),
  };
}

/** An arrow, solid for an event and dashed for an output. */
export interface DrawnArrow extends Arrow {
  readonly line: '->>' | '-->>';
}

/** The arrows of a step: its event, and then its outputs in order. */
export function arrowsOf({ event, outputs }: TraceStep, events: readonly string[], cast: Cast): DrawnArrow[] {
  const drawn = outputs.map((output): DrawnArrow => ({ ...cast.output(output), line: '-->>' }));
  return [{ ...cast.event(events[event]), line: '->>' }, ...drawn];
}

/**
 * Those who take part in `arrows`, from left to right; everyone where there are no arrows.
 * @throws {TraceError} when an arrow leads to nobody.
 */
export function participantsOf(arrows: readonly Arrow[], { participants }: Cast): readonly string[] {
  const present = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  const stranger = [...present].find((name) => !participants.includes(name));
  if (stranger !== undefined) {
    throw new TraceError(
      `Got an arrow with ${shortened(stranger)} at an end; expected one of ${tellNames(participants)}.`,
    );
  }
  return present.size === 0 ? participants : participants.filter((name) => present.has(name));
}

/** Writes what mermaid could take for syntax as entities, by number. */
function escape(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,()[\]/=+*!?'→-]/gu, (character) => `#${character.codePointAt(0)};`);
}
