/**
 * `npm run tlc`: has TLC read what `maskbit export --format tla` prints of each machine, and records in `properties/tlc.json` which
 * TLC has read which text, by the hash of the text. TLC must find the states that we find, and generate our transitions and
 * one; it is found by the environment variable TLC_CLASSPATH, where `tlc2.TLC` is. What is recorded is TLC_VERSION, or what it says of itself.
 *
 * With `--random N`, it also reads N random machines, whose names are what TLA+ could stumble over; those are not recorded.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { compile } from '../checker/compile/compile.ts';
import { explore } from '../checker/explore/explore.ts';
import { symbolicOf } from '../checker/export/symbolic.ts';
import { printTla } from '../checker/export/tla.ts';
import { checkedExports, RECORD } from '../cli/export.ts';
import { eventSentence } from '../machines/alphabet.ts';
import { instanceName } from '../properties/instances.ts';
import { acceptedMachine } from '../test/setup/random-machine.ts';

const classPath = process.env.TLC_CLASSPATH;
if (classPath === undefined) throw new Error('Got no TLC_CLASSPATH; expected where the classes of TLC are.');

interface Found {
  readonly version: string;
  readonly generated: number;
  readonly distinct: number;
}

/** Runs TLC on a module. */
function runTlc(name: string, module: string, configuration: string): Found {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-tlc-'));
  try {
    writeFileSync(join(folder, `${name}.tla`), module);
    writeFileSync(join(folder, `${name}.cfg`), configuration);
    const { stdout } = spawnSync('java', ['-XX:+UseParallelGC', '-cp', classPath!, 'tlc2.TLC', `${name}.tla`], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 300_000,
    });
    const [, version] = /^(TLC2 Version [^\n]*)/m.exec(stdout) ?? [];
    const [, generated, distinct] =
      /^(\d+) states generated, (\d+) distinct states found, 0 states left/m.exec(stdout) ?? [];
    if (version === undefined || distinct === undefined || !stdout.includes('No error has been found')) {
      throw new Error(`Got this of ${name}; expected TLC to find no error:\n${stdout.slice(-2000)}`);
    }
    return {
      version: process.env.TLC_VERSION ?? version.trim(),
      generated: Number(generated),
      distinct: Number(distinct),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function check(
  title: string,
  machine: AnyStateMachine,
  events: readonly string[],
  tell: (event: string) => string,
): [string, string] {
  const { states, transitions } = explore(compile(machine, events)).summary;
  const { name, module, configuration, hash } = printTla(symbolicOf(machine, events), { eventSentence: tell });
  const { version, generated, distinct } = runTlc(name, module, configuration);
  process.stdout.write(`${title}: ${distinct} distinct states, ${generated} generated\n`);
  if (distinct !== states || generated !== transitions + 1) {
    throw new Error(`Got ${distinct} states and ${generated} generated; expected ${states} and ${transitions + 1}.`);
  }
  return [hash, version];
}

const random = process.argv.indexOf('--random');
if (random > 0) {
  for (let seed = 1, count = 0; count < Number(process.argv[random + 1]); seed++) {
    const machine = acceptedMachine(seed);
    if (machine === undefined || explore(compile(machine)).summary.states < 3) continue;
    check(`random machine ${seed}`, machine, machine.events, (event) => event);
    count++;
  }
} else {
  const read = checkedExports().map((instance) =>
    check(instanceName(instance), instance.machine, instance.events, eventSentence),
  );
  writeFileSync(`${RECORD}.new`, `${JSON.stringify(Object.fromEntries(read), null, 2)}\n`);
  renameSync(`${RECORD}.new`, RECORD);
}
