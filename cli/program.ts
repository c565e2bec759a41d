/**
 * The command line: parses, calls, and returns the exit status for what came of it.
 */
import { readFileSync } from 'node:fs';
import { Argument, Command, CommanderError, Option } from 'commander';
import { closest } from 'fastest-levenshtein';
import { BoundError } from '../checker/explore/bound.ts';
import { STRATEGY_NAMES, STRATEGY_WORDS, TEST_FORMATS } from '../conformance/generate/names.ts';
import { LEVELS } from '../conformance/device/nested/names.ts';
import { RACE_NAMES } from '../conformance/live/names.ts';
import { RECORD_HELP } from '../conformance/record/names.ts';
import { RECIPE } from '../conformance/replay/recipe.ts';
import { MACHINE_NAMES, type MachineName } from '../properties/names.ts';
import type { CheckChoices } from './check.ts';
import type { CheckMachineChoices } from './check-machine.ts';
import type { ConformChoices } from './conform.ts';
import {
  EXPORT_FORMATS,
  EXPORT_NAMES,
  type ExportFormat,
  type ExportName,
  TRACE_FORMS,
  type TraceForm,
} from './names.ts';
import { requireEnding } from './input.ts';
import type { GenerateChoices } from './generate.ts';
import type { InspectChoices } from './inspect.ts';
import {
  boundsOf,
  CHANNEL,
  DESIGN,
  type InstanceChoices,
  MACHINE_VECTORS_MAX,
  MESSAGES,
  parseBound,
  parseBytes,
  parsePage,
  parsePort,
  wholeNumber,
  parseVectorCounts,
  VECTORS,
  withJudgeOptions,
} from './options.ts';
import { EXIT, type Exit, guardOutputs, printRaw, safe, tell, wrapHelp, wrapLines } from './output.ts';
import { parseAddress, parseLogVectors, parseWhole } from './log-options.ts';
import type { ExplainChoices } from './explain.ts';
import type { RecordChoices } from './record.ts';
import type { ReplayChoices } from './replay.ts';
import type { MuseumChoices } from './museum.ts';
import type { ProveChoices } from './prove.ts';
import { packagePath } from './root.ts';

const { version } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string };

/** The width of what --help prints where there is no terminal. */
const HELP_COLUMNS = 80;

const program = new Command('maskbit')
  .description(
    'A model-checked specification of MSI-X, an implementation shown equal to it, and the tests that follow.',
  )
  .version(version)
  .exitOverride()
  .configureOutput({
    writeOut: (text) => printRaw(wrapHelp(text, process.stdout.isTTY ? process.stdout.columns : HELP_COLUMNS)),
    writeErr: (text) => process.stderr.write(safe(text)),
  })
  .showHelpAfterError('(maskbit --help tells what there is)')
  .helpCommand(false)
  // Every verb has options; its own --help says which.
  .configureHelp({
    subcommandTerm: (verb) =>
      [
        verb.name(),
        ...verb.registeredArguments.map((each) => {
          const name = `${each.name()}${each.variadic ? '...' : ''}`;
          return each.required ? `<${name}>` : `[${name}]`;
        }),
      ].join(' '),
  })
  .addHelpText(
    'after',
    example('maskbit check', 'maskbit replay traces/linux-6.1-nvme.trace', 'maskbit rules MSIX-PEND-2'),
  )
  .addHelpText(
    'after',
    '\nExit status: 0 holds, 1 violated, 2 wrong call, 3 a bound was met before an answer, 4 no answer: the output cannot be written, or maskbit itself has failed.',
  );

