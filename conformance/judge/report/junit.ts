/**
 * A report as JUnit XML: a test case for each rule that was covered, failed where a finding cites it first.
 */
import { ruleById } from '../../../spec/index.ts';
import type { Report } from '../conform.ts';
import { type ReportContext, shortened } from './text.ts';

/** Writes a report as JUnit XML. */
export function reportJunit(report: Report, context: ReportContext): string {
  const failed = new Map<string, string[]>();
  for (const cause of report.causes) {
    const [finding] = cause.findings;
    const lines = [
      `by ${cause.access}, from ${finding.before} to ${finding.after}`,
      shortened(finding.trace),
      ...finding.differences,
      context.replay(finding),
    ];
    failed.set(cause.rule, [...(failed.get(cause.rule) ?? []), lines.join('\n')]);
  }
  const unsettled = report.unsettled.map(({ rule, access, findings: [finding] }) => {
    const message = `seen once, and not again: by ${access}, ${shortened(finding.trace)}`;
    return `    <testcase classname="${escapeXml(report.device)}" name="${escapeXml(`${ruleById(rule).title} [${rule}], unsettled`)}"><skipped message="${escapeXml(message)}"/></testcase>`;
  });
  const covered = new Set([...failed.keys(), ...report.coverage.coveredRules]);
  const skipped = report.coverage.rules.missing.filter((rule) => !covered.has(rule));
  const seconds = (report.milliseconds / 1000).toFixed(3);
  const cases = [
    ...[...covered].toSorted().map((rule) => {
      const open = `    <testcase classname="${escapeXml(report.device)}" name="${escapeXml(`${ruleById(rule).title} [${rule}]`)}"`;
      const failures = failed.get(rule);
      if (failures === undefined) return `${open}/>`;
      const inner = failures.map(
        (text) => `      <failure message="${escapeXml(ruleById(rule).text)}">${escapeXml(text)}</failure>`,
      );
      return [`${open}>`, ...inner, '    </testcase>'].join('\n');
    }),
    ...skipped.map(
      (rule) =>
        `    <testcase classname="${escapeXml(report.device)}" name="${escapeXml(`${ruleById(rule).title} [${rule}]`)}"><skipped message="nothing asked it"/></testcase>`,
    ),
    ...unsettled,
  ];
  const notAsked = skipped.length + unsettled.length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="maskbit conform" tests="${cases.length}" failures="${failed.size}" skipped="${notAsked}" time="${seconds}">`,
    `  <testsuite name="${escapeXml(report.device)}" tests="${cases.length}" failures="${failed.size}" skipped="${notAsked}" time="${seconds}">`,
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
