/**
 * The table that the review never had: each objection for the patch as it was posted, for what the review asked for (both by our machines,
 * as docs/assigned-device.md has them), and for today's KVM, vfio-pci and QEMU, live. Writes it into docs/live.md, and without the details into
 * README.md.
 *
 *     npx tsx scripts/live-objections.ts [--tries 10] [--repetitions 50] [--dynamic-kernel PATH]
 *
 * QEMU 7.2 adds no vector while MSI-X is enabled, even where the kernel could. So R9 is tried by vfio-pci alone, too: with the kernel that is
 * installed, and with one that adds vectors (Linux 6.5 or later), where it is said where one is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type AssignedOptions, startAssigned } from '../conformance/device/nested/assigned.ts';
import { SCENARIOS, type Scenario, tryScenario } from '../conformance/live/objections.ts';
import { placeMarked } from './marked.ts';

const { values } = parseArgs({
  options: { tries: { type: 'string' }, repetitions: { type: 'string' }, 'dynamic-kernel': { type: 'string' } },
});
const tries = Number(values.tries ?? 10);
const repetitions = Number(values.repetitions ?? 50);
const PAGE = 'docs/live.md';

/** What the machines say: objection, then property, then posted, then (last but one) reviewed. */
function decided(objection: string): readonly [posted: string, reviewed: string] {
  const text = readFileSync('docs/assigned-device.md', 'utf8');
  const row = text.split('\n').find((line) => new RegExp(`^${objection}(,|\\s)`).test(line));
  if (row === undefined) throw new Error(`Got no row of ${objection} in docs/assigned-device.md; expected one.`);
  const verdicts = row.match(/holds|fails \(\d+\)/g)!;
  return [verdicts[0], verdicts[5]];
}

const rows: string[] = [];
const short: string[] = [];

/** Tries scenarios on one device. `where` is what is said of it behind what is done. */
async function addRows(options: AssignedOptions, scenarios: readonly Scenario[], where = ''): Promise<string> {
  const device = await startAssigned({ cpus: 2, ...options, onProgress: console.error });
  try {
    for (const scenario of scenarios) {
      const [posted, reviewed] = decided(scenario.objection);
      const { failed, wrong, trace } = await tryScenario(device, scenario, tries, repetitions);
      const today = failed === 0 ? 'holds' : `fails ${failed} of ${tries} times`;
      const shown =
        wrong === undefined
          ? ''
          : `${wrong.replaceAll('\n', ' ').replaceAll('|', '/').slice(0, 400)} Trace: \`${trace.join(', ')}\``;
      const words = `${scenario.words}${where}`;
      rows.push(`| ${scenario.objection} | ${words} | ${posted} | ${reviewed} | ${today} | ${shown} |`);
      // The front page is short: it has the whole path alone.
      if (where === '') short.push(`| ${words} | ${posted} | ${reviewed} | ${today} |`);
      console.error(`${scenario.objection}${where}: ${today}`);
    }
    return device.name;
  } finally {
    await device.close();
  }
}

// An added vector lets QEMU's e1000e end by an assertion of its own, which is nobody's answer to R9. Rocker has none; QEMU cannot save it, so each try boots.
const isAdding = ({ objection }: Scenario): boolean => objection === 'R9';
const added = SCENARIOS.filter(isAdding);
const name = await addRows(
  {},
  SCENARIOS.filter((each) => !isAdding(each)),
);
await addRows({ device: 'rocker' }, added);
await addRows({ device: 'rocker', level: 'vfio' }, added, ', by vfio-pci alone');
if (values['dynamic-kernel'] !== undefined)
  await addRows(
    { device: 'rocker', level: 'vfio', kernel: values['dynamic-kernel'] },
    added,
    ', by vfio-pci alone of Linux 6.12, which adds vectors one by one (QEMU 7.2 would not)',
  );
const table = [
  `${name}, two processors in L1, ${tries} tries each, from a fresh state; races of ${repetitions} repetitions a try. R9 with \`rocker\` in place of e1000e.`,
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
