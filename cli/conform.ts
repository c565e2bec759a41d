/**
 * `maskbit conform`: puts a device that is not ours to the judge, be it a module or a program, and tells what came of it.
 */
import { basename } from 'node:path';
import { DeviceError } from '../conformance/device/failure.ts';
import { startProcess } from '../conformance/device/process.ts';
import { conform as judge, type Report, secondsAfter } from '../conformance/judge/conform.ts';
import type { Finding } from '../conformance/judge/findings.ts';
import { printProfile, type Profile, profileNamed } from '../conformance/judge/profile.ts';
import { replayTrace } from '../conformance/judge/replay-trace.ts';
import { reportHtml } from '../conformance/judge/report/html.ts';
import { reportJson } from '../conformance/judge/report/json.ts';
import { reportJunit } from '../conformance/judge/report/junit.ts';
import { type ReportContext, reportLines } from '../conformance/judge/report/text.ts';
import { remoteSubject, type Subject, subjectOf } from '../conformance/judge/subject.ts';
import { resemblances } from '../conformance/museum/resemblance.ts';
import { RULES } from '../spec/index.ts';
import { type LiveChoices, type LiveSubject, assignedSubject, qemuSubject, qemuWords } from './conform-live.ts';
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
import { tryWhole, writeWhole } from './whole.ts';

/** How a device is put to the judge. */
export interface ConformChoices extends JudgeChoices, LiveChoices {
  /** Rules, parted by commas. */
  readonly only?: string;
  /** How long a missing message is waited for, in milliseconds, instead of the profile's wait. */
  readonly wait?: number;
}

/** Runs `maskbit conform`. `target` is the path of a module, or a command; nothing, where the choices name a device in a QEMU. */
export async function conform(target: readonly string[], isCommand: boolean, choices: ConformChoices): Promise<Exit> {
  const only = choices.only?.split(',');
  for (const rule of only ?? []) {
    if (!RULES.some(({ id }) => id === rule)) {
      tell(`Got --only ${rule}; expected a rule that maskbit rules lists, such as MSIX-PEND-2.`);
      return EXIT.usage;
    }
  }
  const format = reportFormat(choices);
  if (format === undefined) return EXIT.usage;
  for (const path of [choices.report, choices.saveProfile]) if (path !== undefined) tryWhole(path);
  const read = readProfile(choices.profile);
  const { wait } = choices;
  const profile = wait === undefined ? read : { ...(read ?? profileNamed('pcie')), wait };
  let live: LiveSubject;
  try {
    live = await subjectFor(target, isCommand, choices);
  } catch (error) {
    // A module that makes no device, or a program that does not say who it is, is a wrong call.
    if (!(error instanceof DeviceError) && !(error instanceof Error)) throw error;
    tell(error.message);
    return EXIT.usage;
  }
  const { subject, epilogue } = live;
  try {
    if (choices.trace !== undefined) return await replayOne(subject, choices, profile);
    const began = performance.now();
    const status = await judged(subject, target, isCommand, choices, profile, format);
    for (const line of epilogue(performance.now() - began)) (format === 'text' ? print : tell)(line);
    return status;
  } finally {
    await subject.close();
  }
}

async function subjectFor(
  target: readonly string[],
  isCommand: boolean,
  choices: ConformChoices,
): Promise<LiveSubject> {
  if (choices.qemu !== undefined) return qemuSubject(choices);
  if (choices.assigned === true) return assignedSubject(choices);
  const subject = isCommand
    ? await programSubject(target, choices)
    : subjectOf(await moduleOf(target[0]), choices.vectors);
  return { subject, epilogue: () => [] };
}

