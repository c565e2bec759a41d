/**
 * The races on each level of the real path, by one and by two processors, and with other delays of the harness; written into docs/live.md as a
 * table. Each row is kept in docs/live-races.json, so that rows can be made one by one. Without names, all rows are made that need no --kernel.
 *
 *     npx tsx scripts/live-races.ts [NAME...] [--batches 10] [--repetitions 500] [--kernel PATH]
 *
 * The row `vfio-dynamic` needs --kernel: one whose vfio-pci adds vectors while MSI-X is enabled (Linux 6.5 or later).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type AssignedOptions, startAssigned } from '../conformance/device/nested/assigned.ts';
import { type BatchReport, runBatches, shareOf } from '../conformance/live/batches.ts';
import { RACES } from '../conformance/live/races.ts';
import type { RaceName } from '../conformance/live/names.ts';
import { placeMarked } from './marked.ts';

interface Setting {
  readonly name: string;
  readonly words: string;
  readonly options: AssignedOptions;
  readonly delay?: number;
  readonly gap?: number;
  readonly burst?: number;
  /** All when left out. */
  readonly races?: readonly RaceName[];
  readonly needsKernel?: boolean;
}

const SETTINGS: readonly Setting[] = [
  { name: 'guest', words: 'all of it: KVM, vfio-pci, QEMU', options: { cpus: 2 } },
  { name: 'guest-1', words: 'the same, one processor in L1', options: { cpus: 1 } },
  { name: 'guest-delay', words: 'the same, 200 ms waited instead of 40', options: { cpus: 2 }, delay: 200 },
  { name: 'guest-gap', words: 'the same, eight reads between event and act', options: { cpus: 2 }, gap: 8 },
  { name: 'guest-burst', words: 'the same, bursts of five in one write', options: { cpus: 2 }, burst: 5 },
  // The assertion of QEMU's e1000e ends most runs of the race with disabling; rocker has none.
  {
    name: 'guest-rocker',
    words: 'the same, `rocker` assigned',
    options: { cpus: 2, device: 'rocker' },
    races: ['disable'],
  },
  { name: 'vfio', words: "vfio-pci alone, QEMU's habit", options: { cpus: 2, level: 'vfio' } },
  { name: 'vfio-1', words: 'the same, one processor in L1', options: { cpus: 1, level: 'vfio' } },
  { name: 'vfio-gap', words: 'the same, eight reads between', options: { cpus: 2, level: 'vfio' }, gap: 8 },
  {
    name: 'vfio-rocker',
    words: 'the same, `rocker` assigned',
    options: { cpus: 2, level: 'vfio', device: 'rocker' },
    races: ['disable'],
  },
  { name: 'vfio-dynamic', words: 'the same, Linux 6.12', options: { cpus: 2, level: 'vfio' }, needsKernel: true },
  { name: 'vfio-mask', words: 'vfio-pci alone, physical Mask Bit', options: { cpus: 2, level: 'vfio-mask' } },
  {
    name: 'vfio-mask-rocker',
    words: 'the same, `rocker` assigned',
    options: { cpus: 2, level: 'vfio-mask', device: 'rocker' },
    races: ['disable'],
  },
  { name: 'kvm', words: "KVM's irqfd and routing alone", options: { cpus: 2, level: 'kvm' } },
  { name: 'kvm-gap', words: 'the same, eight reads between', options: { cpus: 2, level: 'kvm' }, gap: 8 },
];

interface Row {
  readonly name: string;
  readonly device: string;
  readonly batches: number;
  readonly repetitions: number;
  readonly reports: readonly BatchReport[];
}

const ROWS = 'docs/live-races.json';
const PAGE = 'docs/live.md';
const DELAY = 40;

const { values, positionals } = parseArgs({
  options: { batches: { type: 'string' }, repetitions: { type: 'string' }, kernel: { type: 'string' } },
  allowPositionals: true,
});
const batches = Number(values.batches ?? 10);
const repetitions = Number(values.repetitions ?? 500);

function readRows(): Row[] {
  try {
    return JSON.parse(readFileSync(ROWS, 'utf8')) as Row[];
  } catch {
    return [];
  }
}

