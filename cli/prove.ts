/**
 * `maskbit prove`: walks a device through every pair that any sequence leads to, and tells precisely what was proven.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { DeviceFactory } from '../conformance/device/device.ts';
import { isWasm, loadWasm } from '../conformance/device/module.ts';
import { DeviceError } from '../conformance/device/failure.ts';
import { secondsAfter } from '../conformance/judge/conform.ts';
import type { Finding } from '../conformance/judge/findings.ts';
import { printProfile, profileNamed } from '../conformance/judge/profile.ts';
import { replayTrace } from '../conformance/judge/replay-trace.ts';
import { reportHtml } from '../conformance/judge/report/html.ts';
import { reportJson } from '../conformance/judge/report/json.ts';
import { reportJunit } from '../conformance/judge/report/junit.ts';
import { type ReportContext, reportLines } from '../conformance/judge/report/text.ts';
import { subjectOf } from '../conformance/judge/subject.ts';
import { resemblances } from '../conformance/museum/resemblance.ts';
import {
  type Proof,
  proofLines,
  proposalsOf,
  prove as proveDevice,
  provingScenes,
} from '../conformance/prove/index.ts';
import { requireEnding } from './input.ts';
import {
  type JudgeChoices,
  moduleOf,
  readProfile,
  type ReportFormat,
  reportFormat,
  startLine,
  stopper,
  traceWords,
} from './judging.ts';
import { EXIT, type Exit, print, printJson, printRaw, shellWord, tell } from './output.ts';
import { writeWhole } from './whole.ts';

/** How a device is proven. */
export interface ProveChoices extends JudgeChoices {
  readonly vectors?: readonly number[];
  readonly widths?: boolean;
  readonly ignore?: string;
  readonly keepStack?: boolean;
  readonly states?: number;
  readonly memory?: number;
}

/** Taken for --ignore: what a first walk proposes. */
const PROPOSED = 'proposed';
const DEFAULT_VECTORS = [1, 2, 3];
const DEFAULT_SECONDS = 600;

/** Runs `maskbit prove`. */
export async function prove(path: string, choices: ProveChoices): Promise<Exit> {
  const format = reportFormat(choices);
  if (format === undefined) return EXIT.usage;
  try {
    const factory = await factoryOf(path, choices, ignoredIn(choices));
    if (choices.trace !== undefined) {
      const subject = subjectOf(factory, choices.vectors ?? DEFAULT_VECTORS);
      const { lines, isWrong } = await replayTrace(subject, {
        scene: choices.scene ?? 'one vector',
        trace: choices.trace.split(/[\s,]+/).filter((name) => name !== ''),
        choices: (readProfile(choices.profile) ?? profileNamed('pcie')).choices,
        readback: choices.readback,
        scenes: provingScenes(subject.vectorCounts, subject.abilities, choices.widths),
      });
      for (const line of lines) print(line);
      return isWrong ? EXIT.violated : EXIT.holds;
    }
    return await proveWhole(factory, path, choices, format);
  } catch (error) {
    // What makes no device is a wrong call.
    if (!(error instanceof DeviceError)) throw error;
    tell(error.message);
    return EXIT.usage;
  }
}

/** What is left out by name. */
const ignoredIn = ({ ignore = '' }: ProveChoices): string[] =>
  ignore.split(',').filter((name) => name !== '' && name !== PROPOSED);

