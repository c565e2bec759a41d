/**
 * `maskbit inspect` as it is called, with the page that was built.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startServer } from '../../../inspector/server/server.ts';
import { packagePath } from '../../../cli/root.ts';
import { maskbit } from '../../setup/command.ts';

const COMMAND = ['dist/cli/maskbit.js', 'inspect', '--no-open'];

/** Starts the command, and waits until it says that it can be ended. */
async function start(
  ...parameters: string[]
): Promise<{ child: ChildProcess; said: string; ended: Promise<number | null> }> {
  const child = spawn(process.execPath, [...COMMAND, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let said = '';
  child.stdout.setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: string) => {
      said += text;
      if (said.includes('Ctrl+C ends it.')) resolve();
    });
    void ended.then(() => reject(new Error(`It ended at once, having said: ${said}`)));
  });
  return { child, said, ended };
}

describe('maskbit inspect', () => {
  test('serves the page, begins with the machine that it is told, and ends when it is interrupted', async () => {
    const { child, said, ended } = await start(
      '--port',
      '18473',
      '--machine',
      'function',
      '--vectors',
      '3',
      '--stately',
    );
    expect(said).toMatch(/^The inspector is at http:\/\/localhost:18473\/#t1\.\S+\n/);
    expect(said).toContain('ws://localhost:18473');
    expect(said).toContain("Stately's inspector is at http://localhost:18473/stately");
    const link = /#(\S+)/.exec(said)![1];
    expect(maskbit('show', link).stdout).toContain('function (vectors 3, messages two), 0 steps');
    const page = await fetch('http://localhost:18473/');
    expect(await page.text()).toContain('<title>maskbit</title>');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  test('says which port is taken, when it was told one', async () => {
    const server = await startServer({ folder: packagePath('dist', 'page'), port: 0 });
    const { status, stderr } = maskbit('inspect', '--no-open', '--port', String(server.port));
    expect(stderr).toBe(`Got the port ${server.port}, which is taken; expected one that is free.\n`);
    expect(status).toBe(2);
    await server.close();
  });

  test('writes the page to files, and nothing over what is not its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'maskbit-static-'));
    const { status, stdout } = maskbit('inspect', '--static', join(folder, 'site'));
    expect(stdout).toBe(`The page is in ${join(folder, 'site')}. Any web server serves it.\n`);
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'site', 'index.html'), 'utf8')).toContain('<title>maskbit</title>');
    const refused = maskbit('inspect', '--static', folder);
    expect(refused.stderr).toMatch(/which holds something else; expected an empty folder/);
    expect(refused.status).toBe(2);
    rmSync(folder, { recursive: true });
  });
});

test('the licences of what the page bundles are shipped with it, each with its text', () => {
  const sections = readFileSync(packagePath('dist', 'page', 'licenses.md'), 'utf8')
    .split(/^## (?=\S+ - \d)/m)
    .slice(1);
  const names = sections.map((section) => section.split(' - ', 1)[0]);
  expect(names).toEqual(expect.arrayContaining(['@preact/signals', '@statelyai/inspect', 'elkjs', 'preact', 'xstate']));
  expect(sections.filter((section) => !/copyright|license/i.test(section.split('\n').slice(1).join('\n')))).toEqual([]);
});
