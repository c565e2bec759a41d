/**
 * Speed and memory of a replay: `npx tsx bench/replay.ts [LINES]`. The lines are those of recorded guests, boot after boot, in one log as long as it
 * is asked for; memory must not grow with it.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { replay } from '../conformance/replay/replay.ts';
import type { TraceSource } from '../conformance/replay/lines.ts';

const [wanted = 10_000_000] = process.argv.slice(2).map(Number);
/** As many lines as are yielded at once. */
const LINES_AT_ONCE = 2000;

/** A log of so many lines, made of one guest's boots; with times, no two lines are the same. */
function synthesise(boot: readonly string[], lines: number, times: boolean): TraceSource {
  return function* chunks() {
    for (let line = 0; line < lines;) {
      let chunk = '';
      for (let each = 0; each < LINES_AT_ONCE && line < lines; each++, line++) {
        if (times) chunk += `38518@1618242865.${line}:`;
        chunk += `${boot[line % boot.length]}\n`;
      }
      yield chunk;
    }
  };
}

const LOGS: readonly (readonly [string, () => string])[] = [
  ['NVMe, 5 vectors', () => readFileSync('traces/linux-6.1-nvme.trace', 'latin1')],
  ['e1000e, 5 vectors', () => gunzipSync(readFileSync('traces/logs/linux-6.1-e1000e-q35.gz')).toString('latin1')],
  [
    'NVMe, 65 vectors, with resets',
    () => gunzipSync(readFileSync('traces/logs/linux-6.1-nvme-q35-reset.gz')).toString('latin1'),
  ],
];

for (const [name, read] of LOGS) {
  const boot = read().trimEnd().split('\n');
  for (const times of [false, true]) {
    let most = 0;
    // Of the processor, for other work may run beside it.
    const start = process.cpuUsage();
    const { verdict, disagreementCount } = replay(synthesise(boot, wanted, times), {
      progress: () => (most = Math.max(most, process.memoryUsage().rss)),
    });
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    const told = [
      verdict,
      `${disagreementCount} disagreements`,
      `${Math.round(wanted / seconds).toLocaleString('en')} lines a processor second`,
    ];
    process.stdout.write(
      `${name}${times ? ', with times' : ''}: ${told.join(', ')}, ${Math.round(most / 2 ** 20)} MB at most\n`,
    );
  }
}