/** Walks, and tells what came of it; first a little way, where what is to be left out is only proposed by that. */
async function proveWhole(
  opened: DeviceFactory,
  path: string,
  choices: ProveChoices,
  format: ReportFormat,
): Promise<Exit> {
  let factory = opened;
  const stop = stopper();
  const progress = startLine();
  try {
    const { learn, vectors: vectorCounts = DEFAULT_VECTORS, widths, states, memory, seed } = choices;
    const profile = readProfile(choices.profile);
    const isStopped = (): boolean => stop.isStopped;
    const options = { profile, learn, vectorCounts, widths, states, memory, seed, isStopped };
    let seconds = choices.seconds ?? DEFAULT_SECONDS;
    tell(
      `Walks ${basename(path)} with ${vectorCounts.join(', ')} vectors: it begins nothing new after ${seconds} s, mostly a few will do, and is over ${secondsAfter(seconds)} s later at the latest${isWasm(path) ? '' : ', unless the module loops'}. An interrupt ends it with what was found so far.`,
    );
    if ((choices.ignore ?? '').split(',').includes(PROPOSED)) {
      tell('Walks a little way first, to see which bytes make pairs grow and never matter.');
      const began = performance.now();
      const first = await proveDevice(factory, { ...options, states: 3000, seconds: Math.min(60, seconds / 4) });
      const proposed = [
        ...new Set(first.walks.flatMap(({ growths }) => (growths === undefined ? [] : proposalsOf(growths)))),
      ];
      tell(proposed.length === 0 ? 'Nothing is proposed.' : `Leaves out ${proposed.join(', ')}.`);
      factory = await factoryOf(path, choices, [...ignoredIn(choices), ...proposed]);
      seconds = Math.max(1, seconds - (performance.now() - began) / 1000);
    }
    const proof = await proveDevice(factory, { ...options, seconds, onProgress: progress.show });
    progress.end();
    if (choices.saveProfile !== undefined) {
      writeWhole(choices.saveProfile, printProfile(proof.report.profile));
      tell(`The profile that was learnt is in ${choices.saveProfile}.`);
    }
    write(proof, path, choices, format);
    return { proven: EXIT.holds, violated: EXIT.violated, open: EXIT.bound }[proof.verdict];
  } finally {
    stop.end();
  }
}

async function factoryOf(
  path: string,
  { keepStack }: ProveChoices,
  ignored: readonly string[],
): Promise<DeviceFactory> {
  requireEnding(path);
  if (isWasm(path)) return loadWasm(path, { ignore: ignored, keepStack });
  if (ignored.length > 0 || keepStack === true)
    throw new RangeError(
      `Got --ignore or --keep-stack with ${path}; expected a module in WebAssembly, whose bytes have addresses.`,
    );
  return moduleOf(path);
}

function write(proof: Proof, path: string, choices: ProveChoices, format: ReportFormat): void {
  const { report } = proof;
  const words = [
    'maskbit prove',
    ...(choices.vectors === undefined ? [] : ['--vectors', choices.vectors.join(',')]),
    ...(choices.widths === true ? ['--widths'] : []),
    ...(choices.profile === undefined ? [] : ['--profile', shellWord(choices.profile)]),
  ];
  const context: ReportContext = {
    replay: (finding: Finding) => [...words, ...traceWords(finding), shellWord(path)].join(' '),
    resembles: resemblances,
  };
  const bytes = readFileSync(path);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const head = proofLines(proof, {
    told: `${basename(path)}, ${bytes.length.toLocaleString('en-US')} bytes, sha256 ${hash}`,
  });
  const json = {
    verdict: proof.verdict,
    code: { file: basename(path), bytes: bytes.length, sha256: hash },
    walks: proof.walks,
    leftOut: proof.leftOut,
    withdrawn: proof.withdrawn,
    report: reportJson(report, context),
  };
  const text = [...head, '', ...reportLines(report, context).slice(1)];
  if (choices.report === undefined) {
    if (format === 'json') printJson(json);
    else if (format === 'text') for (const line of text) print(line);
    else printRaw(format === 'junit' ? reportJunit(report, context) : reportHtml(report, context));
    return;
  }
  const forms = {
    json: () => `${JSON.stringify(json, undefined, 2)}\n`,
    text: () => `${text.join('\n')}\n`,
    junit: () => reportJunit(report, context),
    html: () => reportHtml(report, context),
  };
  writeWhole(choices.report, forms[format]());
  for (const line of text) print(line);
  print(`The report is in ${basename(choices.report)}.`);
}
