/**
 * A trace as a story: a numbered sentence for each step, and below it which region went from where to where.
 */
import { requireText } from '../argument/argument.ts';
import { nameSubject, requireTrace, requireVerdict, type Trace, type TraceStep, type TraceVerdict } from './shape.ts';

/**
 * Tells a trace. The story needs no machine: what it says of states is what the trace has.
 * @param command A command line that shows the trace again; the last line.
 */
export function tellTrace(trace: Trace, command?: string): string {
  if (command !== undefined) requireText('command of tellTrace', command);
  return tellKnown(requireTrace('trace of tellTrace', trace), command);
}

function tellKnown(trace: Trace, command: string | undefined): string {
  const { loop = trace.steps.length, verdict } = trace;
  const regions: Record<string, string> = { ...trace.start };
  const steps = trace.steps.map((step, index) => tellStep(step, index + 1, regions));
  const lines = [
    `${nameSubject(trace)}, ${trace.steps.length} step${trace.steps.length === 1 ? '' : 's'}`,
    ...tellStart(trace),
    ...steps.slice(0, loop),
    ...tellLoop(trace, steps.slice(loop)),
    ...(verdict === undefined ? [] : [tellVerdict(verdict)]),
    ...(command === undefined ? [] : [`Show it again: ${command}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Tells a verdict in one line: "NoTornStep fails: Between two edges ... [MSIX-MSG-2]". */
export function tellVerdict(verdict: TraceVerdict): string {
  const { property, result, sentence, rules } = requireVerdict('verdict of tellVerdict', verdict);
  const claim = { fails: 'fails', holds: 'holds', witness: 'says something here' }[result];
  return `${property} ${claim}: ${sentence}${rules.length === 0 ? '' : ` [${rules.join(', ')}]`}`;
}

/** Where the run starts, as far as it leads away from there: the other regions stay as they are. */
export function tellStart({ start, steps }: Trace): string[] {
  const moved = new Set(steps.flatMap(({ changes }) => Object.keys(changes)));
  const parts = Object.keys(start).filter((name) => moved.has(name));
  return parts.length === 0
    ? []
    : [`  at first: ${parts.map((name) => `${name} ${tellChild(start[name])}`).join(', ')}`];
}

/** Tells a step, and brings `regions` to where they are after it. */
function tellStep({ sentence, changes }: TraceStep, number: number, regions: Record<string, string>): string {
  const lines = Object.entries(changes).map(([name, child]) => {
    const line = `       ${name}: ${tellChild(regions[name])} → ${tellChild(child)}`;
    regions[name] = child;
    return line;
  });
  return [`  ${number}. ${sentence}`, ...lines].join('\n');
}

function tellLoop({ loop }: Trace, steps: readonly string[]): string[] {
  if (loop === undefined) return [];
  if (steps.length === 0) return ['  From here on, nothing happens any more.'];
  return ['  From here on, again and again:', ...steps];
}

const tellChild = (child: string): string => child || '(not active)';
