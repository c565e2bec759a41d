/**
 * The replay: a real guest's accesses, as QEMU logged them, driven through the implementation and through the machine.
 *
 * Two passes over the trace. The first reads every line, so that a damaged file is refused before anything is driven, and
 * learns where the function stands and which whole entries its table ever held. The second drives.
 *
 * A message is the function's when its address and data have been a whole entry of the table at an earlier line, and some vector can
 * send just this, now. Guests move messages from device to device. What no vector can send now is an I/O APIC's or another function's
 * where the log shows that these have it; it is a fault where the function is enabled and a blocked entry holds just this; else nobody
 * knows whose it is, and it is counted as unattributed. Every other message belongs to another device, and is counted; when the caller
 * knows the messages of the other devices, one that is nobody's is a disagreement.
 *
 * What a device does is not in the log, so it is inferred: a signal just before each message of the function, a signal
 * or a retirement before a read of the Pending Bit Array that shows one. Hence a replay cannot show that a message is
 * missing, but for one that a Pending bit, once read, has promised. A reset is seen when the guest starts it as a Function
 * Level Reset; nothing is known of D-states.
 */
import {
  requireBoolean,
  requireCount,
  requireFields,
  requireFunction,
  requireList,
  requireName,
  requireOneOf,
  requireText,
  within,
} from '../../checker/argument/argument.ts';
import { requireNumber } from '../../machines/argument.ts';
import { requireImplementation } from '../device/in-process.ts';
import type { ToldGeometry } from './access.ts';
import { lineReader, linesOf, ReplayError, requireSource, type TraceSource } from './log.ts';
import type { Replay } from './results.ts';
import { Run, type RunOptions } from './run.ts';
import { type ReplayOptions as SurveyOptions, secondSorter, surveyTrace } from './survey.ts';

/** How to replay. All of it has a default. */
export interface ReplayOptions extends RunOptions, SurveyOptions {
  /** Called now and then while the trace is driven. */
  readonly progress?: (linesDone: number, lines: number) => void;
}

/** How often progress is told. */
const PROGRESS_LINES = 8192;

/**
 * Replays a trace.
 * @throws {ReplayError} when the trace is damaged, is no trace, or does not show what it takes to replay it.
 */
export function replay(given: TraceSource, how: ReplayOptions = {}): Replay {
  const source = requireSource('source of replay', given);
  const options = requireReplayOptions('the options of replay', how);
  const survey = surveyTrace(source, options);
  const sorter = secondSorter(survey, options);
  const run = new Run(survey, sorter, options);
  const read = lineReader(options);
  let number = 0;
  for (const text of linesOf(source)) {
    number++;
    // The file may have grown meanwhile.
    if (number > survey.lines) break;
    const line = read(text, number);
    if (line?.kind === 'other') run.passOver();
    else if (line !== undefined) run.take(sorter.sort(line, number), number, text);
    if (number % PROGRESS_LINES === 0) options.progress?.(number, survey.lines);
  }
  if (number < survey.lines) {
    throw new ReplayError(
      `Got ${number} lines after ${survey.lines}; expected a trace that does not change meanwhile.`,
    );
  }
  options.progress?.(survey.lines, survey.lines);
  return run.finish();
}

const REPLAY_HOOKS = ['progress', 'events', 'watch'] as const;
const REPLAY_OPTIONS = [
  ...REPLAY_HOOKS,
  ...(['device', 'told', 'before', 'others', 'skipDamaged', 'Implementation'] as const),
] as const;
/** Of what is told of a geometry, the least and the most. */
const BOUNDS: Readonly<Record<keyof ToldGeometry, readonly [least: number, most: number]>> = {
  capability: [0x40, 0xf4],
  tableAddress: [0, Number.MAX_SAFE_INTEGER],
  pbaAddress: [0, Number.MAX_SAFE_INTEGER],
  vectorCount: [1, 2048],
  tableBir: [0, 5],
  tableOffset: [0, 2 ** 32 - 8],
  pbaBir: [0, 5],
  pbaOffset: [0, 2 ** 32 - 8],
};
const TOLD = Object.keys(BOUNDS) as (keyof typeof BOUNDS)[];

/** Requires the options of a replay. Returns a copy. */
function requireReplayOptions(place: string, value: unknown): ReplayOptions {
  const fields = requireFields(place, value, REPLAY_OPTIONS);
  const given = <Item>(name: (typeof REPLAY_OPTIONS)[number], read: (place: string, value: unknown) => Item) =>
    fields[name] === undefined ? {} : { [name]: read(within(place, name), fields[name]) };
  return {
    ...Object.assign({}, ...REPLAY_HOOKS.map((name) => given(name, requireFunction))),
    ...given('device', requireName),
    ...given('Implementation', requireImplementation),
    ...given('skipDamaged', requireBoolean),
    ...given('others', (at, each) => requireList(at, each, requireText)),
    ...given('told', (at, each) => {
      const told = requireFields(at, each, TOLD);
      for (const name of TOLD)
        if (told[name] !== undefined) requireNumber(within(at, name), told[name], ...BOUNDS[name]);
      requireNumber(within(at, 'capability'), told.capability, ...BOUNDS.capability);
      return told;
    }),
    ...given('before', (at, each) =>
      requireList(at, each, (line, item) => {
        const read = requireFields(line, item, ['kind', 'device', 'offset', 'value', 'bytes']);
        requireOneOf(within(line, 'kind'), read.kind, ['configRead', 'configWrite']);
        requireName(within(line, 'device'), read.device);
        requireCount(within(line, 'offset'), read.offset);
        requireCount(within(line, 'value'), read.value);
        if (read.bytes !== undefined) requireNumber(within(line, 'bytes'), read.bytes, 1, 4);
        return read;
      }),
    ),
  };
}
