/**
 * `maskbit conform --assigned --races` and `--objections`: what happens on the real path when things meet, and what has become of the
 * objections of the review.
 */
import { startAssigned } from '../conformance/device/nested/assigned.ts';
import { runBatches, shareOf } from '../conformance/live/batches.ts';
import { OUTCOMES, RACES } from '../conformance/live/races.ts';
import { SCENARIOS, tryScenario } from '../conformance/live/objections.ts';
import { type LiveChoices, share, speed } from './conform-live.ts';
import { EXIT, type Exit, print, tell } from './output.ts';
import { printTable } from './report.ts';

const REPETITIONS = 500;
const TRIES = 10;
const DELAY = 40;
/** So many repetitions take about a minute. */
const A_MINUTE = 800;

async function start({ device, accel, level, l1Cpus, kernel, qemuBinary, patience }: LiveChoices) {
  return startAssigned({
    ...{ device, accel, level, cpus: l1Cpus ?? 2, kernel, patience, qemu: qemuBinary },
    onProgress: tell,
  });
}

/** Runs the races, and prints how often each outcome came. */
export async function races(choices: LiveChoices): Promise<Exit> {
  const { repetitions = REPETITIONS, batches = 1, delay = DELAY, gap, burst, race: only } = choices;
  const wanted = RACES.filter(({ name }) => only === undefined || name === only);
  const minutes = Math.ceil((wanted.length * repetitions * batches) / A_MINUTE);
  tell(`Runs ${wanted.length} races, ${batches} times ${repetitions} repetitions each: about ${minutes} minutes.`);
  const assigned = await start(choices);
  try {
    const rows: (string | number)[][] = [];
    const notes: string[] = [];
    let wrong = 0;
    let [done, milliseconds, waited, commands] = [0, 0, 0, 0];
    for (const race of wanted) {
      const report = await runBatches(assigned, race, {
        ...{ repetitions, batches, delay, gap, burst },
        onProgress: tell,
      });
      const { counts, lost, unsent, endings, places, pending } = report;
      wrong += counts.late + counts.lost - unsent + endings.length;
      done += report.repetitions;
      milliseconds += report.milliseconds;
      waited += report.waited;
      commands += report.commands;
      rows.push([
        ...[race.name, counts.before, counts.held, counts.late, counts.lost - unsent],
        ...[shareOf(lost, report.repetitions), unsent, endings.length, report.repetitions, pending],
      ]);
      for (const [words, count] of Object.entries(places)) notes.push(`${race.name}: of the lost, ${count}: ${words}`);
      for (const ending of endings) notes.push(`${race.name}: a level ended: ${ending}`);
    }
    print(assigned.name);
    printTable(
      ['an event, and', ...OUTCOMES, 'share lost', 'not sent', 'a level ended', 'of', 'Pending bit told'],
      rows,
    );
    for (const note of notes) print(note);
    print(
      `${(1000 * (done / milliseconds)).toFixed(1)} repetitions a second; ${speed(commands, milliseconds)}; ${share(waited, milliseconds)} of the time was spent waiting.`,
    );
    return wrong === 0 ? EXIT.holds : EXIT.violated;
  } finally {
    await assigned.close();
  }
}

/** Tries the objections as scenarios, and prints what became of each. */
export async function objections(choices: LiveChoices): Promise<Exit> {
  const repetitions = choices.repetitions ?? REPETITIONS / TRIES;
  const assigned = await start(choices);
  try {
    const rows: (string | number)[][] = [];
    const notes: string[] = [];
    for (const scenario of SCENARIOS) {
      const { failed, tries, wrong, trace } = await tryScenario(assigned, scenario, TRIES, repetitions);
      rows.push([scenario.objection, failed === 0 ? 'holds' : 'fails', `${failed} of ${tries}`]);
      if (wrong !== undefined)
        notes.push(`${scenario.objection} [${scenario.rules.join(', ')}]: ${wrong} Trace: ${trace.join(', ')}.`);
      tell(`${scenario.objection}: fails ${failed} of ${tries} times`);
    }
    print(assigned.name);
    printTable(['objection', 'today', 'fails'], rows);
    for (const note of notes) print(note);
    return notes.length === 0 ? EXIT.holds : EXIT.violated;
  } finally {
    await assigned.close();
  }
}
