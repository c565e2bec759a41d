/**
 * `maskbit conform --assigned --races` and `--objections`: what happens on the real path when things meet, and what has become of the
 * objections of the review.
 */
import { startAssigned } from '../conformance/device/nested/assigned.ts';
import { OUTCOMES, RACES, runRace } from '../conformance/live/races.ts';
import { SCENARIOS, tryScenario } from '../conformance/live/objections.ts';
import type { LiveChoices } from './conform-live.ts';
import { EXIT, type Exit, print, tell } from './output.ts';
import { printTable } from './report.ts';

const REPETITIONS = 500;
const TRIES = 10;
const DELAY = 40;
/** After so many endings of a level a race is given up; so many are told. */
const MOST_ENDINGS = 10;

async function start({ device, accel, level, l1Cpus, kernel, qemuBinary, patience }: LiveChoices) {
  return startAssigned({
    ...{ device, accel, level, cpus: l1Cpus ?? 2, kernel, patience, qemu: qemuBinary },
    onProgress: tell,
  });
}

/** Runs the races, and prints how often each outcome came. */
export async function races(choices: LiveChoices): Promise<Exit> {
  const repetitions = choices.repetitions ?? REPETITIONS;
  tell(
    `Runs ${RACES.length} races, ${repetitions} times each: about ${Math.ceil((RACES.length * repetitions) / 600)} minutes.`,
  );
  const assigned = await start(choices);
  try {
    const rows: (string | number)[][] = [];
    const notes: string[] = [];
    let wrong = 0;
    for (const race of RACES) {
      const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]));
      let [done, pending, endings] = [0, 0, 0];
      // A level that ends is a finding, and the run goes on from the saved state.
      while (done < repetitions && endings < MOST_ENDINGS) {
        await assigned.fresh();
        const report = await runRace(assigned, race, {
          repetitions: repetitions - done,
          delay: DELAY,
          onProgress: tell,
        });
        for (const outcome of OUTCOMES) counts[outcome] += report.counts[outcome];
        for (const [words, count] of report.places) notes.push(`${race.name}: of the lost, ${count}: ${words}`);
        done += report.repetitions;
        pending += report.pending;
        wrong += report.counts.late + report.counts.lost;
        if (report.ended === undefined) break;
        endings++;
        wrong++;
        // The repetition that ended it is one, too.
        done++;
        notes.push(`${race.name}: a level ended in repetition ${done}: ${report.ended}`);
        tell(notes.at(-1)!);
      }
      rows.push([race.name, ...OUTCOMES.map((outcome) => counts[outcome]), endings, done, pending]);
    }
    print(assigned.name);
    printTable(['an event, and', ...OUTCOMES, 'a level ended', 'of', 'Pending bit told'], rows);
    for (const note of notes) print(note);
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
