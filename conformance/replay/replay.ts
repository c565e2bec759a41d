/**
 * The replay: a real guest's accesses, as QEMU logged them, driven through the implementation and through the machine.
 *
 * Two passes over the trace. The first reads every line, so that a damaged file is refused before anything is driven, and
 * learns where the function stands and which whole entries its table ever held. The second drives.
 *
 * A message is the function's when its address and data have been a whole entry of the table at an earlier line; then some
 * vector must be able to send just this, now. Every other message belongs to another device, and is counted; when
 * the caller knows the messages of the other devices, one that is nobody's is a disagreement. Guests move messages from
 * device to device: one that comes to this function is another's before that line; one that leaves it stays the function's.
 *
 * What a device does is not in the log, so it is inferred: a signal just before each message of the function, a signal
 * or a retirement before a read of the Pending Bit Array that shows one. Hence a replay cannot show that a message is
 * missing, but for one that a Pending bit, once read, has promised. A reset is seen when the guest starts it as a Function
 * Level Reset; nothing is known of D-states.
 */
import { Entries, writeEvents } from './events.ts';
import { Sorter } from './geometry.ts';
import { linesOf, parseLine, ReplayError, type TraceSource } from './log.ts';
import { type Replay, Run, type RunOptions, type Survey } from './run.ts';

/** How to replay. All of it has a default. */
export interface ReplayOptions extends RunOptions {
  /** Name and bus address of the function to replay, `nvme 00:02.0`. Default: the only one whose table is accessed. */
  readonly device?: string;
  /** Called now and then while the trace is driven. */
  readonly progress?: (linesDone: number, lines: number) => void;
}

/** How often progress is told. */
const PROGRESS_LINES = 8192;

/**
 * Replays a trace.
 * @throws {ReplayError} when the trace is damaged, is no trace, or does not show what it takes to replay it.
 */
export function replay(source: TraceSource, options: ReplayOptions = {}): Replay {
  const survey = surveyTrace(source, options.device);
  const run = new Run(survey, options);
  const sorter = new Sorter(survey.geometry.device);
  let number = 0;
  for (const text of linesOf(source)) {
    number++;
    const line = parseLine(text, number);
    if (line !== undefined) run.take(sorter.sort(line, number), number, text);
    if (number % PROGRESS_LINES === 0) options.progress?.(number, survey.lines);
  }
  if (number !== survey.lines) {
    throw new ReplayError(
      `Got ${number} lines after ${survey.lines}; expected a trace that does not change meanwhile.`,
    );
  }
  options.progress?.(number, survey.lines);
  return run.finish();
}

/** The first pass. */
function surveyTrace(source: TraceSource, device: string | undefined): Survey {
  const sorter = new Sorter(device);
  const entries = new Entries();
  let lines = 0;
  for (const text of linesOf(source)) {
    lines++;
    const line = parseLine(text, lines);
    const access = line === undefined ? undefined : sorter.sort(line, lines);
    if (access?.kind === 'tableWrite') writeEvents(entries, access);
    if (access?.kind === 'reset') entries.clear();
  }
  if (lines === 0) throw new ReplayError("Got an empty trace; expected lines of QEMU's log.");
  return { lines, geometry: sorter.geometry, messages: entries.messages };
}
