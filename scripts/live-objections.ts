/**
 * The table that the review never had: each objection for the patch as it was posted, for what the review asked for (both by our machines,
 * as docs/assigned-device.md has them), and for today's KVM, vfio-pci and QEMU, live. Writes it into docs/live.md, and without the details into
 * README.md.
 *
 *     npx tsx scripts/live-objections.ts [TRIES [REPETITIONS]]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { startAssigned } from '../conformance/device/nested/assigned.ts';
import { SCENARIOS, tryScenario } from '../conformance/live/objections.ts';
import { placeMarked } from './marked.ts';

const [tries = 10, repetitions = 50] = process.argv.slice(2).map(Number);
const PAGE = 'docs/live.md';

/** What the machines say: objection, then property, then posted, then (last but one) reviewed. */
function decided(objection: string): readonly [posted: string, reviewed: string] {
  const text = readFileSync('docs/assigned-device.md', 'utf8');
  const row = text.split('\n').find((line) => new RegExp(`^${objection}(,|\\s)`).test(line));
  if (row === undefined) throw new Error(`Got no row of ${objection} in docs/assigned-device.md; expected one.`);
  const verdicts = row.match(/holds|fails \(\d+\)/g)!;
  return [verdicts[0], verdicts[5]];
}

const device = await startAssigned({ cpus: 2, onProgress: console.error });
const rows: string[] = [];
const short: string[] = [];
try {
  for (const scenario of SCENARIOS) {
    const [posted, reviewed] = decided(scenario.objection);
    const { failed, wrong, trace } = await tryScenario(device, scenario, tries, repetitions);
    const today = failed === 0 ? 'holds' : `fails ${failed} of ${tries} times`;
    const shown =
      wrong === undefined
        ? ''
        : `${wrong.replaceAll('\n', ' ').replaceAll('|', '/').slice(0, 400)} Trace: \`${trace.join(', ')}\``;
    rows.push(`| ${scenario.objection} | ${scenario.words} | ${posted} | ${reviewed} | ${today} | ${shown} |`);
    short.push(`| ${scenario.words} | ${posted} | ${reviewed} | ${today} |`);
    console.error(`${scenario.objection}: ${today}`);
  }
} finally {
  await device.close();
}
const table = [
  `${device.name}, two processors in L1, ${tries} tries each, from a fresh state; races of ${repetitions} repetitions a try.`,
  '',
  '| | what is done | posted (machine) | reviewed (machine) | today (live) | what was wrong |',
  '|---|---|---|---|---|---|',
  ...rows,
].join('\n');
writeFileSync(PAGE, placeMarked(readFileSync(PAGE, 'utf8'), 'objections', table));
const brief = [
  '| what is done | as posted (machine) | as reviewed (machine) | today (live) |',
  '|---|---|---|---|',
  ...short,
].join('\n');
writeFileSync('README.md', placeMarked(readFileSync('README.md', 'utf8'), 'objections', brief));