async function rowOf({ name, options, delay = DELAY, gap, burst, races }: Setting): Promise<Row> {
  const device = await startAssigned({ ...options, kernel: values.kernel, onProgress: console.error });
  const reports: BatchReport[] = [];
  try {
    for (const race of RACES) {
      if (races !== undefined && !races.includes(race.name)) continue;
      const report = await runBatches(device, race, { batches, repetitions, delay, gap, burst });
      // Of an assertion, the line; what L1 said is left out of a page.
      const endings = report.endings.map((text) => /Assertion .*failed/.exec(text)?.[0] ?? text.slice(0, 120));
      reports.push({ ...report, endings });
      console.error(`${name}, ${race.name}: ${JSON.stringify(report.counts)}, ${endings.length} endings`);
    }
  } finally {
    await device.close();
  }
  return { name, device: device.name, batches, repetitions, reports };
}

function tableOf(rows: readonly Row[]): string {
  const cells = (words: readonly (string | number)[]): string => `| ${words.join(' | ')} |`;
  const races = RACES.map(({ name }) => name);
  const shown = SETTINGS.flatMap((setting) => {
    const row = rows.find(({ name }) => name === setting.name);
    return row === undefined ? [] : [{ setting, row }];
  });
  const all = shown.flatMap(({ row }) => row.reports);
  const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(0)} %`;
  const told = ({ lost, repetitions: of, counts, endings }: BatchReport, asked: number): string =>
    [
      `${lost.some((each) => each > 0) ? `**${shareOf(lost, of)}**` : 'none'}${of < asked ? ` of ${of}` : ''}`,
      ...(counts.late === 0 ? [] : [`${counts.late} late`]),
      ...(endings.length === 0 ? [] : [`${endings.length} ended`]),
    ].join(', ');
  const places = new Map<string, number>();
  for (const { places: each } of all)
    for (const [words, count] of Object.entries(each)) places.set(words, (places.get(words) ?? 0) + count);
  const sum = (of: (report: BatchReport) => number): number => all.reduce((total, report) => total + of(report), 0);
  const milliseconds = sum((report) => report.milliseconds);
  return [
    'Of an event, and what the guest does in the same write: the share that was lost though the device had sent it; in brackets, of the batch with the fewest and with the most. *Late*: a message came after the read that should have flushed it. *Ended*: L0 or another level ended; after three such endings a batch is given up.',
    '',
    cells(['', 'repetitions of each', ...races]),
    cells(['---', '---:', ...races.map(() => '---')]),
    ...shown.map(({ setting, row }) =>
      cells([
        setting.words,
        `${row.batches} x ${row.repetitions}`,
        ...races.map((race) => {
          const report = row.reports.find((each) => each.race === race);
          return report === undefined ? '' : told(report, row.batches * row.repetitions);
        }),
      ]),
    ),
    '',
    'Where the lost ones were last seen:',
    '',
    ...[...places].toSorted(([, one], [, other]) => other - one).map(([words, count]) => `- ${count}: ${words}`),
    '',
    `${Math.round((1000 * sum((report) => report.repetitions)) / milliseconds)} repetitions and ${Math.round((1000 * sum(({ commands }) => commands)) / milliseconds).toLocaleString('en')} commands a second; ${share(
      sum(({ waited }) => waited),
      milliseconds,
    )} of the time was spent waiting for messages.`,
  ].join('\n');
}

for (const name of positionals)
  if (!SETTINGS.some((each) => each.name === name))
    throw new Error(`Got the row ${name}; expected one of ${SETTINGS.map((each) => each.name).join(', ')}.`);
for (const setting of SETTINGS) {
  const isWanted =
    positionals.length > 0
      ? positionals.includes(setting.name)
      : setting.needsKernel !== true || values.kernel !== undefined;
  if (!isWanted) continue;
  const row = await rowOf(setting);
  const rows = [...readRows().filter(({ name }) => name !== setting.name), row];
  writeFileSync(ROWS, `${JSON.stringify(rows, undefined, 2)}\n`);
  writeFileSync(PAGE, placeMarked(readFileSync(PAGE, 'utf8'), 'races', tableOf(rows)));
}
