/**
 * What the programs of the tests that go wrong share: a device's answers on standard output, its requests on standard input, and the ways to go
 * wrong that have nothing to do with what is asked.
 */
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { createInterface } from 'node:readline';

let isMute = false;

/** Answers a line. */
export const say = (text) => process.stdout.write(`${text}\n`);

/** The ways to go wrong. */
export const TROUBLES = {
  hang: () => {
    isMute = true;
  },
  'close-pipe': () => {
    isMute = true;
    closeSync(1);
    setInterval(() => {}, 1000);
  },
  fork: () => {
    // The child goes by the parameters of its parent, so that whoever looks for it finds it.
    const idle = ['-e', 'setInterval(() => {}, 1000)', ...process.argv.slice(2)];
    const child = spawn(process.execPath, idle, { stdio: 'inherit' });
    process.stderr.write(`child ${child.pid}\n`);
    process.exit(1);
  },
};

/** Hands on each request, until it hangs. */
export function onRequest(answer) {
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (!isMute) answer(line);
  });
}
