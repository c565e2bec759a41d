/**
 * What `maskbit export` prints of each machine, run as a reader runs it under the local inspector: stripped of its types, started with
 * `@statelyai/inspect`, and heard by the page through the server. The page has a chart of each, and lights up each of its steps.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import amaro from 'amaro';
import { WebSocket } from 'ws';
import { createActor } from 'xstate';
import { afterAll, expect, test } from 'vitest';
import { printTypeScript } from '../../checker/export/typescript.ts';
import { checkedExports } from '../../cli/export.ts';
import { type ChartNode, chartOf, transitionCount } from '../../inspector/drawing/chart.ts';
import { layoutGraph } from '../../inspector/drawing/layout.ts';
import { type Actor, Watched } from '../../inspector/page/watch.ts';
import { startServer } from '../../inspector/server/server.ts';
import { instanceName } from '../../properties/instances.ts';

// Where a user's file would find xstate.
const folder = mkdtempSync('.exported-');
afterAll(() => rmSync(folder, { recursive: true }));

const instances = checkedExports();
const EVENTS = 6;

/** A program that starts every exported machine under one inspector, in order, and sends each its first events. */
function programOf(): string {
  const files = instances.map(({ machine }, index) => {
    const { code } = amaro.transformSync(printTypeScript(machine), { mode: 'strip-only' });
    const file = resolve(folder, `machine${index}.mjs`);
    writeFileSync(file, code);
    return pathToFileURL(file).href;
  });
  const program = join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { createWebSocketInspector } from '@statelyai/inspect';
import { createActor } from 'xstate';
const { inspect } = createWebSocketInspector({ url: process.env.MASKBIT_URL, serializationDepthLimit: 40 });
for (const file of ${JSON.stringify(files)}) {
  const { machine } = await import(file);
  const actor = createActor(machine, { inspect }).start();
  for (const type of machine.events.slice(0, ${EVENTS})) actor.send({ type });
}
`,
  );
  return program;
}

/** Hears the program until every step of every machine was told, or for half a minute. */
async function hear(): Promise<Actor[]> {
  const server = await startServer({ folder, port: 0 });
  const watched = new Watched();
  const page = new WebSocket(`ws://localhost:${server.port}/watch`, { origin: `http://localhost:${server.port}` });
  await new Promise((opened) => page.once('open', opened));
  page.on('message', (data: Buffer) => watched.hear(JSON.parse(data.toString())));
  const env = { ...process.env, MASKBIT_URL: `ws://localhost:${server.port}` };
  const program = spawn(process.execPath, [programOf()], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const isTold = (): boolean =>
    watched.actors.size === instances.length &&
    [...watched.actors.values()].every(
      ({ moments }, index) => moments.length > Math.min(EVENTS, instances[index].machine.events.length),
    );
  const deadline = performance.now() + 30_000;
  while (!isTold() && performance.now() < deadline) await new Promise((later) => setTimeout(later, 50));
  program.kill();
  page.terminate();
  await server.close();
  return [...watched.actors.values()];
}

/** A chart in words: each state by its id, with its kind and its initial child. The protocol sorts keys, so the order is lost on the way. */
const statesOf = (node: ChartNode): string[] => [
  `${node.id} ${node.kind} ${node.initial ?? ''}`,
  ...node.children.flatMap(statesOf),
];

test(
  'every exported machine is shown by the local inspector: its chart whole, and each of its steps',
  { timeout: 60_000 },
  async () => {
    const actors = await hear();
    expect(actors.map(({ problem }) => problem)).toEqual(instances.map(() => undefined));
    for (const [index, { machine }] of instances.entries()) {
      const name = instanceName(instances[index]);
      const { machine: heard, moments } = actors[index];
      const [ours, theirs] = [chartOf(machine), chartOf(heard!)];
      expect(statesOf(theirs.root).toSorted(), name).toEqual(statesOf(ours.root).toSorted());
      expect(transitionCount(theirs), name).toBe(transitionCount(ours));
      expect(layoutGraph(theirs).graph.children, name).not.toEqual([]);
      const actor = createActor(machine).start();
      const values = machine.events.slice(0, EVENTS).map((type) => {
        actor.send({ type });
        return actor.getSnapshot().value;
      });
      expect(
        moments.slice(1).map(({ value }) => value),
        name,
      ).toEqual(values);
    }
  },
);
