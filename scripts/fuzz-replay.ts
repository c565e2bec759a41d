/**
 * Damages the lines of recorded logs, and requires an answer or a sentence for each log: `npx tsx scripts/fuzz-replay.ts [LINES] [SEED]`.
 * A million damaged lines by default. A form of it with two thousand edits is in `test/conformance/replay/logs.test.ts`.
 */
import { readFileSync } from 'node:fs';
import { ReplayError } from '../conformance/replay/lines.ts';
import { replay } from '../conformance/replay/replay.ts';

const [wanted = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
const lines = readFileSync('traces/linux-6.1-nvme.trace', 'latin1').split('\n').slice(0, 400);
let state = seed >>> 0;
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const digits = '0123456789abcdef';
const answers = { holds: 0, violated: 0, 'n/a': 0, refused: 0 };
let damagedLines = 0;
while (damagedLines < wanted) {
  // Few edits are judged, many are refused: both matter.
  const edits = random(2) === 0 ? 1 + random(4) : lines.length;
  const damaged = lines.slice();
  for (let edit = 0; edit < edits; edit++) damaged[random(damaged.length)] = damage(damaged[random(damaged.length)]);
  damagedLines += edits;
  try {
    answers[replay(() => [damaged.join('\n'), '\n']).verdict]++;
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    answers.refused++;
  }
}
process.stdout.write(`${damagedLines} damaged lines, seed ${seed}: ${JSON.stringify(answers)}\n`);

function damage(text: string): string {
  const place = random(text.length + 1);
  switch (random(6)) {
    case 0:
      return text.slice(0, place);
    case 1:
      return text.slice(place);
    case 2:
      return text.slice(0, place) + String.fromCharCode(random(256)) + text.slice(place + 1);
    case 3:
      return text.slice(0, place) + digits[random(16)] + text.slice(place + 1);
    case 4:
      return text + lines[random(lines.length)];
    default:
      return lines[random(lines.length)];
  }
}
