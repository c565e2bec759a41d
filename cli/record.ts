/**
 * `maskbit record`: boots a guest with a device, lets it go through scenarios, and writes what it and the device did as a log with its
 * record; then replays it, so that what is written is known to be of use.
 */
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Recording, record as recordGuest } from '../conformance/record/recorder.ts';
import { functionsIn } from '../conformance/record/functions.ts';
import { DeviceError } from '../conformance/device/failure.ts';
import { EXIT, type Exit, print, shellWord, tell } from './output.ts';
import { formatCell, printTable } from './report.ts';
import { writeWhole } from './whole.ts';

/** What the command line may say of a recording. */
export interface RecordChoices {
  readonly out?: string;
  readonly machine?: 'q35' | 'pc';
  readonly cpus?: number;
  readonly queues?: number;
  readonly kernel?: string;
  readonly qemuBinary?: string;
  readonly seconds?: number;
  readonly force?: boolean;
  readonly assigned?: boolean;
}

/** Records a device in scenarios. */
export async function record(device: string, scenarios: readonly string[], choices: RecordChoices): Promise<Exit> {
  const { out = [device, ...scenarios].join('-'), force, qemuBinary, assigned, ...options } = choices;
  const [log, described] = [`${out}.gz`, `${out}.json`];
  const taken = [log, described].find((path) => existsSync(path));
  if (taken !== undefined && force !== true) {
    tell(`Got ${taken}, which is there already; expected another --out, or --force.`);
    return EXIT.usage;
  }
  const command = commandOf(device, scenarios, choices);
  let recording: Recording;
  try {
    recording = await recordGuest({
      device,
      scenarios,
      ...options,
      qemu: qemuBinary,
      isAssigned: assigned,
      onBegin: () => tell(`Boots ${device} in a guest without acceleration; that takes half a minute to some minutes.`),
      onSaid: (text) => tell(`  ${text}`),
    });
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    tell(error.message);
    return EXIT.failed;
  }
  const { lines, written, seconds, ending, release, version, said } = recording;
  const { functions, others } = functionsIn(lines);
  const told = {
    origin: `Linux ${release} under QEMU ${version}: it boots with ${device}${assigned === true ? ', which is assigned by vfio-pci of a Linux in QEMU' : ''}${scenarios.length === 0 ? '' : `, and then: ${scenarios.join(', ')}`}. Of ${written} lines of QEMU's log, those of this device, its port and the messages were kept, without times and pointers.`,
    command,
    qemu: recording.command,
    recorded: new Date().toISOString().slice(0, 10),
    ending,
    guest: said,
    others,
    functions: Object.fromEntries(
      functions.map(({ name, verdict, reason, figures, disagreements }) => [
        name,
        {
          verdict,
          reason,
          figures,
          disagreements: disagreements.map(({ line, got, expected }) => `${line}: ${got} ${expected}`),
        },
      ]),
    ),
  };
  writeWhole(log, lines.map((line) => `${line}\n`).join(''));
  writeWhole(described, `${JSON.stringify(told, null, 2)}\n`);
  print(
    `${log}: ${formatCell(lines.length)} lines of ${formatCell(written)}, ${formatCell(statSync(log).size)} bytes, after ${seconds.toFixed(0)} s; its record is ${basename(described)}.`,
  );
  printTable(
    ['function', 'verdict', 'table accesses', 'messages explained', 'disagreements'],
    functions.map(({ name, verdict, figures, disagreementCount }) => [
      name,
      verdict,
      figures.accesses.tableRead + figures.accesses.tableWrite,
      Object.values(figures.messages.explained).reduce((sum, count) => sum + count, 0),
      disagreementCount,
    ]),
  );
  for (const { name, reason } of functions) if (reason !== undefined) print(`${name}: ${reason}`);
  for (const { name } of functions) print(`maskbit replay ${shellWord(log)} --device ${shellWord(name)}`);
  if (ending !== undefined) {
    print(`The guest did not come to its end. ${ending}`);
    return EXIT.bound;
  }
  if (functions.some(({ verdict }) => verdict === 'violated')) return EXIT.violated;
  return functions.some(({ verdict }) => verdict === 'holds') ? EXIT.holds : EXIT.bound;
}

function commandOf(device: string, scenarios: readonly string[], choices: RecordChoices): string {
  const { machine, cpus, queues, kernel, qemuBinary } = choices;
  return [
    ...['maskbit', 'record', device, ...scenarios],
    ...(choices.assigned === true ? ['--assigned'] : []),
    ...Object.entries({ machine, cpus, queues, kernel, 'qemu-binary': qemuBinary }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, shellWord(String(value))],
    ),
  ].join(' ');
}
