/**
 * A report as text: the verdict, the profile in words, and each cause with its rule, its shortest trace, and the command that replays it.
 */
import { CHOICES, STRICT_CHOICES } from '../../../spec/choices.ts';
import { ruleById } from '../../../spec/index.ts';
import { isRefusal } from '../../device/failure.ts';
import { type Cause, type Finding, isFailure } from '../findings.ts';
import { tellProfile } from '../profile.ts';
import type { Report } from '../conform.ts';

/** What a report needs beside itself. */
export interface ReportContext {
  /** The command that replays a trace, without the trace. */
  readonly replay: (finding: Finding) => string;
  /** What a cause resembles, as sentences. */
  readonly resembles: (cause: Cause) => readonly string[];
}

/** A number with its thousands set apart. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** The lines of a report. */
export function reportLines(report: Report, context: ReportContext): string[] {
  return [
    ...headLines(report),
    '',
    ...profileLines(report),
    '',
    ...report.causes.flatMap((cause, index) => [...causeLines(cause, index + 1, context), '']),
    ...(report.unsettled.length === 0
      ? []
      : [
          'Seen once, and not when it was run again (the device has more state than it is asked for, or answers late):',
          '',
        ]),
    ...report.unsettled.flatMap((cause, index) => [
      ...causeLines(cause, report.causes.length + index + 1, context),
      '',
    ]),
    ...coverageLines(report),
  ];
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** The verdict in a line. */
export function verdictLine(report: Report): string {
  const { causes, unsettled, device, steps, milliseconds, learningMilliseconds, instances } = report;
  const work = `${count(steps)} steps on ${count(instances)} instances in ${seconds(milliseconds)}`;
  switch (report.verdict) {
    case 'violated':
      return `violated: ${device} ${causes.every(({ findings: [first] }) => isFailure(first)) ? 'fails' : 'breaks rules'} in ${causes.length} way${causes.length === 1 ? '' : 's'} (${work})`;
    case 'holds':
      return `holds: nothing wrong was found with ${device} (${work})`;
    case 'open':
      if (unsettled.length > 0)
        return `open: of ${device}, ${unsettled.length} thing${unsettled.length === 1 ? ' was' : 's were'} seen once, and not when run again; nothing else is wrong (${work})`;
      if (steps === 0)
        return `open: nothing was judged of ${device}: ${learningMilliseconds === 0 ? '' : `learning alone took ${seconds(learningMilliseconds)}, and `}there was no time for a step${learningMilliseconds === 0 ? '' : ' after it'}; give it more --seconds (${work})`;
      return `open: nothing wrong was found with ${device}, and a bound was met before the cheapest suites were done (${work})`;
    default:
      return `n/a: nothing was asked of ${device}`;
  }
}

function headLines(report: Report): string[] {
  const { abilities, vectorCounts, seed } = report;
  return [
    verdictLine(report),
    `  ${vectorCounts.map(String).join(', ')} vector${vectorCounts.join() === '1' ? '' : 's'}; it can ${abilities.length === 0 ? 'do nothing beyond what each can' : abilities.join(', ')}; seed ${seed}`,
  ];
}

/**
 * What was learnt that differs from strict, as the end of a sentence that begins with the profile; empty where nothing was learnt. A bug of such a kind is
 * taken for a choice, so whoever owns the device must see it.
 */
export function toldLearnt({ profile: { choices }, reasons }: Report): string {
  if (reasons.length === 0) return '';
  const against = CHOICES.flatMap(({ name }) =>
    choices[name] === STRICT_CHOICES[name] ? [] : [`${name} ${choices[name]}`],
  );
  return against.length === 0
    ? ', which is strict in every choice'
    : `; where it differs from strict, it was learnt: ${against.join(', ')}`;
}

function profileLines(report: Report): string[] {
  const { profile, reasons } = report;
  const lines = [`profile: ${profile.name}${toldLearnt(report)}`];
  if (reasons.length > 0)
    return [...lines, ...reasons.map(({ choice, value, words }) => `  ${choice}: ${value}. ${words}`)];
  return [...lines, ...tellProfile(profile).map(({ choice, value, words }) => `  ${choice}: ${value}. ${words}`)];
}

/** How a cause is headed: by the rule that is broken; where the device did not answer at all, by that, and no rule. */
export function headOf({ rule, findings: [first] }: Cause): {
  readonly title: string;
  readonly text: string;
  readonly rule: string | undefined;
} {
  if (!isFailure(first)) return { ...ruleById(rule), rule };
  if (first.failure !== undefined && isRefusal(first.failure)) return { ...REFUSED, rule: undefined };
  const open = first.rules.map((id) => ` What the access does, ${id} leaves open; it is answered all the same.`);
  return { ...NO_ANSWER, text: `${NO_ANSWER.text}${open.join('')}`, rule: undefined };
}

const NO_ANSWER = {
  title: 'The device did not answer',
  text: 'This is no rule of MSI-X: whatever is done to a function, it answers and goes on. A trap, an assertion, an end, a loop of its own or a value that no register holds is no answer.',
};

const REFUSED = {
  title: 'The device refuses what is defined',
  text: 'The standard says what this access or event does, and so does the profile: a function performs it. Where they leave it open, it may be refused.',
};

/** The title of a cause, and its rule where it has one. */
export function titleOf(cause: Cause): string {
  const { title, rule } = headOf(cause);
  return rule === undefined ? title : `${title} [${rule}]`;
}

function causeLines(cause: Cause, number: number, context: ReportContext): string[] {
  const [shortest, ...others] = cause.findings;
  return [
    `${number}. ${titleOf(cause)}, by ${cause.access}`,
    `   ${headOf(cause).text}`,
    ...(isFailure(shortest) ? [] : rulesBeside(shortest)),
    ...findingLines(shortest, context),
    ...context.resembles(cause).map((each) => `   It resembles ${each}`),
    ...others
      .slice(0, SITUATIONS)
      .map(
        (each) =>
          `   also: ${each.access}, ${each.before} to ${each.after}${each.rules.length === 0 ? '' : ` [${each.rules.join(', ')}]`}: ${each.trace.join(', ')}`,
      ),
    ...(others.length > SITUATIONS ? [`   and in ${others.length - SITUATIONS} more situations`] : []),
  ];
}

const SITUATIONS = 4;

function rulesBeside({ rules }: Finding): string[] {
  const others = rules.slice(1);
  if (others.length === 0) return [];
  return [`   or, as near: ${others.map((id) => `${ruleById(id).title} [${id}]`).join('; ')}`];
}

function findingLines(finding: Finding, context: ReportContext): string[] {
  const { trace, differences, before, after, access, otherAccesses, strategy, scene } = finding;
  return [
    `   by ${[...new Set([access, ...otherAccesses])].join(', ')}; from ${before} to ${after}; found by ${strategy}, ${scene}`,
    `   trace of ${trace.length} (${tellShortness(finding)}; ${tellShownAgain(finding)}): ${trace.length === 0 ? 'a fresh instance' : shortened(trace)}`,
    ...(finding.log ?? []).flatMap(({ action, requests, messages }) => [
      `     ${action.padEnd(18)} ${requests.join('; ')}${messages.length === 0 ? '' : `  -> ${messages.join(' ')}`}`,
    ]),
    ...differences.map((each) => `   ${each}`),
    ...readbackLines(finding).map((line) => `   ${line}`),
    `   replay: ${context.replay(finding)}`,
  ];
}

/** How short a trace is, as a clause. */
export function tellShortness({ shortness = 'as found', trace, reproduced }: Finding): string {
  if (trace.length === 0) return 'nothing to leave out';
  if (shortness === 'as found' && reproduced !== undefined)
    return 'as it was found: not made shorter, time or tries were over';
  return {
    shortest: 'no shorter one shows it',
    minimal: 'nothing can be left out',
    'so far': 'the shortest so far: time or tries were over',
    'as found': 'as it was found',
  }[shortness];
}

/** How often a trace has shown its finding again, as a clause. */
export const tellShownAgain = ({ reproduced }: Finding): string =>
  reproduced === undefined
    ? 'not run again: time was over'
    : `shown ${reproduced.shown} of ${reproduced.tries} times again`;

/** What was read back while a finding was shown again, where that matters. */
export function readbackLines({ needsReadback, isSparse, isUnread }: Finding): string[] {
  if (needsReadback === true) return ['It shows only where everything is read back after each step.'];
  if (isUnread === true) return ['Nothing is read before the last step but what the trace reads.'];
  return isSparse === true ? ['Nothing is read back before the last step.'] : [];
}

/** A trace in a line; the middle of a very long one is left out. */
export function shortened(trace: readonly string[]): string {
  if (trace.length <= 40) return trace.join(', ');
  return `${trace.slice(0, 5).join(', ')}, ... ${trace.length - 25} more ..., ${trace.slice(-20).join(', ')}`;
}

function coverageLines({ outcomes, coverage, notes }: Report): string[] {
  const part = (
    name: string,
    { covered, all, missing }: { covered: number; all: number; missing: readonly string[] },
  ): string =>
    `  ${name}: ${count(covered)} of ${count(all)}${missing.length === 0 || missing.length > 12 ? '' : `; not ${missing.join(', ')}`}`;
  return [
    'what was done:',
    ...outcomes.map(({ strategy, scene, steps, milliseconds, covered, isComplete, isBegun }) =>
      isBegun === false
        ? `  ${strategy}, ${scene}: not begun`
        : `  ${strategy}, ${scene}: ${covered}${isComplete ? '' : ' (not to its end)'}; ${count(steps)} steps, ${(milliseconds / 1000).toFixed(2)} s`,
    ),
    'what was covered of the specification:',
    part('transitions', coverage.transitions),
    part('guard outcomes', coverage.guards),
    part('rules', coverage.rules),
    `  pairs of a belief and an event: ${count(coverage.pairs)}`,
    ...(notes.length === 0 ? [] : ['what was not asked:', ...notes.map((note) => `  ${note}`)]),
    `  ${coverage.beyond.length} rules are beyond this judge; maskbit conform --format json says why of each.`,
  ];
}
