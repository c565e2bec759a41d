/**
 * A report as JUnit XML: a test case for each rule that was covered, failed where a finding cites it first.
 */
import { ruleById } from '../../../spec/index.ts';
import type { Report } from '../conform.ts';
import { headOf, readbackLines, type ReportContext, shortened, titleOf } from './text.ts';

/** Writes a report as JUnit XML. */
export function reportJunit(report: Report, context: ReportContext): string {
  const nameOf = (rule: string): string => `${ruleById(rule).title} [${rule}]`;
  /** By the name of the test case. */
  const failed = new Map<string, { readonly message: string; readonly texts: string[] }>();
  for (const cause of report.causes) {
    const [finding] = cause.findings;
    const lines = [
      `by ${cause.access}, from ${finding.before} to ${finding.after}`,
      shortened(finding.trace),
      ...finding.differences,
      ...readbackLines(finding),
      context.replay(finding),
    ];
    const name = titleOf(cause);
    const known = failed.get(name) ?? { message: headOf(cause).text, texts: [] };
    known.texts.push(lines.join('\n'));
    failed.set(name, known);
  }
  const { coveredRules, rules } = report.coverage;
  const covered = new Set([...failed.keys(), ...coveredRules.map(nameOf)]);
  const skipped = [
    ...rules.missing
      .map(nameOf)
      .filter((name) => !covered.has(name))
      .map((name) => ({ name, message: 'nothing asked it' })),
    ...report.unsettled.map((cause) => ({
      name: `${titleOf(cause)}, unsettled`,
      message: `seen once, and not again: by ${cause.access}, ${shortened(cause.findings[0].trace)}`,
    })),
  ];
  const seconds = (report.milliseconds / 1000).toFixed(3);
  const open = (name: string): string =>
    `    <testcase classname="${escapeXml(report.device)}" name="${escapeXml(name)}"`;
  const cases = [
    ...[...covered].toSorted().map((name) => {
      const failure = failed.get(name);
      if (failure === undefined) return `${open(name)}/>`;
      const inner = failure.texts.map(
        (text) => `      <failure message="${escapeXml(failure.message)}">${escapeXml(text)}</failure>`,
      );
      return [`${open(name)}>`, ...inner, '    </testcase>'].join('\n');
    }),
    ...skipped.map(({ name, message }) => `${open(name)}><skipped message="${escapeXml(message)}"/></testcase>`),
  ];
  const counts = `tests="${cases.length}" failures="${failed.size}" skipped="${skipped.length}" time="${seconds}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="maskbit conform" ${counts}>`,
    `  <testsuite name="${escapeXml(report.device)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

// What XML 1.0 cannot hold at all.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands in XML and HTML. */
export function escapeXml(text: string): string {
  return text.replaceAll(FORBIDDEN, '?').replaceAll(/[&<>"']/g, (character) => ENTITIES[character]);
}
