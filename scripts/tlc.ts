/**
 * `npm run tlc`: has TLC read what `maskbit export --format tla` prints of each machine, and records in `properties/tlc.json` which
 * TLC has read which text, by the hash of the text. TLC must find the states that we find, and generate our transitions and
 * one. Then it reads the exports of a vector, of a function and of three designs with their own claims, and must come to our verdict of each. It is
 * found by the environment variable TLC_CLASSPATH, where `tlc2.TLC` is. What is recorded is TLC_VERSION, or what it says of itself.
 *
 * With `--claims`, it reads those with claims alone, or those of them that are named, and adds them to the record. With `--random N`, it reads N random
 * machines, whose names are what TLA+ could stumble over; those are not recorded.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { compile } from '../checker/compile/compile.ts';
import { decide } from '../checker/decide/decide.ts';
import { explore } from '../checker/explore/explore.ts';
import { symbolicOf } from '../checker/export/symbolic.ts';
import { printTla } from '../checker/export/tla.ts';
import { checkedExports, RECORD } from '../cli/export.ts';
import { eventSentence } from '../machines/alphabet.ts';
import { TWO } from '../machines/messages.ts';
import { claimedOf } from '../properties/claimed.ts';
import { type Instance, instanceName } from '../properties/instances.ts';
import { acceptedMachine } from '../test/setup/random-machine.ts';

const classPath = process.env.TLC_CLASSPATH;
if (classPath === undefined) throw new Error('Got no TLC_CLASSPATH; expected where the classes of TLC are.');

/** The machines and designs whose claims TLC decides, too. */
const CLAIMED = new Set(['vector', 'function', 'posted', 'reviewed', 'checked']);

interface Found {
  readonly version: string;
  readonly generated: number;
  readonly distinct: number;
}

/** Runs TLC on a module; returns all that it says. */
function outputOf(name: string, module: string, configuration: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-tlc-'));
  try {
    writeFileSync(join(folder, `${name}.tla`), module);
    writeFileSync(join(folder, `${name}.cfg`), configuration);
    const { stdout } = spawnSync('java', ['-XX:+UseParallelGC', '-cp', classPath!, 'tlc2.TLC', `${name}.tla`], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 900_000,
    });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Has TLC find all states of a module. */
function runTlc(name: string, module: string, configuration: string): Found {
  const stdout = outputOf(name, module, configuration);
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
}

/**
 * Has TLC decide the claims of an instance: all that hold at once, of which it must find none that does not, and each of the others by itself.
 * Returns the hash of what it has read, and its version.
 */
function checkClaims(instance: Instance): [string, string] {
  const { machine, events, claims } = claimedOf(instance);
  const decisions = decide(explore(compile(machine, events)), claims);
  const failing = claims.filter((_, index) => decisions[index].result === 'fails');
  const { name, module, configuration, hash } = printTla(symbolicOf(machine, events), { eventSentence, claims });
  const without = (names: readonly string[]): string =>
    configuration
      .split('\n')
      .filter((line) => !names.some((each) => line === `PROPERTY ${each}` || line === `INVARIANT ${each}`))
      .join('\n');
  const { version } = runTlc(name, module, without(failing.map((each) => each.name)));
  for (const claim of failing) {
    const others = claims.filter((each) => each !== claim).map((each) => each.name);
    const said = outputOf(name, module, without(others));
    if (!/(?:is|was|were) violated/.test(said)) {
      throw new Error(
        `Got this of ${claim.name} of ${instanceName(instance)}; expected TLC to violate it:\n${said.slice(-2000)}`,
      );
    }
  }
  process.stdout.write(
    `${instanceName(instance)} with claims: ${claims.length - failing.length} hold and ${failing.length} fail, as we say\n`,
  );
  return [hash, version];
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
  const read: readonly (readonly [string, string])[] = process.argv.includes('--claims')
    ? Object.entries(JSON.parse(readFileSync(RECORD, 'utf8')) as Record<string, string>)
    : checkedExports().map((instance) =>
        check(instanceName(instance), instance.machine, instance.events, eventSentence),
      );
  const named = process.argv.slice(2).filter((each) => !each.startsWith('--'));
  const claimed = checkedExports()
    // Those of two vectors, or of more messages, have too many states to be listed in a claim.
    .filter(({ vectors, messages }) => vectors === 1 && messages === TWO)
    .filter(({ machine, design }) => CLAIMED.has(design?.name ?? machine.id))
    .filter(({ machine, design }) => named.length === 0 || named.includes(design?.name ?? machine.id));
  const recorded = Object.fromEntries(read);
  for (const instance of claimed) {
    const [hash, version] = checkClaims(instance);
    recorded[hash] = version;
    writeFileSync(`${RECORD}.new`, `${JSON.stringify(recorded, null, 2)}\n`);
    renameSync(`${RECORD}.new`, RECORD);
  }
}
