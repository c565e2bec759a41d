import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import type { Answer, RemoteDevice, Request } from '../../../conformance/device/device.ts';
import { DeviceError, tellFailure } from '../../../conformance/device/failure.ts';
import { startProcess } from '../../../conformance/device/process.ts';

const STUB = 'test/setup/misbehaving.mjs';
const READ: Request = { verb: 'tableRead', offset: 0, bytes: 4 };
const reads = (count: number): Request[] => Array.from({ length: count }, () => READ);

let open: RemoteDevice[] = [];
afterEach(async () => {
  await Promise.all(open.map((device) => device.close()));
  open = [];
});

/** Those that never answer: they are waited for, and not for long. On a busy machine an exit, or a first answer, takes its time. */
const SILENT = new Set(['hang', 'close-pipe']);

/** Starts the stub, which misbehaves in one way on its third request. */
async function start(...parameters: string[]): Promise<RemoteDevice> {
  const patience = SILENT.has(parameters[0]) ? 400 : 20_000;
  const device = await startProcess({ command: [process.execPath, STUB, ...parameters], patience });
  open.push(device);
  return device;
}

const outcomes = (answers: readonly Answer[]): string => answers.map(({ outcome }) => outcome).join(' ');

describe('a program under test', () => {
  test('is waited for no longer than it runs, whatever left its group and holds its pipes', () => {
    const command = ['sh', '-c', `setsid sleep 25 & exec ${process.execPath} ${STUB} well`];
    const script = `import { startProcess } from './conformance/device/process.ts';
      startProcess({ command: ${JSON.stringify(command)} }).then((device) => device.close());`;
    const began = performance.now();
    // What is left behind must not hold our own pipes either.
    execFileSync(process.execPath, ['--import', 'tsx', '-e', script], { stdio: 'ignore', timeout: 20_000 });
    expect(performance.now() - began).toBeLessThan(15_000);
  }, 30_000);

  test('says who it is, and what it lacks', async () => {
    const { name, vectorCount, abilities } = await start('well');
    expect([name, vectorCount, [...abilities].toSorted()]).toEqual(['misbehaving', 4, ['pbaWrite', 'reset', 'retire']]);
  });

  test('is asked ahead of its answers, which come in order', async () => {
    const device = await start('well');
    const answers = await device.run([...reads(20_000), { verb: 'signal', vector: 1 }]);
    expect(answers).toHaveLength(20_001);
    expect(answers.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect([answers[0].low, answers[20_000].low]).toEqual([0x2a, 0]);
  });

  test.each([
    // what it does     outcomes of four requests     what is said of the third
    [
      'crash',
      'ok ok crashed skipped',
      /^The program has ended, with exit status 7; expected an answer, at table-read 0x0 0x4\.$/,
    ],
    ['crash-loudly', 'ok ok crashed skipped', /with the signal SIGSEGV; .* It said: assertion failed: vector < count/],
    ['hang', 'ok ok hung skipped', /^No answer came for 400 ms; expected an answer, at table-read 0x0 0x4\./],
    [
      'garbage',
      'ok ok garbled ok',
      /^Got the answer "\\u001b\[31mSegmentation fault \(core dumped\)"; expected ok, unsupported or error\.$/,
    ],
    [
      'wrong-number',
      'ok ok garbled ok',
      /^Got the answer "ok 42"; expected ok and a number of 4 bytes in hexadecimal with 0x\.$/,
    ],
    ['too-wide', 'ok ok garbled ok', /^Got the answer "ok 0x100000000"/],
    ['unsupported', 'ok ok unsupported ok', /^Got unsupported; expected ok\.$/],
    ['error', 'ok ok error ok', /^Got refused: no such vector; expected ok\.$/],
    ['late', 'ok ok ok ok', undefined],
    ['long-line', 'ok ok garbled skipped', /^Got a line of more than 1048576 characters/],
    ['close-pipe', 'ok ok hung skipped', /^No answer came/],
  ])('that does "%s" is told from every other: %s', async (way, expected, text) => {
    const device = await start(way);
    const answers = await device.run(reads(4));
    expect(outcomes(answers)).toBe(expected);
    const [, , { failure }] = answers;
    expect(failure === undefined ? '' : tellFailure(failure)).toMatch(text ?? /^$/);
    // A fresh instance is whole again.
    await device.fresh();
    expect(outcomes(await device.run(reads(2)))).toBe('ok ok');
  });

  test('that floods is stopped, and never believed', async () => {
    const device = await start('flood');
    // What came too much is seen with the answers, or when the next ones are waited for.
    let ruined: Answer | undefined;
    for (let run = 0; run < 40 && ruined === undefined; run++) {
      ruined = (await device.run(reads(run === 0 ? 4 : 500))).find(({ outcome }) => outcome !== 'ok');
    }
    expect(ruined?.outcome).toBe('garbled');
    expect(tellFailure(ruined!.failure!)).toMatch(
      /^Got \d+ lines? that nobody asked for \("ok 0x2a"\); expected one line for each request/,
    );
    await device.fresh();
    expect(outcomes(await device.run(reads(2)))).toBe('ok ok');
  });

  test('that leaves a child behind which holds its pipes is ended with it', async () => {
    const device = await start('fork');
    const answers = await device.run(reads(4));
    expect(outcomes(answers)).toBe('ok ok crashed skipped');
    await device.close();
    const child = Number(/child (\d+)/.exec(answers[2].failure?.more ?? '')?.[1]);
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  test.each([
    [
      ['rude'],
      /: Got the answer "who are you\?"; expected "ok maskbit-dut\/1 name=NAME vectors=0xN lacks=\.\.\.", at hello\.$/,
    ],
    [['well', 'time'], /: Got lacks=time; expected of reset, retire, save, pba-write, at hello\.$/],
  ])('that greets with nonsense is refused: %j', async (parameters, message) => {
    await expect(start(...parameters)).rejects.toThrow(message);
  });

  test('that is not there is refused in a sentence', async () => {
    const starting = startProcess({ command: ['./no-such-program'] });
    await expect(starting).rejects.toThrow(DeviceError);
    await expect(starting).rejects.toThrow(
      /^\.\/no-such-program: The program could not be run: spawn .* ENOENT; expected an answer, at hello\./,
    );
    await expect(startProcess({ command: [] })).rejects.toThrow(
      'Got no command; expected a program and its parameters.',
    );
  });

  test('that is closed answers nothing more', async () => {
    const device = await start('well');
    await device.close();
    expect(outcomes(await device.run(reads(2)))).toBe('skipped skipped');
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