function example(...lines: readonly string[]): string {
  return ['', lines.length === 1 ? 'Example:' : 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}

let status: Exit = EXIT.holds;
/** The words of the call. */
let called: readonly string[] = [];

program
  .command('check')
  .helpGroup('Decide:')
  .description('explores the machines, decides the properties, drives the implementation, replays the recorded guest')
  .addArgument(new Argument('[machine]', 'a file that exports a machine of your own, to decide claims about instead'))
  .option('--claims <file>', 'what exports the claims about it (default: the file of the machine)')
  .option('--without <events>', 'events of it that shall never happen, parted by commas', parseNames)
  .option('--junit <file>', 'write the verdicts about it in the form of JUnit')
  .option('--full', 'check larger instances too, which takes minutes')
  .option('--only <name>', 'check a section, a property, a rule, an instance or a design, and nothing else')
  .option('--states <n>', 'explore no more states than this of each instance', parseBound)
  .option('--memory <bytes>', 'use no more memory than this for each exploration, such as 500M or 8G', parseBytes)
  .option('--seconds <n>', 'begin nothing after this time', parseBound)
  .option('--manifest <file>', 'what is expected (default: properties/manifest.json of the package)')
  .option('--designs', 'hold the designs of the assigned device against the objections of the review, and nothing else')
  .option('--design <name>', 'check one design of the assigned device, and show each failure as a message sequence')
  .addOption(new Option('--format <form>', 'how those are shown').choices(['text', 'mermaid']))
  .option('--pin', 'write what is found to the manifest, so that it is expected from now on')
  .addHelpText(
    'after',
    example(
      'maskbit check',
      'maskbit check --only lockstep',
      'maskbit check --only MSIX-RESET-4',
      'maskbit check --design posted',
      'maskbit check machine.ts --claims claims.ts --junit report.xml',
    ),
  )
  .addHelpText('after', '\nWhat a bound leaves undecided is told as open, and the exit status is 3.')
  .action(async (machine: string | undefined, all: CheckChoices & DesignChoices & MachineChoices, command: Command) => {
    const { claims, without, junit, ...others } = all;
    const own = { claims, without, junit };
    if (machine === undefined) requireNone(own, 'without a machine of your own', command);
    else {
      const { states, memory, seconds, ...rest } = others;
      requireNone(rest, 'with a machine of your own', command);
      const { checkMachine } = await import('./check-machine.ts');
      status = await checkMachine(machine, { ...own, states, memory, seconds });
      return;
    }
    status = await checkOurs(others, command);
  });

/** Refuses choices that mean nothing here. */
function requireNone(choices: Readonly<Record<string, unknown>>, where: string, command: Command): void {
  const given = Object.keys(choices).find((name) => choices[name] !== undefined);
  if (given !== undefined) command.error(`error: got --${given} ${where}; expected the call without it`);
}

function parseNames(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}

async function checkOurs(
  { designs, design, format, ...choices }: CheckChoices & DesignChoices,
  command: Command,
): Promise<Exit> {
  const others = Object.keys(choices).length + Number(designs === true) + Number(design !== undefined);
  if ((designs === true || design !== undefined) && others > 1) {
    command.error('error: got --designs or --design with other choices; expected one of them alone');
  }
  if (format !== undefined && design === undefined) {
    command.error(`error: got --format ${format} without --design; expected both`);
  }
  if (designs !== true && design === undefined) {
    const { check } = await import('./check.ts');
    return check(choices);
  }
  const { checkDesign, checkDesigns } = await import('./designs.ts');
  return design === undefined ? checkDesigns() : checkDesign(design, format ?? 'text');
}

type MachineChoices = Pick<CheckMachineChoices, 'claims' | 'without' | 'junit'>;

interface DesignChoices {
  readonly designs?: boolean;
  readonly design?: string;
  readonly format?: 'text' | 'mermaid';
}

/** The strategy that heeds a choice of `generate`; with any other, that is refused. */
const STRATEGY_OF_CHOICE = { extra: 'complete', seed: 'walks', walks: 'walks', length: 'walks' };

program
  .command('generate')
  .helpGroup('Test your own:')
  .description(
    'writes tests as files, which run without maskbit: test vectors, scripts of the text protocol, or Vitest',
  )
  .addOption(
    new Option('--machine <name>', 'the machine whose paths they are').choices(MACHINE_NAMES).default('function'),
  )
  .addOption(new Option('--strategy <name>', 'which paths').choices(STRATEGY_NAMES).default('transitions'))
  .addOption(new Option('--format <format>', 'what they are written as').choices(TEST_FORMATS).default('json'))
  .addOption(
    new Option('--vectors <n>', 'how many vectors the device has (default: 1)').argParser(wholeNumber(1, 2048)),
  )
  .addOption(MESSAGES)
  .addOption(DESIGN)
  .addOption(
    new Option('--extra <k>', 'of complete: how many states more a device may have').argParser(wholeNumber(0, 4)),
  )
  .addOption(new Option('--seed <n>', 'of walks').argParser(wholeNumber(0, 0xffffffff)))
  .addOption(new Option('--walks <n>', 'how many walks (default: 100)').argParser(parseBound))
  .addOption(new Option('--length <n>', 'how many events a walk has (default: 200)').argParser(parseBound))
  .addOption(
    new Option('--profiles <which>', 'answers of all profiles, or of the strict one')
      .choices(['all', 'strict'])
      .default('all'),
  )
  .option('--without <names>', 'what the device lacks, parted by commas: retire, reset, or any event', parseNames)
  .addOption(new Option('--only <rule>', 'only tests that exercise a rule, such as MSIX-PEND-2'))
  .addOption(new Option('--limit <n>', 'at most so many tests').argParser(parseBound))
  .addOption(new Option('--out <file>', 'the file (default: standard output)'))
  .addHelpText(
    'after',
    `${Object.entries(STRATEGY_WORDS)
      .map(([name, { words, by }]) => `  ${name.padEnd(12)} ${words} (${by})`)
      .join('\n')}\n${example(
      'maskbit generate --strategy transitions --out vectors.json',
      'maskbit generate --strategy tour --format dut | less',
      'maskbit generate --machine assigned-device --format vitest --out suite.test.js',
    )}`,
  )
  .action(async ({ machine, vectors, messages, design, only, ...rest }: GenerateArguments, command: Command) => {
    const isFunction = machine === 'function';
    if (isFunction && command.getOptionValueSource('messages') === 'cli')
      command.error(
        'error: got --messages with the machine function; expected it with another machine, for the tests of a function write messages of their own',
      );
    if (!isFunction && command.getOptionValueSource('profiles') === 'cli')
      command.error(
        `error: got --profiles with the machine ${machine}; expected it with function alone: only its tests have answers of profiles`,
      );
    for (const [choice, owner] of Object.entries(STRATEGY_OF_CHOICE))
      if (command.getOptionValueSource(choice) === 'cli' && rest.strategy !== owner)
        command.error(`error: got --${choice} with the strategy ${rest.strategy}; expected it with ${owner} alone`);
    const bounds = boundsOf(machine, { vectors: isFunction ? undefined : vectors, messages, design }, command);
    const { generate } = await import('./generate.ts');
    const { createInstance } = await import('../properties/instances.ts');
    const { ruleNamed } = await import('../spec/index.ts');
    const rule = only === undefined ? undefined : ruleNamed(only).id;
    const instance = createInstance(machine, bounds);
    status = await generate(instance, vectors ?? 1, { ...rest, only: rule, command: commandLine() });
  });

program
  .command('export')
  .helpGroup('Show:')
  .description('prints a machine for other tools: the Stately editor, SPIN, TLC and Apalache, Graphviz')
  .addOption(new Option('--machine <name>', 'the machine').choices(EXPORT_NAMES).makeOptionMandatory())
  .addOption(VECTORS)
  .addOption(MESSAGES)
  .addOption(CHANNEL)
  .addOption(DESIGN)
  .addOption(new Option('--format <format>', 'what it is printed as').choices(EXPORT_FORMATS).default('typescript'))
  .option('--claims', "with the machine's own properties, in promela and tla")
  .addHelpText(
    'after',
    example(
      'maskbit export --machine function --vectors 2 > function.ts',
      'maskbit export --machine function --format promela --claims > function.pml',
      'maskbit export --machine capability --format dot | dot -Tsvg > capability.svg',
    ),
  )
  .action(async ({ machine, format, claims, ...choices }: ExportChoices, command: Command) => {
    const bounds = boundsOf(machine, choices, command);
    const { exportMachine } = await import('./export.ts');
    status = exportMachine(machine, bounds, format, claims);
  });

interface ExportChoices extends InstanceChoices {
  readonly claims?: boolean;
  readonly machine: ExportName;
  readonly format: ExportFormat;
}

// Where the MSI-X of a function is, for a log that does not show it.
const LOG_DEVICE = new Option(
  '--device <name>',
  'the function: "nvme 00:02.0", or one of the two where it is the only such',
);
const LOG_LSPCI = new Option(
  '--lspci <file>',
  'what "lspci -vvv -xxxx" printed in the guest, for a log that begins late',
);
const LOG_CAPABILITY = new Option(
  '--capability <offset>',
  'where the MSI-X capability is in configuration space',
).argParser(parseAddress);
const LOG_TABLE = new Option('--table <address>', 'where the table is in memory').argParser(parseAddress);
const LOG_PBA = new Option('--pba <address>', 'where the Pending Bit Array is in memory').argParser(parseAddress);
const LOG_VECTORS = new Option(
  '--vectors <n>',
  'how many vectors it has, where the log shows no read of Message Control',
).argParser(parseLogVectors);

const INSPECT_VECTORS = new Option(
  '--vectors <n>',
  'how many vectors it has (default: 1); with a log, where it shows no read of Message Control',
).argParser(parseLogVectors);

const LOG_DAMAGED = new Option(
  '--skip-damaged',
  'pass over lines that are damaged, and tell how many; a log with one is refused otherwise',
);

program
  .command('inspect')
  .helpGroup('Show:')
  .description('serves a page that shows machines, traces and logs, on this computer alone, and opens it')
  .argument('[log]', 'the log of a guest, as for maskbit replay, to begin with')
  .option('--at <line>', 'with a log: look at this line (default: at its first disagreement)', parseWhole)
  .option('--vector <n>', 'with a log: draw this vector alone (default: those that the guest uses)', parseWhole)
  .option('--port <n>', 'where to listen (default: 8080, or any port that is free)', parsePort)
  .option('--no-open', 'leave the browser alone')
  .option('--stately', "show the machine in Stately's inspector too, which needs internet")
  .option('--static <folder>', 'write the page to files, for any web server, and serve nothing')
  .option('--base-url <url>', 'the address of a published page, which the links that are copied lead to', parsePage)
  .addOption(new Option('--machine <name>', 'the machine to begin with').choices(MACHINE_NAMES))
  .addOption(INSPECT_VECTORS)
  .addOption(MESSAGES)
  .addOption(CHANNEL)
  .addOption(DESIGN)
  .addOption(LOG_DEVICE)
  .addOption(LOG_LSPCI)
  .addOption(LOG_CAPABILITY)
  .addOption(LOG_TABLE)
  .addOption(LOG_PBA)
  .addOption(LOG_DAMAGED)
  .addHelpText(
    'after',
    example(
      'maskbit inspect',
      'maskbit inspect traces/linux-6.1-nvme.trace --at 1885',
      'maskbit inspect --machine function --vectors 2',
      'maskbit inspect --static site --base-url https://example.org/msix/',
    ),
  )
  .action(async (log: string | undefined, all: InspectOptions, command: Command) => {
    const { machine, vectors, messages, channel, design, ...choices } = all;
    const { at, vector, device, lspci, capability, table, pba, skipDamaged } = choices;
    if (log === undefined) {
      requireNone({ at, vector, device, lspci, capability, table, pba, skipDamaged }, 'without a log', command);
    } else {
      requireNone({ machine, channel, design, static: choices.static }, 'with a log', command);
      if (log !== '-') requireEnding(log);
    }
    if (log === undefined && vectors !== undefined && vectors > MACHINE_VECTORS_MAX)
      command.error(`error: got ${vectors} with --vectors; expected a whole number from 1 to ${MACHINE_VECTORS_MAX}`);
    const ofMachine = log === undefined ? vectors : undefined;
    const bounds = boundsOf(machine, { vectors: ofMachine, messages, channel, design }, command);
    const { inspect } = await import('./inspect.ts');
    const { createInstance } = await import('../properties/instances.ts');
    const ofLog = log === undefined ? {} : { vectors };
    status = await inspect({ ...choices, ...ofLog, log, instance: machine && createInstance(machine, bounds) });
  });

interface InspectOptions extends Omit<InspectChoices, 'instance' | 'log' | 'vectors'>, InstanceChoices {
  readonly machine?: MachineName;
}

program
  .command('replay')
  .helpGroup('Decide:')
  .description("drives the implementation and the machine with a guest's accesses, from a trace log of QEMU")
  .argument('<file>', 'the log, plain or packed by gzip, or - for standard input; a record beside it is NAME.json')
  .addOption(LOG_DEVICE)
  .addOption(LOG_LSPCI)
  .addOption(LOG_CAPABILITY)
  .addOption(LOG_TABLE)
  .addOption(LOG_PBA)
  .addOption(LOG_VECTORS)
  .addOption(LOG_DAMAGED)
  .option('--record <file>', 'the record, where it does not stand beside the trace')
  .option('--watch', 'follow the log as it grows, until Ctrl+C')
  .option('--assigned', 'counts the exits to userspace of an assigned device instead, by design and kind of access')
  .addHelpText('after', example('maskbit replay traces/linux-6.1-nvme.trace'))
  .addHelpText(
    'after',
    `\nRecord one with QEMU; add to its command:\n  ${wrapLines(RECIPE, HELP_COLUMNS - 4).replaceAll('\n', ' \\\n  ')}\n` +
      'Of an assigned device, with vfio_* too. Events that match irq_msix are signals of devices: with them, a message that is missing shows.\n' +
      'Exit status 3: n/a, nothing was there to compare.',
  )
  .action(
    async (file: string, all: ReplayChoices & WatchChoice & { readonly assigned?: boolean }, command: Command) => {
      const { watch, ...choices } = all;
      if (watch === true) {
        requireNone({ assigned: choices.assigned }, 'with --watch', command);
        requireGrowing(file, command);
        const { watchReplay } = await import('./replay.ts');
        status = await watchReplay(file, choices);
        return;
      }
      if (choices.assigned && choices.record !== undefined) {
        command.error('error: got --record with --assigned; expected one of them, for exits need no record');
      }
      if (choices.record !== undefined) requireEnding(choices.record);
      if (file !== '-') requireEnding(file);
      if (choices.assigned) {
        const { replayAssigned } = await import('./replay-assigned.ts');
        const { record: _, assigned: __, ...logChoices } = choices;
        status = await replayAssigned(file, logChoices);
        return;
      }
      const { replay } = await import('./replay.ts');
      status = await replay(file, choices);
    },
  );

program
  .command('explain')
  .helpGroup('Decide:')
  .description('says why an interrupt did not come, from the log of a guest')
  .argument('<file>', 'the log, as for maskbit replay')
  .requiredOption('--vector <n>', 'the vector that it is about', parseWhole)
  .option('--at <line>', 'explain the state after this line (default: at the end)', parseWhole)
  .option('--watch', 'follow the log as it grows, until Ctrl+C')
  .addOption(LOG_DEVICE)
  .addOption(LOG_LSPCI)
  .addOption(LOG_CAPABILITY)
  .addOption(LOG_TABLE)
  .addOption(LOG_PBA)
  .addOption(LOG_VECTORS)
  .addOption(LOG_DAMAGED)
  .addHelpText('after', example('maskbit explain traces/linux-6.1-nvme.trace --vector 1'))
  .action(async (file: string, { watch, ...choices }: ExplainChoices & WatchChoice, command: Command) => {
    if (watch === true) {
      requireNone({ at: choices.at }, 'with --watch', command);
      requireGrowing(file, command);
      const { watchExplanation } = await import('./explain.ts');
      status = await watchExplanation(file, choices);
      return;
    }
    if (file !== '-') requireEnding(file);
    const { explain } = await import('./explain.ts');
    status = await explain(file, choices);
  });

interface WatchChoice {
  readonly watch?: boolean;
}

/** Requires a file that can grow; it may come later. */
function requireGrowing(file: string, command: Command): void {
  if (file === '-') command.error('error: got - with --watch; expected the path of a file that grows');
  requireEnding(file);
}

program
  .command('record')
  .helpGroup('Decide:')
  .description('boots a guest with a device in QEMU, lets it go through scenarios, and writes its log for replay')
  .argument('<device>', 'the device, as QEMU names it')
  .argument('[scenarios...]', 'what the guest does after its boot, one after the other')
  .option('--out <name>', 'the log is NAME.gz, its record NAME.json (default: the device and the scenarios)')
  .option('--force', 'write over files that are there')
  .addOption(new Option('--machine <type>', 'the machine (default: q35)').choices(['q35', 'pc']))
  .option(
    '--cpus <n>',
    'processors of the guest (default: 2, or one for each queue; with --assigned 1)',
    wholeNumber(1, 64),
  )
  .option('--queues <n>', 'how many queues the device has', wholeNumber(1, 64))
  .option('--assigned', 'the device is assigned by vfio-pci of a Linux in QEMU, and its guest is recorded')
  .option('--kernel <path>', "the guest's kernel (default: the newest linux-image-cloud-amd64)")
  .option('--qemu-binary <path>', 'which QEMU (default: qemu-system-x86_64)')
  .option('--seconds <n>', 'take no longer than this (default: 240)', parseBound)
  .addHelpText(
    'after',
    `\n${RECORD_HELP}\n${example('maskbit record nvme affinity rebind', 'maskbit record virtio-net-pci --queues 8 affinity offline --out net')}`,
  )
  .action(async (device: string, scenarios: readonly string[], choices: RecordChoices) => {
    const { record } = await import('./record.ts');
    status = await record(device, scenarios, choices);
  });

withJudgeOptions(program.command('conform'))
  .helpGroup('Test your own:')
  .description("puts somebody's MSI-X to the judge: a module, or a program behind the text protocol")
  .argument('[module]', 'the path of a JavaScript module that default-exports a factory of devices')
  .argument('[command...]', 'after --, a program and its parameters')
  .option('--qemu <device>', "instead of a module: one of QEMU's own devices, with properties: nvme,msix_qsize=8")
  .option('--qemu-binary <path>', 'with --qemu: which QEMU (default: qemu-system-x86_64)')
  .addOption(new Option('--machine <type>', 'with --qemu: the machine (default: q35)').choices(['q35', 'pc']))
  .option(
    '--assigned',
    'instead of a module: the real assigned device, by KVM, vfio-pci and QEMU in a QEMU; needs no hardware',
  )
  .option('--device <device>', 'with --assigned: the physical function: e1000e, nvme, ... (default: e1000e)')
  .addOption(
    new Option('--accel <accel>', 'with --assigned: what its guest runs by (default: kvm)').choices(['kvm', 'tcg']),
  )
  .addOption(
    new Option(
      '--level <level>',
      'with --assigned: how much of the path: all of it, vfio-pci alone, the same with the physical Mask Bit, or KVM alone (default: guest)',
    ).choices(LEVELS),
  )
  .option('--l1-cpus <n>', 'with --assigned: processors of the host (default: 1)', wholeNumber(1, 8))
  .option('--kernel <path>', "with --assigned: the host's kernel (default: the newest linux-image-cloud-amd64)")
  .option('--races', 'with --assigned: let events meet what a guest does, and count what becomes of them')
  .option('--objections', "with --assigned: try what the patch's reviewers were afraid of")
  .option('--repetitions <n>', 'with --races or --objections: how often (default: 500; 50)', parseBound)
  .addOption(new Option('--race <name>', 'with --races: this one alone').choices(RACE_NAMES))
  .option(
    '--batches <n>',
    'with --races: so many times all repetitions, each from a fresh state (default: 1)',
    parseBound,
  )
  .option('--delay <ms>', 'with --races: how long is waited for a message (default: 40)', parseBound)
  .option(
    '--gap <n>',
    'with --races: commands that do nothing between the event and what it meets (default: 0)',
    parseBound,
  )
  .option('--burst <n>', 'with --races: repetitions that go in one write, the last one counts (default: 1)', parseBound)
  .option('--clean', 'remove what --assigned keeps in the cache folder')
  .option('--only <rules>', 'tell of these rules alone, parted by commas')
  .option(
    '--seconds <n>',
    'begin nothing new after this; it is over as much later at the latest, 10 at most (default: 30)',
    parseBound,
  )
  .option('--vectors <list>', 'the numbers of vectors to try (default: 1,2,3,33,65,2048)', parseVectorCounts)
  .option('--seed <n>', 'of the random walks (default: 1)', parseBound)
  .option('--patience <ms>', 'how long an answer of a program may take (default: 2000)', parseBound)
  .option(
    '--wait <ms>',
    "how long a missing message is waited for (default: the profile's wait; --learn finds it out)",
    parseBound,
  )
  .addHelpText(
    'after',
    example(
      'maskbit conform --learn ./device.js',
      'maskbit conform --learn --report report.html -- ./device --bug 3',
      'maskbit conform --profile strict --only MSIX-PEND-2 ./device.js',
      'maskbit conform --learn --qemu e1000e',
      'maskbit conform --learn --profile irqfd --assigned',
    ),
  )
  .action(async (module: string | undefined, rest: readonly string[], choices: ConformChoices, command: Command) => {
    const words = [...(module === undefined ? [] : [module]), ...rest];
    const isLive = choices.qemu !== undefined || choices.assigned === true;
    if (choices.clean === true) {
      const { clean } = await import('./conform-live.ts');
      status = clean();
      return;
    }
    if (isLive && words.length > 0)
      command.error(`error: got ${words.join(' ')} with --qemu or --assigned; expected one or the other`);
    if (choices.qemu !== undefined && choices.assigned === true)
      command.error('error: got --qemu with --assigned; expected one or the other');
    if (!isLive && words.length === 0)
      command.error('error: got no device; expected a module, --qemu DEVICE, --assigned, or -- and a command');
    const { qemuBinary, machine, device, accel, level, l1Cpus, kernel } = choices;
    if (!isLive && qemuBinary !== undefined) command.error('error: got --qemu-binary without --qemu; expected both');
    if (choices.qemu === undefined && machine !== undefined)
      command.error('error: got --machine without --qemu; expected both');
    if (choices.assigned !== true && [device, accel, level, l1Cpus, kernel].some((choice) => choice !== undefined))
      command.error('error: got --device, --accel, --level, --l1-cpus or --kernel without --assigned; expected both');
    if (level === 'kvm' && device !== undefined)
      command.error('error: got --device with --level kvm, which has a device of its own; expected one or the other');
    if (choices.races === true || choices.objections === true) {
      if (choices.assigned !== true)
        command.error('error: got --races or --objections without --assigned; expected both');
      const { races, objections } = await import('./conform-races.ts');
      status = await (choices.races === true ? races(choices) : objections(choices));
      return;
    }
    const { race, batches, delay, gap, burst } = choices;
    if ([race, batches, delay, gap, burst].some((choice) => choice !== undefined))
      command.error('error: got --race, --batches, --delay, --gap or --burst without --races; expected both');
    const isCommand = called.includes('--');
    if (!isCommand && words.length > 1) {
      command.error(`error: got ${words.join(' ')}; expected one module, or -- before a command`);
    }
    const { conform } = await import('./conform.ts');
    status = await conform(words, isCommand, choices);
  });

withJudgeOptions(program.command('prove'))
  .helpGroup('Test your own:')
  .description(
    'proves a device for a bound: walks a WebAssembly module, or a JavaScript module that saves and restores, through every state that any sequence of accesses and events leads to',
  )
  .argument('<module>', 'the path of a .wasm file, or of a JavaScript module that default-exports a factory of devices')
  .option(
    '--vectors <list>',
    'the numbers of vectors (default: 1,2,3); of more than 4, one or two are acted upon while the others rest',
    parseVectorCounts,
  )
  .option('--widths', 'with three vectors and more too, every width of each access')
  .option(
    '--ignore <names>',
    'bytes that never matter, parted by commas: variables, 0x1040+8, or "proposed" for what a first walk proposes',
  )
  .option('--keep-stack', 'take the dead stack for state')
  .option('--states <n>', 'no more pairs than this in one walk (default: a million)', parseBound)
  .option('--memory <bytes>', 'no more memory than this for one walk, such as 500M or 8G (default: 2G)', parseBytes)
  .option(
    '--seconds <n>',
    'begin nothing new after this; it is over as much later at the latest, 10 at most (default: 600)',
    parseBound,
  )
  .option('--seed <n>', 'of random walks and of tests (default: 1)', parseBound)
  .addHelpText(
    'after',
    example(
      'maskbit prove --profile strict dut.wasm',
      'maskbit prove --learn --vectors 1,2,3,65,2048 dut.wasm',
      'maskbit prove --ignore statistics,log dut.wasm',
    ),
  )
  .action(async (module: string, choices: ProveChoices) => {
    const { prove } = await import('./prove.ts');
    status = await prove(module, choices);
  });

program
  .command('museum')
  .helpGroup('Show:')
  .description(
    'shows the wrong devices that the judge is held against: the bug, the rule that catches it, and the shortest trace',
  )
  .argument('[name]', 'one piece, to be told whole')
  .option('--lawful', 'show the lawful devices instead: one for each value of a choice, and ten combinations')
  .option('--pairs', 'show twenty pairs of pieces in one device each')
  .option('--seed <n>', 'of the pairs and combinations (default: 1)', parseBound)
  .option('--pin', 'write which findings each piece shows, so that findings can be told what they resemble')
  .addOption(new Option('--format <form>', 'how it is printed').choices(['text', 'json']).default('text'))
  .addHelpText('after', example('maskbit museum', 'maskbit museum pending-never-shown', 'maskbit museum --pairs'))
  .action(async (name: string | undefined, choices: MuseumChoices) => {
    const { museum } = await import('./museum.ts');
    status = await museum(name, choices);
  });

program
  .command('show')
  .helpGroup('Show:')
  .description('prints a trace, from a file or from a link, as its machine makes it today')
  .addArgument(new Argument('<trace>', 'the path of a file, a link, or a packed trace'))
  .addOption(new Option('--format <form>', 'how it is printed').choices(TRACE_FORMS).default('text'))
  .option('--base-url <url>', 'with --format link: the address of a published page that the link leads to', parsePage)
  .addHelpText(
    'after',
    example(
      'maskbit show trace.json',
      'maskbit show trace.json --format mermaid',
      'maskbit show trace.json --format link --base-url https://example.org/msix/',
    ),
  )
  .action(async (source: string, { format, baseUrl }: ShowOptions, command: Command) => {
    if (baseUrl !== undefined && format !== 'link') {
      command.error(`error: got --base-url with --format ${format}; expected --format link`);
    }
    const { show } = await import('./show.ts');
    status = show(source, format, baseUrl);
  });

interface ShowOptions {
  readonly format: TraceForm;
  readonly baseUrl?: string;
}

program
  .command('rules')
  .helpGroup('Show:')
  .description(
    'prints the rules of MSI-X and what stands behind each; with an ID, a rule, a bug of a real system (HB-21), a property (P7) or a comment of the review (R5) whole',
  )
  .addArgument(new Argument('[id]', 'of a rule, a bug, a property or a comment of the review; in any case'))
  .option('--json', 'print it as JSON')
  .addHelpText(
    'after',
    example('maskbit rules', 'maskbit rules MSIX-MSG-2', 'maskbit rules HB-21', 'maskbit rules --json'),
  )
  .action(async (id: string | undefined, { json }: { readonly json?: boolean }) => {
    const { rules } = await import('./rules.ts');
    status = rules(id, json);
  });

program
  .command('help')
  .helpGroup('Help:')
  .description('tells what there is, or what a verb does, with its options and examples')
  .argument('[verb]', 'the verb')
  .addHelpText('after', example('maskbit help', 'maskbit help replay'))
  .action((verb: string | undefined) => {
    const about = verb === undefined ? program : program.commands.find((command) => command.name() === verb);
    if (about !== undefined) return about.outputHelp();
    const names = program.commands.map((command) => command.name());
    program.error(`error: unknown command '${verb}'\n(Did you mean ${closest(verb!, names)}?)`);
  });

type GenerateArguments = Omit<GenerateChoices, 'command'> & InstanceChoices & { readonly machine: MachineName };

/** The command as it was called, for files that say how they were made: without what names the file itself. */
function commandLine(): string {
  const at = called.indexOf('--out');
  return ['maskbit', ...(at < 0 ? called : called.toSpliced(at, 2))].join(' ');
}

/** Runs the command line of this process. */
export async function run(): Promise<Exit> {
  guardOutputs();
  return call(process.argv.slice(2));
}

/** Runs the command line with these words, in a process whose outputs are its caller's own: a test's. */
export async function call(words: readonly string[]): Promise<Exit> {
  status = EXIT.holds;
  called = words;
  try {
    await program.parseAsync(words, { from: 'user' });
    return status;
  } catch (error) {
    return exitOf(error);
  }
}

/** Tells an error in its own words, and finds the exit status that it stands for. What is no error of a caller is thrown on. */
function exitOf(error: unknown): Exit {
  // Commander has printed its own message; asking for help or for the version is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.holds : EXIT.usage;
  if (error instanceof BoundError) {
    tell(error.message);
    return EXIT.bound;
  }
  if (error instanceof RangeError && !isOwnFault(error)) {
    tell(error.message);
    return EXIT.usage;
  }
  // A file that cannot be read or written is a wrong call, in the words of the system: "ENOENT: no such file or directory, ...".
  const { syscall, code, message } = Object(error) as NodeJS.ErrnoException;
  if (syscall === undefined) throw error;
  if (syscall !== 'read' && OUT_OF_ROOM.has(code)) {
    tell(`Got ${message}; expected room for what is written. There is no verdict.`);
    return EXIT.failed;
  }
  tell(`Got ${message}; expected a file that can be read and written.`);
  return EXIT.usage;
}

/** What a file that is written may meet, and nobody who called could have known. */
const OUT_OF_ROOM: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG']);

/** V8 throws a RangeError of its own where an array is too long or a stack too deep: those are no sentences of ours. */
function isOwnFault({ message }: RangeError): boolean {
  return /^(Invalid (array|string|typed array) length|Maximum call stack size|Array buffer allocation|.* out of range)/.test(
    message,
  );
}
