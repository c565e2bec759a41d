/**
 * The record of a trace: a file beside it, `NAME.json` for `NAME.trace`, that says where the trace came from, which
 * messages are other devices', and what a replay counts. A trace without one can be replayed, and shows less.
 */
import { existsSync, readFileSync } from 'node:fs';
import { copyOf, requireText, shortened } from '../../checker/argument/argument.ts';
import { fileSource } from './file.ts';
import { ReplayError } from './log.ts';
import { replay, type ReplayOptions } from './replay.ts';
import type { Replay } from './results.ts';

/** What is known of a trace. */
export interface TraceRecord {
  /** Where the trace came from, in a few sentences. */
  readonly origin?: string;
  /** The messages of other devices, `address:data` in hexadecimal without 0x. */
  readonly others: readonly string[];
  /** What a replay of the trace counts. */
  readonly figures?: unknown;
  /** The same of each function of the trace, by name and bus address, as `maskbit record` writes it. */
  readonly functions?: Readonly<Record<string, { readonly figures?: unknown }>>;
}

/** What came of the replay of a file. */
export interface FileReplay extends Replay {
  /** The record that was used; undefined when there is none. */
  readonly recordPath: string | undefined;
  /** Where the figures differ from the record's, as sentences. */
  readonly differences: readonly string[];
}

/**
 * Replays the trace at `path`, with the record at `recordPath`, which is the one beside the trace unless it is given.
 * @throws {ReplayError} as `replay` does, and when a file cannot be read or the record is none.
 */
export function replayFile(path: string, how: ReplayOptions & { readonly recordPath?: string } = {}): FileReplay {
  requireText('path of replayFile', path);
  const { recordPath: told, ...options } = copyOf('the options of replayFile', how);
  if (told !== undefined) requireText('recordPath of replayFile', told);
  const recordPath = (told as string | undefined) ?? recordBeside(path);
  const record = recordPath === undefined ? undefined : readRecord(recordPath);
  const result = replay(fileSource(path), { others: record?.others, ...(options as ReplayOptions) });
  const figures = record?.figures ?? record?.functions?.[result.geometry.device]?.figures;
  const differences = figures === undefined ? [] : differencesOf('figures', figures, result.figures);
  return { ...result, recordPath, differences };
}

/** The record beside a log, of the same name; undefined where there is none. */
export function recordBeside(path: string): string | undefined {
  const beside = path.replace(/(\.\w+)?$/, '.json');
  return beside !== path && existsSync(beside) ? beside : undefined;
}

/**
 * Reads a record.
 * @throws {ReplayError} when it is not JSON, or not of this form.
 */
export function readRecord(path: string): TraceRecord {
  let record: unknown;
  try {
    record = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).replaceAll(path, shortened(path));
    throw new ReplayError(`Got no JSON from ${shortened(path)} (${reason}); expected the record of a trace.`, {
      cause: error,
    });
  }
  const others = isObject(record) ? record.others : undefined;
  const names =
    Array.isArray(others) && others.every((each) => typeof each === 'string' && /^[\da-f]+:[\da-f]+$/.test(each));
  if (!isObject(record) || !names) {
    throw new ReplayError(`Got ${path} without a list of messages in "others"; expected such as ["fee01004:22"].`);
  }
  return { ...record, others };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Compares two values of JSON, part by part. */
function differencesOf(where: string, expected: unknown, got: unknown): string[] {
  if (isObject(expected) && isObject(got)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(got)]);
    return [...keys].flatMap((key) => differencesOf(`${where}.${key}`, expected[key], got[key]));
  }
  const [want, found] = [JSON.stringify(expected), JSON.stringify(got)];
  return want === found ? [] : [`Got ${found ?? 'nothing'} for ${where}; the record says ${want ?? 'nothing'}.`];
}
