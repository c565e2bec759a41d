/**
 * A report as one page of HTML that needs nothing else: each finding with a sequence chart of what guest, device and host said to each other.
 */
import { ruleById } from '../../../spec/index.ts';
import type { Report } from '../conform.ts';
import type { Cause, Finding } from '../findings.ts';
import { tellProfile } from '../profile.ts';
import { escapeXml } from './junit.ts';
import {
  count,
  headOf,
  readbackLines,
  tellShortness,
  tellShownAgain,
  titleOf,
  type ReportContext,
  verdictLine,
} from './text.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8886; --bad: #c0392b; --soft: #8882; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2.5rem }
code, pre, svg text { font-family: ui-monospace, monospace; font-size: 13px }
pre { background: var(--soft); padding: .6rem; overflow-x: auto }
table { border-collapse: collapse } td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top }
svg { max-width: 100%; height: auto } svg .life { stroke: var(--line) } svg .arrow { stroke: currentColor; fill: none }
svg text, svg circle, svg .tip { fill: currentColor; stroke: none } svg .bad { stroke: var(--bad) }
svg text.bad, svg circle.bad, svg .tip.bad { fill: var(--bad); stroke: none }
.bad { color: var(--bad) } details { margin: .3rem 0 }`;

/** Writes a report as a page. */
export function reportHtml(report: Report, context: ReportContext): string {
  const tell = (cause: Cause, number: number): string => {
    const [shortest, ...others] = cause.findings;
    const head = headOf(cause);
    return [
      `<h2 id="cause-${number}">${number}. ${escapeXml(titleOf(cause))}, by ${escapeXml(cause.access)}</h2>`,
      `<p>${escapeXml(head.text)}</p>`,
      ...(shortest.rules.length > 1 && head.rule !== undefined
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
  };
  const causes = report.causes.map((cause, index) => tell(cause, index + 1));
  const unsettled = report.unsettled.map((cause, index) => tell(cause, causes.length + index + 1));
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
<p>${report.vectorCounts.join(', ')} vector${report.vectorCounts.join() === '1' ? '' : 's'}; abilities: ${escapeXml(report.abilities.join(', ') || 'none')}; seed ${report.seed}.</p>
${causes.length > 1 ? `<ol>${report.causes.map((cause, index) => `<li><a href="#cause-${index + 1}">${escapeXml(titleOf(cause))}</a>, by ${escapeXml(cause.access)}</li>`).join('')}</ol>` : ''}
${causes.join('\n')}
${unsettled.length === 0 ? '' : `<h2>Seen once, and not again</h2>\n<p>These did not show when their path was run again on a fresh instance: the device has more state than it is asked for, or answers late. No verdict of wrong rests on them.</p>\n${unsettled.join('\n')}`}
<h2>Profile: ${escapeXml(report.profile.name)}</h2>
<table>${reasons.map(({ choice, value, words }) => `<tr><td><code>${choice}</code></td><td><code>${value}</code></td><td>${escapeXml(words)}</td></tr>`).join('\n')}</table>
<h2>What was done</h2>
<table>${report.outcomes.map((each) => `<tr><td>${escapeXml(each.strategy)}</td><td>${escapeXml(each.scene)}</td><td>${escapeXml(each.covered)}${each.isComplete ? '' : ' (not to its end)'}</td><td>${count(each.steps)} steps</td></tr>`).join('\n')}</table>
<h2>What was covered</h2>
<p>${coverage.transitions.covered} of ${coverage.transitions.all} transitions, ${coverage.guards.covered} of ${coverage.guards.all} guard outcomes, ${coverage.rules.covered} of ${coverage.rules.all} rules, ${count(coverage.pairs)} pairs of a belief and an event.</p>
${coverage.rules.missing.length === 0 ? '' : `<p>Not covered: ${coverage.rules.missing.map((rule) => `<code>${rule}</code>`).join(', ')}.</p>`}
<h2>What was not asked</h2>
<ul>${report.notes.map((note) => `<li>${escapeXml(note)}</li>`).join('\n')}</ul>
<details><summary>${coverage.beyond.length} rules are beyond this judge</summary><ul>${coverage.beyond.map(({ rule, why }) => `<li><code>${rule}</code> ${escapeXml(why)}</li>`).join('\n')}</ul></details>
</body>
</html>
`;
}

function findingHtml(finding: Finding, context: ReportContext): string {
  return [
    `<p>By ${escapeXml([...new Set([finding.access, ...finding.otherAccesses])].join(', '))}, from ${finding.before} to ${finding.after}; found by ${escapeXml(finding.strategy)}; ${tellShortness(finding)}; ${tellShownAgain(finding)}.</p>`,
    `<p class="bad">${[...finding.differences, ...readbackLines(finding)].map(escapeXml).join('<br>')}</p>`,
    finding.trace.length === 0
      ? '<p>A fresh instance shows it.</p>'
      : finding.log === undefined
        ? `<p>${finding.trace.length} steps, too many for a chart.</p>`
        : sequenceChart(finding),
    `<pre>${escapeXml(context.replay(finding))}</pre>`,
  ].join('\n');
}

const LIFELINES = { guest: 260, device: 540, host: 800 };
const ROW = 24;

/** A sequence chart: step by step what the guest does to the device, what the device model signals, and the messages that leave. */
function sequenceChart(finding: Finding): string {
  const rows: string[] = [];
  let y = 52;
  const text = (x: number, words: string, kind: string, anchor = 'start'): void =>
    void rows.push(`<text class="${kind}" x="${x}" y="${y - 5}" text-anchor="${anchor}">${escapeXml(words)}</text>`);
  const arrow = (from: number, to: number, words: string, kind: string): void => {
    rows.push(`<path class="arrow ${kind}" d="M${from} ${y}H${to}" marker-end="url(#tip${kind})"/>`);
    text((from + to) / 2, words, kind, 'middle');
    y += ROW;
  };
  const log = finding.log ?? [];
  log.forEach(({ action, requests, messages }, index) => {
    const kind = index === log.length - 1 ? 'bad' : '';
    const isModel = action.startsWith('signal') || action.startsWith('retire') || action === 'reset';
    text(4, `${index + 1}. ${action}`, kind);
    for (const request of requests) {
      if (!isModel) {
        arrow(LIFELINES.guest, LIFELINES.device, request, kind);
        continue;
      }
      rows.push(`<circle class="${kind}" cx="${LIFELINES.device}" cy="${y - 9}" r="4"/>`);
      text(LIFELINES.device + 10, request, kind);
      y += ROW;
    }
    for (const message of messages) arrow(LIFELINES.device, LIFELINES.host, message, kind);
  });
  const lives = Object.entries(LIFELINES).map(
    ([name, x]) =>
      `<text x="${x}" y="18" text-anchor="middle">${name}</text><path class="life" d="M${x} 26V${y - ROW / 2}"/>`,
  );
  const tips = ['', 'bad'].map(
    (kind) =>
      `<marker id="tip${kind}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip ${kind}" d="M0 0L8 4L0 8z"/></marker>`,
  );
  return `<svg viewBox="0 0 900 ${y}" role="img" aria-label="sequence chart of the trace"><defs>${tips.join('')}</defs>${lives.join('')}${rows.join('')}</svg>`;
}
