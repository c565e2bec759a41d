/**
 * A report as one page of HTML that needs nothing else: each finding with a sequence chart of what guest, device and host said to each other.
 */
import { ruleById } from '../../../spec/index.ts';
import type { Report } from '../conform.ts';
import type { Finding } from '../findings.ts';
import { tellProfile } from '../profile.ts';
import { escapeXml } from './junit.ts';
import { count, type ReportContext, verdictLine } from './text.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8886; --bad: #c0392b; --soft: #8882; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2.5rem }
code, pre, svg text { font-family: ui-monospace, monospace; font-size: 13px }
pre { background: var(--soft); padding: .6rem; overflow-x: auto }
table { border-collapse: collapse } td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top }
svg { max-width: 100%; height: auto } svg .life { stroke: var(--line) } svg .arrow { stroke: currentColor; fill: none }
svg text { fill: currentColor } svg .bad { stroke: var(--bad) } svg text.bad { fill: var(--bad); stroke: none }
.bad { color: var(--bad) } details { margin: .3rem 0 }`;

/** Writes a report as a page. */
export function reportHtml(report: Report, context: ReportContext): string {
  const causes = report.causes.map((cause, index) => {
    const [shortest, ...others] = cause.findings;
    const rule = ruleById(cause.rule);
    return [
      `<h2 id="cause-${index + 1}">${index + 1}. ${escapeXml(rule.title)} <code>${cause.rule}</code>, by ${escapeXml(cause.access)}</h2>`,
      `<p>${escapeXml(rule.text)}</p>`,
      ...(shortest.rules.length > 1
        ? [
            `<p>Or, as near: ${shortest.rules
              .slice(1)
              .map((id) => `${escapeXml(ruleById(id).title)} <code>${id}</code>`)
              .join('; ')}.</p>`,
          ]
        : []),
      ...context.resembles(cause).map((each) => `<p>It resembles ${escapeXml(each)}</p>`),
      findingHtml(shortest, context),
      ...others.map(
        (each) =>
          `<details><summary>also: ${escapeXml(each.access)}, ${each.before} to ${each.after}, ${each.trace.length} steps</summary>${findingHtml(each, context)}</details>`,
      ),
    ].join('\n');
  });
  const reasons =
    report.reasons.length > 0
      ? report.reasons
      : tellProfile(report.profile).map(({ choice, value, words }) => ({ choice, value, words }));
  const { coverage } = report;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>maskbit conform: ${escapeXml(report.device)}</title><style>${STYLE}</style></head>
<body>
<h1>${escapeXml(verdictLine(report))}</h1>
<p>${report.vectorCounts.join(', ')} vectors; abilities: ${escapeXml(report.abilities.join(', ') || 'none')}; seed ${report.seed}.</p>
${causes.join('\n')}
<h2>Profile: ${escapeXml(report.profile.name)}</h2>
<table>${reasons.map(({ choice, value, words }) => `<tr><td><code>${choice}</code></td><td><code>${value}</code></td><td>${escapeXml(words)}</td></tr>`).join('\n')}</table>
<h2>What was done</h2>
<table>${report.outcomes.map((each) => `<tr><td>${escapeXml(each.strategy)}</td><td>${escapeXml(each.scene)}</td><td>${escapeXml(each.covered)}${each.isComplete ? '' : ' (not to its end)'}</td><td>${count(each.steps)} steps</td></tr>`).join('\n')}</table>
<h2>What was covered</h2>
<p>${coverage.transitions.covered} of ${coverage.transitions.all} transitions, ${coverage.guards.covered} of ${coverage.guards.all} guard outcomes, ${coverage.rules.covered} of ${coverage.rules.all} rules, ${count(coverage.pairs)} pairs of a belief and an event.</p>
<ul>${report.notes.map((note) => `<li>${escapeXml(note)}</li>`).join('\n')}</ul>
<details><summary>${coverage.beyond.length} rules are beyond this judge</summary><ul>${coverage.beyond.map(({ rule, why }) => `<li><code>${rule}</code> ${escapeXml(why)}</li>`).join('\n')}</ul></details>
</body>
</html>
`;
}

function findingHtml(finding: Finding, context: ReportContext): string {
  const { reproduced } = finding;
  return [
    `<p>By ${escapeXml([finding.access, ...finding.otherAccesses].join(', '))}, from ${finding.before} to ${finding.after}; found by ${escapeXml(finding.strategy)}${
      reproduced === undefined ? '' : `; shown ${reproduced.shown} of ${reproduced.tries} times again`
    }.</p>`,
    `<p class="bad">${finding.differences.map(escapeXml).join('<br>')}</p>`,
    finding.log === undefined ? `<p>${finding.trace.length} steps, too many for a chart.</p>` : sequenceChart(finding),
    `<pre>${escapeXml(context.replay(finding))}</pre>`,
  ].join('\n');
}

const LIFELINES = { guest: 130, device: 430, host: 730 };
const ROW = 24;

/** A sequence chart: what the guest does to the device, what the device model signals, and the messages that leave. */
function sequenceChart(finding: Finding): string {
  const rows: string[] = [];
  let y = 50;
  const arrow = (from: number, to: number, text: string, kind: string): void => {
    const middle = (from + to) / 2;
    rows.push(
      `<path class="arrow ${kind}" d="M${from} ${y}H${to}" marker-end="url(#tip)"/><text class="${kind}" x="${middle}" y="${y - 5}" text-anchor="middle">${escapeXml(text)}</text>`,
    );
    y += ROW;
  };
  const log = finding.log ?? [];
  log.forEach(({ action, requests, messages }, index) => {
    const kind = index === log.length - 1 ? 'bad' : '';
    const isModel = action.startsWith('signal') || action.startsWith('retire') || action === 'reset';
    for (const request of requests) {
      if (isModel) {
        rows.push(`<text class="${kind}" x="${LIFELINES.device + 8}" y="${y}">${escapeXml(request)}</text>`);
        y += ROW;
      } else arrow(LIFELINES.guest, LIFELINES.device, request, kind);
    }
    for (const message of messages) arrow(LIFELINES.device, LIFELINES.host, message, kind);
  });
  for (const difference of finding.differences) {
    rows.push(`<text class="bad" x="8" y="${y}">${escapeXml(difference)}</text>`);
    y += ROW;
  }
  const lives = Object.entries(LIFELINES).map(
    ([name, x]) => `<text x="${x}" y="18" text-anchor="middle">${name}</text><path class="life" d="M${x} 26V${y}"/>`,
  );
  return `<svg viewBox="0 0 860 ${y + 10}" role="img" aria-label="sequence chart of the trace"><defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>${lives.join('')}${rows.join('')}</svg>`;
}
