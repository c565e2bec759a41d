/**
 * Ways in: a link, a file, a piece of text. Whatever they hold is a trace of one of maskbit's machines, or it is refused in a
 * sentence that says what was expected.
 */
import { isPacked, LINK_CHARACTERS, packTrace, readTrace } from '../../checker/trace/codec.ts';
import { readTraceLink, writeTraceLink } from '../../checker/trace/link.ts';
import { reduceTrace, TraceError } from '../../checker/trace/trace.ts';
import { ReplayError } from '../../conformance/replay/lines.ts';
import type { LogStory } from '../../conformance/replay/trace.ts';
import { logScene, type OwnScene, recordedScene } from './scene.ts';

/** The most characters of a file that is opened: about half a million steps. */
export const FILE_CHARACTERS = 100_000_000;

/** What a link holds: a packed trace, and the position that is looked at. */
export interface Link {
  readonly packed: string;
  readonly position: number | undefined;
}

/** Reads the part of an address after `#`, or a text with a link in it; undefined when it is empty. */
export function readLink(hash: string): Link | undefined {
  const rest = hash.replace(/^#/, '');
  if (rest === '') return undefined;
  const link = readTraceLink(rest);
  return { packed: link?.packed ?? rest, position: link?.step };
}

/** Writes the part of an address after `#`; undefined when the run is too long for one. */
export function writeLink({ subject, run }: OwnScene, position: number): string | undefined {
  // Each step takes a character or more, so a longer run need not be packed to know that it does not fit.
  if (run.length > LINK_CHARACTERS) return undefined;
  const packed = packTrace(reduceTrace(subject, run.trace()));
  if (packed.length > LINK_CHARACTERS) return undefined;
  return writeTraceLink({ packed, step: position });
}

/**
 * Opens a trace, packed or whole, or a log of QEMU's, whose reader is fetched first.
 * @throws {RangeError | ReplayError} in a sentence, when it is none, or one that its machine does not make any more.
 */
export async function openText(text: string): Promise<OwnScene> {
  if (text.length > FILE_CHARACTERS || isPacked(text)) return openTraceText(text);
  // Asked before JSON is looked for: the lines of a log may be JSON each.
  const { looksLikeLog } = await import('../../conformance/replay/artefacts.ts');
  if (!looksLikeLog(text)) return openTraceText(text);
  const { traceLog } = await import('../../conformance/replay/trace.ts');
  return logScene(traceLog(() => [text]));
}

/**
 * Opens a trace, packed or whole.
 * @throws {RangeError} in a sentence, when it is none, or one that its machine does not make any more.
 */
export function openTraceText(text: string): OwnScene {
  if (text.length > FILE_CHARACTERS) {
    throw new TraceError(`Got a file of ${text.length} characters; expected at most ${FILE_CHARACTERS}.`);
  }
  if (isPacked(text)) return recordedScene(readTrace(text));
  if (/^\s*[{[]/.test(text)) return recordedScene(readTrace(text));
  const start = text.trim().slice(0, 40);
  throw new TraceError(
    `Got ${start === '' ? 'an empty file' : `text that begins with "${start}"`}; expected a trace of maskbit's, as a link or as ` +
      "JSON, or a trace log of QEMU's.",
  );
}

/** A log that the server has replayed: `maskbit inspect LOG --at LINE`. */
export interface OpenedLog {
  readonly packed: string;
  readonly story: LogStory;
  /** The step that is looked at. */
  readonly step: number;
}

/** Where the server has it, and what follows the `#` of an address that asks for it. */
export const OPENED_FILE = 'opened.json';
export const OPENED_HASH = 'opened';

/** Opens what the server has replayed: the machine here makes the run again. */
export function openedScene({ packed, story }: OpenedLog): OwnScene {
  const { run } = recordedScene(readTrace(packed));
  return logScene({ trace: run.trace(), story });
}

/** Where a scene is looked at first: a log that disagrees at its first disagreement, everything else at its beginning. */
export function landingOf({ log }: OwnScene): number {
  return log?.disagreements[0]?.step ?? 0;
}

/** Reads a file that was picked or dropped; gzip is unpacked, and what is no text is called by its name. */
export async function readFile(file: File): Promise<string> {
  const start = new Uint8Array(await file.slice(0, 4096).arrayBuffer());
  const { isGzip, tellMagic } = await import('../../conformance/replay/magic.ts');
  if (isGzip(start)) return new Response(file.stream().pipeThrough(new DecompressionStream('gzip'))).text();
  const magic = tellMagic(start);
  if (magic !== undefined) throw new TraceError(`Got ${file.name}, ${magic}`);
  return file.text();
}

/** Tells an error to a reader: what was refused in a sentence, in that sentence. */
export function tellError(error: unknown): string {
  if (error instanceof RangeError || error instanceof ReplayError) return error.message;
  return `Something went wrong that should not have: ${error instanceof Error ? error.message : String(error)}`;
}
