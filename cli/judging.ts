/**
 * What the commands that judge devices share: profiles, the forms of reports, interrupts and progress.
 */
import type { DeviceFactory } from '../conformance/device/device.ts';
import { loadModule } from '../conformance/device/module.ts';
import { parseProfile, type Profile, PROFILES, profileNamed } from '../conformance/judge/profile.ts';
import type { Finding } from '../conformance/judge/findings.ts';
import { readbackOf, type ReplayReadback } from '../conformance/judge/replay-trace.ts';
import { InputError, readText, requireEnding } from './input.ts';
import { shellWord, tell } from './output.ts';

/** The forms that a report can have. */
export type ReportFormat = 'text' | 'json' | 'junit' | 'html';

/** What was said of the judge. */
export interface JudgeChoices {
  readonly profile?: string;
  readonly learn?: boolean;
  readonly saveProfile?: string;
  readonly seconds?: number;
  readonly seed?: number;
  readonly report?: string;
  readonly format?: ReportFormat;
  readonly trace?: string;
  readonly scene?: string;
  readonly readback?: ReplayReadback;
}

/** Loads the module of a device. @throws {InputError} where it is nothing that ends. */
export function moduleOf(path: string): Promise<DeviceFactory> {
  requireEnding(path);
  return loadModule(path);
}

/** Reads a profile: the name of one that ships, or a file. */
export function readProfile(source: string | undefined): Profile | undefined {
  if (source === undefined) return undefined;
  if (PROFILES.some(({ name }) => name === source)) return profileNamed(source);
  let text: string;
  try {
    text = readText(source, 'a profile');
  } catch (error) {
    if (error instanceof InputError) throw error;
    return profileNamed(source);
  }
  return parseProfile(text, source);
}

/** The choices that show a finding again, as a shell takes them. */
export function traceWords(finding: Finding): readonly string[] {
  const readback = readbackOf(finding);
  const { scene, trace } = finding;
  return [
    ...['--scene', shellWord(scene), '--trace', shellWord(trace.join(' '))],
    ...(readback === undefined ? [] : ['--readback', readback]),
  ];
}

/** The form of a report: as it was said, or by the ending of its file. Undefined, and told, where that says nothing. */
export function reportFormat({ format, report }: JudgeChoices): ReportFormat | undefined {
  const ending = /\.(\w+)$/.exec(report ?? '.txt')?.[1] ?? '';
  const found = format ?? FORMAT_OF[ending];
  if (found === undefined)
    tell(`Got --report ${report}; expected a file that ends in .txt, .json, .xml or .html, or --format beside it.`);
  return found;
}
const FORMAT_OF: Readonly<Record<string, ReportFormat | undefined>> = {
  txt: 'text',
  text: 'text',
  md: 'text',
  json: 'json',
  xml: 'junit',
  html: 'html',
  htm: 'html',
};

/** Stops at the first interrupt, or where `timeout` says that it is enough; and ends at the second. */
export function stopper(): { readonly isStopped: boolean; readonly end: () => void } {
  let stopped: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (stopped === undefined) {
      stopped = now;
      tell('Interrupted: the report is of what was found so far.');
    } else if (now - stopped > ECHO) process.exit(STATUS_OF[signal]);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    get isStopped() {
      return stopped !== undefined;
    },
    end: () => signals.forEach((signal) => process.off(signal, onSignal)),
  };
}

/** A terminal and `timeout` signal a whole group, and npx, which is in it, passes its own on: what comes within so many milliseconds is the same. */
const ECHO = 500;
const STATUS_OF: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 };

/** A line of progress that is written over, on a terminal; elsewhere a line every ten seconds. */
export function startLine(): { readonly show: (text: string) => void; readonly end: () => void } {
  const { isTTY } = process.stderr;
  let last = isTTY ? 0 : performance.now();
  return {
    show: (text) => {
      const now = performance.now();
      if (now - last < (isTTY ? 100 : 10_000)) return;
      last = now;
      if (isTTY) process.stderr.write(`\r\u001B[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      else tell(text);
    },
    end: () => {
      if (isTTY) process.stderr.write('\r\u001B[K');
    },
  };
}
