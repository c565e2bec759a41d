/**
 * A report as JSON: the same as data, with a format and a version.
 */
import type { Report } from '../conform.ts';
import type { Cause } from '../findings.ts';
import { headOf, type ReportContext } from './text.ts';

/** The version of the format. */
export const REPORT_VERSION = 1;

/** A report as a value to be written as JSON. */
export function reportJson(report: Report, context: ReportContext): object {
  const { causes, unsettled, ...rest } = report;
  return {
    maskbit: 'conform',
    version: REPORT_VERSION,
    ...rest,
    causes: causes.map((cause) => tellCause(cause, context)),
    unsettled: unsettled.map((cause) => tellCause(cause, context)),
  };
}

function tellCause(cause: Cause, context: ReportContext): object {
  return {
    rule: headOf(cause).rule,
    title: headOf(cause).title,
    text: headOf(cause).text,
    access: cause.access,
    resembles: context.resembles(cause),
    findings: cause.findings.map((finding) => ({
      rules: finding.rules,
      access: finding.access,
      otherAccesses: finding.otherAccesses,
      before: finding.before,
      after: finding.after,
      trace: finding.trace,
      differences: finding.differences,
      failure: finding.failure,
      count: finding.count,
      scene: finding.scene,
      strategy: finding.strategy,
      shortness: finding.shortness,
      isSparse: finding.isSparse,
      isUnread: finding.isUnread,
      needsReadback: finding.needsReadback,
      reproduced: finding.reproduced,
      log: finding.log,
      replay: context.replay(finding),
    })),
  };
}
