/**
 * The programs of `examples/xstate/`, each run as a reader runs it, and heard as the page hears them: through the server.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Actor, Watched } from '../../inspector/page/watch.ts';
import { startServer } from '../../inspector/server/server.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maskbit-page-'));
  writeFileSync(join(folder, 'index.html'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program under a server of its own until what it tells is as expected, and ends both. */
async function hearProgram(name: string, isTold: (watched: Watched) => boolean): Promise<Watched> {
  const server = await startServer({ folder, port: 0 });
  const watched = new Watched();
  const origin = `http://localhost:${server.port}`;
  const page = new WebSocket(`ws://localhost:${server.port}/watch`, { origin });
  await new Promise((resolve) => page.once('open', resolve));
  page.on('message', (data: Buffer) => watched.hear(JSON.parse(data.toString())));
  const program = spawn(process.execPath, [`examples/xstate/${name}.js`], {
    env: { ...process.env, MASKBIT_URL: `ws://localhost:${server.port}` },
    stdio: 'ignore',
  });
  const deadline = performance.now() + 15_000;
  while (!isTold(watched) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    watched.settle(performance.now());
  }
  program.kill();
  page.terminate();
  await server.close();
  return watched;
}

const actorOf = (watched: Watched, name: string): Actor | undefined =>
  [...watched.actors.values()].find((each) => each.name === name || each.machine?.id === name);
const last = (watched: Watched, name: string) => actorOf(watched, name)?.moments.at(-1);

const EXPECTED: Readonly<Record<string, (watched: Watched) => boolean>> = {
  timers: (watched) => last(watched, 'timers')?.value === 'off' && last(watched, 'timers')?.status === 'done',
  invokes: (watched) =>
    JSON.stringify(last(watched, 'invokes')?.output) === '{"answer":42}' &&
    actorOf(watched, 'fetch')?.kind === 'promise',
  spawned: (watched) =>
    watched.children([...watched.actors.values()].find(({ machine }) => machine?.id === 'spawned')?.sessionId)
      .length === 3 && last(watched, 'item1')?.value === 'done',
  history: (watched) => JSON.stringify(last(watched, 'history')?.value) === '{"on":"disc"}',
  final: (watched) => last(watched, 'final')?.value === 'after',
  deep: (watched) => actorOf(watched, 'deep')?.problem === undefined && actorOf(watched, 'deep')?.moments.length === 2,
  errors: (watched) => last(watched, 'errors')?.status === 'error' && last(watched, 'errors')?.payload?.hard === true,
  emitted: (watched) => last(watched, 'emitted')?.value === 'served',
  stopped: (watched) => last(watched, 'kid')?.status === 'stopped',
  reconnecting: (watched) =>
    [...watched.actors.values()].filter(({ machine }) => machine?.id === 'reconnecting').length === 2 &&
    watched.gone.size === 2,
};

test.each(Object.keys(EXPECTED))('%s is watched as what it is', { timeout: 30_000 }, async (name) => {
  const watched = await hearProgram(name, EXPECTED[name]);
  expect(
    EXPECTED[name](watched),
    JSON.stringify(
      [...watched.actors.values()].map(({ machine: _, ...actor }) => actor),
      null,
      1,
    ),
  ).toBe(true);
});

test('each of the programs is run', () => {
  const programs = readdirSync('examples/xstate').filter((each) => each.endsWith('.js') && each !== 'inspect.js');
  expect(programs.toSorted()).toEqual(
    Object.keys(EXPECTED)
      .map((name) => `${name}.js`)
      .toSorted(),
  );
});
