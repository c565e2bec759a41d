/**
 * A program behind the text protocol that misbehaves on its third request, in the way that its parameter names. Until then, and
 * on everything else, it answers `ok`, and a read with 0x2a.
 */
import { onRequest, say, TROUBLES } from './troubles.mjs';

const [way, note] = process.argv.slice(2);
let asked = 0;

const WAYS = {
  ...TROUBLES,
  crash: () => process.exit(7),
  'crash-loudly': () => {
    process.stderr.write('assertion failed: vector < count\n');
    process.kill(process.pid, 'SIGSEGV');
  },
  garbage: () => say('\u001b[31mSegmentation fault (core dumped)'),
  'wrong-number': () => say('ok 42'),
  'too-wide': () => say('ok 0x100000000'),
  unsupported: () => say('unsupported'),
  error: () => say('error no such vector'),
  late: () => setTimeout(() => say('ok 0x2a'), 150),
  flood: () => {
    for (let line = 0; line < 100_000; line++) say('ok 0x2a');
  },
  'long-line': () => process.stdout.write('x'.repeat(3 << 20)),
};

onRequest((line) => {
  if (line === 'hello') {
    say(way === 'rude' ? 'who are you?' : `ok maskbit-dut/1 name=misbehaving vectors=0x4 lacks=${note ?? 'save'}`);
    return;
  }
  asked++;
  if (asked === 3 && way in WAYS) WAYS[way]();
  else say(line.includes('-read') ? 'ok 0x2a' : 'ok');
});
