/**
 * `maskbit replay`: a recorded guest, driven through the implementation and the machine.
 */
import { LINK_CHARACTERS } from '../checker/trace/codec.ts';
import { type TraceLink, writeTraceLink } from '../checker/trace/link.ts';
import { ReplayError } from '../conformance/replay/log.ts';
import { type FileReplay, readRecord, recordBeside, replayFile } from '../conformance/replay/record.ts';
import { replay as replayLog } from '../conformance/replay/replay.ts';
import type { Disagreement, Replay, Tallies } from '../conformance/replay/results.ts';
import { linkLog, LogTracer, stepAt } from '../conformance/replay/trace.ts';
import { type LogChoices, logOptions, spellChoices, withLog } from './logs.ts';
import { countOf, EXIT, type Exit, formatCell, print, printTable, startProgress, tell } from './report.ts';
import { shellWord } from './output.ts';
import { watchLog } from './watch-log.ts';

/** What the command line may say about a replay. */
export interface ReplayChoices extends LogChoices {
  /** Path of the trace's record. */
  readonly record?: string;
}

/** Replays the trace at `path` with progress on standard error. */
export function runReplay(path: string, { record, ...choices }: ReplayChoices = {}, tracer?: LogTracer): FileReplay {
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    return replayFile(path, {
      ...logOptions(choices),
      ...tracer?.hooks,
      recordPath: record,
      progress: (done, lines) => (progress ??= startProgress('lines', lines)).advance(done),
    });
  } finally {
    progress?.end();
  }
}

/** Replays the trace at `path` and prints what came of it. */
export async function replay(path: string, choices: ReplayChoices): Promise<Exit> {
  let result: FileReplay;
  const tracer = new LogTracer();
  try {
    // A packed log is unpacked elsewhere; its record stands beside it all the same.
    const record = choices.record ?? recordBeside(path);
    result = await withLog(path, (file) => runReplay(file, { ...choices, record }, tracer));
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    tell(`${path}: ${error.message}`);
    return EXIT.usage;
  }
  return printReplay(path, choices, result, tracer);
}

/** Follows the log at `path` while it grows, and prints what came of it at the end. */
export async function watchReplay(path: string, { record, ...choices }: ReplayChoices): Promise<Exit> {
  const others = record === undefined ? undefined : readRecord(record).others;
  const options = { ...logOptions(choices), ...(others === undefined ? {} : { others }) };
  let [told, last] = [new Set<string>(), ''];
  return watchLog(path, {
    update: (source) => {
      const result = replayLog(source, options);
      const now = new Set(result.disagreements.map(tellDisagreement));
      const fresh = [...now].filter((each) => !told.has(each));
      const status = tellStatus(result);
      const lines = [...fresh.map((each) => `${path}:${each}`), ...(status === last ? [] : [status])];
      [told, last] = [now, status];
      return lines;
    },
    finish: (source) => {
      if (source === undefined) {
        print('n/a: nothing came.');
        return EXIT.bound;
      }
      const tracer = new LogTracer();
      try {
        const result = replayLog(source, { ...options, ...tracer.hooks });
        return printReplay(path, choices, { ...result, recordPath: record, differences: [] }, tracer);
      } catch (error) {
        if (!(error instanceof ReplayError)) throw error;
        tell(`${path}: ${error.message}`);
        return EXIT.usage;
      }
    },
  });
}

const tellDisagreement = ({ line, got, expected }: Disagreement): string => `${line}: ${got} ${expected}`;

function tellStatus({ figures, verdict, disagreementCount }: Replay): string {
  const count = (tallies: Tallies): string => formatCell(Object.values(tallies).reduce((a, b) => a + b, 0));
  const { explained, others, unattributed } = figures.messages;
  return (
    `line ${formatCell(figures.lines)}: ${verdict} so far, ${countOf(disagreementCount, 'disagreement')}; ${count(explained)} messages explained, ` +
    `${count(others)} of others, ${count(unattributed)} unattributed`
  );
}

