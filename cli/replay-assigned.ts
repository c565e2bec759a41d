/**
 * `maskbit replay --assigned`: how often a recorded guest, and one of an older habit, exit to userspace when their device is assigned,
 * by who answers.
 */
import { countExits, EXIT_KINDS, type ExitFigures, olderHabit, stepsOf } from '../conformance/replay/assigned.ts';
import { fileSource } from '../conformance/replay/file.ts';
import { ReplayError } from '../conformance/replay/log.ts';
import { type LogChoices, logOptions, withLog } from './logs.ts';
import { EXIT, type Exit, formatCell, print, printTable, tell } from './report.ts';

/** The guest of the older habit. */
export const OLDER_HABIT = { vectorCount: 8, interrupts: 10_000, seed: 20_101_020 } as const;

/** Replays the trace at `path`, and the older habit, through the assigned device. */
export async function replayAssigned(path: string, choices: LogChoices): Promise<Exit> {
  let trace: ReturnType<typeof stepsOf>;
  try {
    trace = await withLog(path, (file) => stepsOf(fileSource(file), logOptions(choices)));
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    tell(`${path}: ${error.message}`);
    return EXIT.usage;
  }
  const { geometry, steps } = trace;
  print(`${path}: ${geometry.device}, ${geometry.vectorCount} vectors`);
  print();
  const recorded = countExits(geometry.vectorCount, steps);
  printExits(recorded);
  const { vectorCount, interrupts, seed } = OLDER_HABIT;
  print();
  print(`Synthetic, no recording: a guest that masks and unmasks on every interrupt, and reads after each, as Linux`);
  print(`2.6.18 to 2.6.3x did. ${vectorCount} vectors, ${formatCell(interrupts)} interrupts, seed ${seed}.`);
  print();
  const synthetic = countExits(vectorCount, olderHabit(OLDER_HABIT));
  printExits(synthetic);
  print();
  return printVerdict([...recorded, ...synthetic]);
}

/** Prints the exits of each run, a column a run. */
function printExits(runs: readonly ExitFigures[]): void {
  const row = (name: string, cell: (figures: ExitFigures) => number | string) => [name, ...runs.map(cell)];
  printTable(
    ['exits to userspace', ...runs.map(({ answerer }) => answerer)],
    [
      ...EXIT_KINDS.map((kind) => row(kind, ({ exits }) => exits[kind])),
      row('all', ({ exitCount }) => exitCount),
      row('an interrupt', ({ exitCount, interrupts }) =>
        interrupts === 0 ? 'n/a' : (exitCount / interrupts).toFixed(4),
      ),
      row('accesses', ({ accesses }) => accesses),
      row('interrupts', ({ interrupts }) => interrupts),
      row('interrupts lost', ({ interrupts, delivered }) => interrupts - delivered),
      row('reads that differ from the trace', ({ differingReads }) => differingReads),
    ],
  );
}

/** The posted design may lose and differ; that is what is wrong with it. The others may not. */
function printVerdict(runs: readonly ExitFigures[]): Exit {
  const wrong = runs.filter(
    ({ answerer, interrupts, delivered, differingReads }) =>
      answerer !== 'posted' && (interrupts !== delivered || differingReads > 0),
  );
  if (wrong.length === 0) {
    if (runs.some(({ interrupts }) => interrupts === 0)) {
      print(
        'n/a for the recorded guest: no interrupt of the function stands in its log, so none was lost. Exits are counted.',
      );
    }
    print('holds: userspace only and reviewed deliver every interrupt, and read what the guest read.');
    return EXIT.holds;
  }
  print(`violated: ${wrong.map(({ answerer }) => answerer).join(', ')} lost an interrupt, or read something else.`);
  return EXIT.violated;
}