async function judged(
  subject: Subject,
  target: readonly string[],
  isCommand: boolean,
  choices: ConformChoices,
  profile: Profile | undefined,
  format: ReportFormat,
): Promise<Exit> {
  const seconds = choices.seconds ?? DEFAULT_SECONDS;
  tell(
    `Puts ${subject.name} to the judge: it begins nothing new after ${seconds} s, and is over ${secondsAfter(seconds)} s later at the latest${subject.isLocal ? ', unless the module loops' : ''}. An interrupt ends it with what was found so far.`,
  );
  const stop = stopper();
  const progress = startLine();
  const report = await judge(subject, {
    profile,
    learn: choices.learn,
    seconds,
    seed: choices.seed,
    only: choices.only?.split(','),
    isStopped: () => stop.isStopped,
    onProgress: progress.show,
  });
  progress.end();
  stop.end();
  const context = contextOf(target, isCommand, { ...choices, wait: report.profile.wait });
  try {
    writeReport(report, context, format, choices.report);
  } finally {
    if (choices.saveProfile !== undefined) {
      writeWhole(choices.saveProfile, printProfile(report.profile));
      tell(`The profile that was learnt is in ${choices.saveProfile}.`);
    }
  }
  if (stop.isStopped && report.causes.length === 0) return EXIT.bound;
  return { holds: EXIT.holds, violated: EXIT.violated, open: EXIT.bound, 'n/a': EXIT.bound }[report.verdict];
}

const DEFAULT_SECONDS = 30;

/** A program says how many vectors it has; the wish is told to it, and not all programs hear it. */
async function programSubject(command: readonly string[], choices: ConformChoices): Promise<Subject> {
  const vectorCount = choices.vectors?.[0];
  const device = await startProcess({ command, vectorCount, patience: choices.patience });
  if (choices.vectors === undefined || choices.vectors.join() === String(device.vectorCount))
    return remoteSubject(device);
  await device.close();
  throw new DeviceError(
    `Got --vectors ${choices.vectors.join(',')}, and ${device.vectorCount} of the program, which was told ${vectorCount} in MASKBIT_VECTORS; expected the same. Mostly a parameter of its own says how many.`,
  );
}

function contextOf(target: readonly string[], isCommand: boolean, choices: ConformChoices): ReportContext {
  const words = [
    'maskbit',
    'conform',
    ...(choices.vectors === undefined ? [] : ['--vectors', choices.vectors.join(',')]),
    ...(choices.profile === undefined ? [] : ['--profile', shellWord(choices.profile)]),
    ...(choices.wait === undefined || choices.wait === 0 ? [] : ['--wait', String(choices.wait)]),
    ...(choices.patience === undefined ? [] : ['--patience', String(choices.patience)]),
  ];
  const device =
    choices.qemu !== undefined || choices.assigned === true
      ? qemuWords(choices)
      : isCommand
        ? `-- ${target.map(shellWord).join(' ')}`
        : shellWord(target[0]);
  return {
    replay: (finding: Finding) => [...words, ...traceWords(finding), device].join(' '),
    resembles: resemblances,
  };
}

/** Writes a report, to a file whole or not at all, and the text to standard output. */
function writeReport(report: Report, context: ReportContext, format: ReportFormat, path: string | undefined): void {
  if (path === undefined) {
    if (format === 'json') printJson(reportJson(report, context));
    else if (format === 'text') for (const line of reportLines(report, context)) print(line);
    else printRaw(format === 'junit' ? reportJunit(report, context) : reportHtml(report, context));
    return;
  }
  const text =
    format === 'json'
      ? `${JSON.stringify(reportJson(report, context), undefined, 2)}\n`
      : format === 'text'
        ? `${reportLines(report, context).join('\n')}\n`
        : format === 'junit'
          ? reportJunit(report, context)
          : reportHtml(report, context);
  // A full disk must not take with it what was found.
  for (const line of reportLines(report, context)) print(line);
  writeWhole(path, text);
  print(`The report is in ${basename(path)}.`);
}

/** Runs one trace again, and tells what each step did. */
async function replayOne(subject: Subject, choices: ConformChoices, profile: Profile | undefined): Promise<Exit> {
  const { lines, isWrong } = await replayTrace(subject, {
    scene: choices.scene ?? 'one vector',
    trace: (choices.trace ?? '').split(/[\s,]+/).filter((name) => name !== ''),
    choices: (profile ?? profileNamed('pcie')).choices,
    wait: profile?.wait,
    readback: choices.readback,
  });
  for (const line of lines) print(line);
  return isWrong ? EXIT.violated : EXIT.holds;
}
