/**
 * Puts QEMU's own devices to the judge, and writes what came of it into docs/live.md: a profile, findings, a random run. A row for each
 * device is kept in docs/live-devices.json, so that devices can be done one by one: `npx tsx scripts/live.ts rocker nvme`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { RemoteDevice } from '../conformance/device/device.ts';
import { FAMILIES } from '../conformance/device/qemu/families/index.ts';
import { startQemu } from '../conformance/device/qemu/qemu.ts';
import { conform } from '../conformance/judge/conform.ts';
import type { Cause } from '../conformance/judge/findings.ts';
import { remoteSubject } from '../conformance/judge/subject.ts';
import { CHOICES } from '../spec/choices.ts';
import { placeMarked } from './marked.ts';

interface Told {
  readonly rules: readonly string[];
  readonly trace: readonly string[];
  readonly what: string;
  readonly shown: string;
}

interface Row {
  readonly device: string;
  readonly name: string;
  readonly vectors: number;
  readonly choices: Readonly<Record<string, string>>;
  readonly findings: readonly Told[];
  readonly accesses: number;
  readonly steps: number;
  /** What the random run found that may not be what the run before it found: no rule that it may break is one of those. */
  readonly unexplained: readonly Told[];
  readonly seconds: number;
  readonly commandsPerSecond: number;
  readonly waiting: number;
  readonly told: string;
}

const ROWS = 'docs/live-devices.json';
const PAGE = 'docs/live.md';
const LEARNING = Number(process.env.SECONDS_EACH ?? 45);
const MOST = Number(process.env.SECONDS_RANDOM ?? 400);

async function main(): Promise<void> {
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : FAMILIES.map(({ names }) => names[0]);
  for (const device of wanted) {
    const row = await rowOf(device);
    const rows = readRows().filter((each) => each.device !== device);
    rows.push(row);
    writeFileSync(ROWS, `${JSON.stringify(rows, undefined, 2)}\n`);
    console.log(
      `${device}: ${row.accesses} accesses, ${row.findings.length} findings, ${row.unexplained.length} unexplained`,
    );
  }
  writeFileSync(PAGE, placeMarked(readFileSync(PAGE, 'utf8'), 'devices', tableOf(readRows())));
}

function readRows(): Row[] {
  try {
    return JSON.parse(readFileSync(ROWS, 'utf8')) as Row[];
  } catch {
    return [];
  }
}

async function rowOf(device: string): Promise<Row> {
  const started = await startQemu({ device });
  const began = performance.now();
  const learnt = await conform(remoteSubject(started), { learn: true, seconds: LEARNING });
  const goal = Number(process.env.ACCESSES ?? (device === 'rocker' ? 1_000_000 : 100_000));
  const counting = counted(started);
  const random = await conform(remoteSubject(counting), {
    profile: learnt.profile,
    strategies: ['random walks'],
    scenes: ['one vector', 'two vectors', 'three vectors'],
    seconds: MOST,
    seed: 28,
    isStopped: () => counting.accesses >= goal,
  });
  const milliseconds = performance.now() - began;
  await started.close();
  const known = new Set(learnt.causes.map(({ rule }) => rule));
  return {
    device,
    name: started.name,
    vectors: started.vectorCount,
    choices: learnt.profile.choices,
    findings: learnt.causes.map(tell),
    accesses: counting.accesses,
    steps: learnt.steps + random.steps,
    unexplained: random.causes.filter(({ findings: [{ rules }] }) => !rules.some((rule) => known.has(rule))).map(tell),
    seconds: milliseconds / 1000,
    commandsPerSecond: (1000 * started.commands) / milliseconds,
    waiting: started.waits.spent / milliseconds,
    told: started.waits.told ?? 'It acts at once, and is not waited for.',
  };
}

function tell({ findings: [{ rules, trace, differences, reproduced }] }: Cause): Told {
  const [difference = ''] = differences;
  return {
    ...{ rules, trace: trace.slice(0, 12) },
    // Of what a program says before it dies, the assertion counts.
    what: /Assertion .*/.exec(difference)?.[0] ?? difference.split('\n')[0],
    shown: reproduced === undefined ? 'not' : `${reproduced.shown} of ${reproduced.tries}`,
  };
}

/** Counts the accesses and events of a device; looking for messages is none. */
function counted(device: RemoteDevice): RemoteDevice & { accesses: number } {
  return {
    accesses: 0,
    name: device.name,
    vectorCount: device.vectorCount,
    abilities: device.abilities,
    signalled: device.signalled,
    merges: device.merges,
    run(requests) {
      this.accesses += requests.filter(({ verb }) => verb !== 'outputs').length;
      return device.run(requests);
    },
    fresh: () => device.fresh(),
    close: () => device.close(),
  };
}

const tellAll = (all: readonly Told[], none: string): string =>
  all
    .map(
      ({ rules, trace, what, shown }) =>
        `${rules.slice(0, 2).join(', ')}: \`${trace.join(' ')}\`. ${what.slice(0, 160)} Shown ${shown} times.`,
    )
    .join('<br>') || none;

function tableOf(rows: readonly Row[]): string {
  const order = FAMILIES.map(({ names }) => names[0]);
  const sorted = rows.toSorted((one, other) => order.indexOf(one.device) - order.indexOf(other.device));
  const cells = (words: readonly (string | number)[]): string => `| ${words.join(' | ')} |`;
  const number = (value: number): string => Math.round(value).toLocaleString('en');
  const choices = CHOICES.map(({ name }) => name);
  return [
    'The profile, as it was learnt:',
    '',
    cells(['', ...sorted.map(({ device }) => `\`${device}\``)]),
    cells(['---', ...sorted.map(() => '---')]),
    ...choices.map((name) => cells([name, ...sorted.map((row) => row.choices[name])])),
    '',
    'Findings, each with its shortest trace, and the random run with the profile:',
    '',
    cells(['device', 'findings', 'random accesses', 'found by these alone', 'commands a second', 'waiting']),
    cells(['---', '---', '---:', '---', '---:', '---:']),
    ...sorted.map((row) =>
      cells([
        `\`${row.device}\`, ${row.vectors} vectors`,
        tellAll(row.findings, 'none'),
        number(row.accesses),
        tellAll(row.unexplained, 'nothing'),
        number(row.commandsPerSecond),
        `${(100 * row.waiting).toFixed(1)} %`,
      ]),
    ),
    '',
    ...sorted.map(({ device, told }) => `- \`${device}\`: ${told}`),
  ].join('\n');
}

await main();
