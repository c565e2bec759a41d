/**
 * The commands that reports print: each, run by a shell as it stands, shows the same finding again.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { MASKBIT, maskbit, runCommand } from '../setup/command.ts';
import { logLines, logPath } from '../setup/logs.ts';

const folder = mkdtempSync(join(tmpdir(), "maskbit suggested's "));
afterAll(() => rmSync(folder, { recursive: true }));

/** As the command that reads it: compiled, or from its sources. */
const plain = MASKBIT.at(-1)!.endsWith('.js')
  ? resolve(MASKBIT.at(-1)!, '../../conformance/museum/plain.js')
  : resolve('conformance/museum/plain.ts');
/** What was sent is pending again once the vector is masked, unless the Pending Bit Array was read in between: reading back hides it. */
const HIDDEN = `import { PlainDevice } from ${JSON.stringify(plain)};
class SentUntilPolled extends PlainDevice {
  send(vector) {
    super.send(vector);
    this.memory[vector] = 1;
  }
  writeVectorControl(vector, value) {
    super.writeVectorControl(vector, value);
    if ((value & 1) === 0 || this.memory[vector] === 0) return;
    this.pending[vector] = 1;
    this.memory[vector] = 0;
  }
  readPending(dword) {
    this.memory.fill(0);
    return super.readPending(dword);
  }
}
`;
/** A module whose device has these methods alone: nothing else makes it one by dwords. */
const moduleWith = (...methods: readonly string[]): string => `${HIDDEN}export default (options) => {
  const device = new SentUntilPolled(options);
  const methods = ${JSON.stringify(['configRead', 'configWrite', 'tableRead', 'tableWrite', 'pbaRead', 'signal', 'takeOutputs', ...methods])};
  const made = Object.fromEntries(methods.map((name) => [name, (...parameters) => device[name](...parameters)]));
  return Object.defineProperty({ name: 'hidden', vectorCount: options.vectorCount, ...made }, 'readHigh', { get: () => device.readHigh });
};`;
const WHOLE = moduleWith('reset', 'save', 'restore');
const FORGETFUL = moduleWith('reset');

interface Told {
  readonly differences: readonly string[];
  readonly replay: string;
}
interface Causes {
  readonly causes: readonly { readonly findings: readonly Told[] }[];
}
const toldIn = (json: string): readonly Told[] => {
  const report = JSON.parse(json) as Causes | { readonly report: Causes };
  return ('report' in report ? report.report : report).causes.flatMap(({ findings }) => findings);
};

/** Runs what a report says, as a shell would. */
function run(command: string): { readonly status: number | null; readonly stdout: string } {
  const written = command.replace(/^maskbit /, `${MASKBIT.join(' ')} `);
  return runCommand('/bin/sh', ['-c', written]);
}

describe.each([
  ['conform', FORGETFUL, ['--vectors', '1', '--profile', 'strict', '--seconds', '6'], '--readback last'],
  ['conform', WHOLE, ['--vectors', '1', '--learn', '--seconds', '15'], '--readback own'],
  ['prove', WHOLE, ['--vectors', '1', '--profile', 'strict', '--widths', '--seconds', '20'], '--readback own'],
] as const)('each command that %s prints', (verb, source, parameters, readback) => {
  test(`shows its finding again: ${parameters.join(' ')}`, () => {
    const path = join(folder, `${verb} ${parameters.length}.mjs`);
    writeFileSync(path, source);
    const { stdout, stderr } = maskbit(verb, ...parameters, '--format', 'json', path);
    expect(stdout, stderr).not.toBe('');
    const told = toldIn(stdout);
    expect(told.length).toBeGreaterThan(0);
    expect(told.map(({ replay }) => replay).join('\n')).toContain(readback);
    for (const { replay, differences } of told.slice(0, 3)) {
      const again = run(replay);
      expect({ replay, status: again.status, stdout: again.stdout }).toEqual({
        ...{ replay, status: 1 },
        stdout: expect.stringContaining(differences[0]) as string,
      });
    }
  });
});

test('the command of a program that does not answer has the patience that was asked for', () => {
  const { stdout } = maskbit(
    ...['conform', '--patience', '700', '--seconds', '10', '--format', 'json', '--'],
    ...[process.execPath, 'test/setup/troubled.mjs', 'hang@signal', 'a "word"'],
  );
  const [{ replay, differences }] = toldIn(stdout);
  expect(differences[0]).toContain('700 ms');
  expect(run(replay)).toMatchObject({ status: 1, stdout: expect.stringContaining(differences[0]) as string });
});

describe('each command that is printed of a log', () => {
  const base = logLines('base');
  const at = base.findIndex((line) => /_read .*8 value 0x23 .*msix-table/.test(line));
  const log = join(folder, "the guest's.log");
  writeFileSync(log, base.with(at, base[at].replace('value 0x23', 'value 0x24')).join('\n'));
  /** The commands in a text: those at the start of a line, and those behind a colon. */
  const commandsIn = (text: string): readonly string[] =>
    Array.from(text.matchAll(/(?:^|: )(maskbit .*)$/gm), ([, command]) => command);
  /** Runs it; of `inspect`, which serves until it is ended, what a shell makes of its words is looked at. */
  const expectRuns = (command: string, path: string, status = 0): void => {
    if (!command.startsWith('maskbit inspect '))
      return expect({ command, ...run(command) }).toMatchObject({ command, status });
    const { stdout } = runCommand('/bin/sh', ['-c', command.replace(/^maskbit/, "printf '%s\\n'")]);
    expect(stdout.split('\n').slice(0, 3)).toEqual(['inspect', path, '--at']);
  };

  test('by replay, whatever its file is called', () => {
    const commands = commandsIn(maskbit('replay', log).stdout);
    expect(commands.map((command) => command.split(' ')[1])).toEqual(['inspect', 'show']);
    for (const command of commands) expectRuns(command, log);
  });

  test('by explain, whatever its file is called, with the choices that were made', () => {
    const { stdout } = maskbit('explain', log, '--vector', '0', '--at', '290', '--device', 'nvme 00:02.0');
    const commands = commandsIn(stdout);
    expect(commands.map((command) => command.split(' ')[1])).toEqual(['replay', 'inspect', 'show']);
    for (const command of commands) expectRuns(command, log, command.startsWith('maskbit replay') ? 1 : 0);
  });

  test('of a log that begins late, with where MSI-X is', () => {
    const late = join(folder, 'late log.gz');
    cpSync(logPath('late'), late);
    const told = ['--capability', '0x40', '--table', '0xfebf2000', '--vectors', '5'];
    const commands = commandsIn(maskbit('explain', late, '--vector', '0', ...told).stdout);
    expect(commands).not.toEqual([]);
    for (const command of commands) expectRuns(command, late);
  });
});