function printReplay(path: string, choices: LogChoices, result: FileReplay, tracer: LogTracer): Exit {
  const { geometry, recordPath, limits, machine } = result;
  print(`${path}: ${geometry.device}, ${geometry.vectorCount} vectors`);
  print(
    recordPath === undefined
      ? 'No record beside it: messages of other devices are not known.'
      : `Record: ${recordPath}`,
  );
  print();
  printFigures(result);
  if ('notApplicable' in machine) print(`Machine: n/a, ${machine.notApplicable}`);
  for (const limit of limits) print(limit);
  print();
  const exit = printVerdict(path, result);
  if (result.disagreements.length > 0) printWayOn(path, choices, result, tracer);
  return exit;
}

/** Says how to look at the first disagreement. */
function printWayOn(path: string, choices: LogChoices, result: FileReplay, tracer: LogTracer): void {
  const [{ line }] = result.disagreements;
  print(`See it: maskbit inspect ${shellWord(path)} --at ${line}${spellChoices(choices)}`);
  const link = linkTo(line, result, tracer);
  if (link === undefined) return;
  print('The steps around it; the inspector takes the same behind its "#":');
  print(`maskbit show ${shellWord(writeTraceLink(link))}`);
}

/** The steps around a line as a link; undefined when they are too long for one, or cannot be drawn. */
function linkTo(line: number, result: FileReplay, tracer: LogTracer): TraceLink | undefined {
  try {
    const { story, ...traced } = tracer.trace(result);
    const link = linkLog(traced, stepAt(story.lines, line));
    return link.packed.length > LINK_CHARACTERS ? undefined : link;
  } catch (error) {
    if (error instanceof ReplayError) return undefined;
    throw error;
  }
}

/** Prints the figures of a replay as a table. */
export function printFigures({ figures, disagreementCount }: FileReplay): void {
  const { accesses, comparisons, messages, edges, inferred } = figures;
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  printTable(
    ['replay', 'count'],
    [
      ['lines', figures.lines],
      ['configuration reads and writes', accesses.configRead + accesses.configWrite],
      ['table reads and writes', accesses.tableRead + accesses.tableWrite],
      ['Pending Bit Array reads and writes', accesses.pbaRead + accesses.pbaWrite],
      ['lines of other registers and devices', accesses.elsewhere],
      ['comparisons with the implementation', comparisons.implementation],
      ['comparisons with the machine', comparisons.machine],
      ['messages explained, each by a signal inferred before it', sum(messages.explained)],
      ['messages of other devices', sum(messages.others)],
      ['messages unattributed', sum(messages.unattributed)],
      ['lines of other kinds, passed over', figures.passedOver],
      ['signals inferred', inferred.signals],
      ['Mask Bits set', edges.mask],
      ['Mask Bits cleared', edges.unmask],
      ['disagreements', disagreementCount],
    ],
  );
}

function printVerdict(path: string, result: FileReplay): Exit {
  const { disagreements, disagreementCount, differences, figures, verdict, reason } = result;
  for (const { line, text, expected, got } of disagreements) {
    print(`${path}:${line}: ${got} ${expected}`);
    print(`  ${text}`);
  }
  const untold = disagreementCount - disagreements.length;
  if (untold > 0) print(`… and ${countOf(untold, 'more disagreement')}.`);
  for (const difference of differences) print(difference);
  if (verdict === 'n/a' && differences.length === 0) {
    print(`n/a: ${reason}`);
    return EXIT.bound;
  }
  if (disagreementCount + differences.length === 0) {
    print(`holds: ${formatCell(figures.lines)} lines replayed without a disagreement.`);
    return EXIT.holds;
  }
  print(
    `violated: ${countOf(disagreementCount, 'disagreement')}, ${countOf(differences.length, 'difference')} from the record.`,
  );
  return EXIT.violated;
}
