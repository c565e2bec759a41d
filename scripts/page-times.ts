/**
 * `npm run page-times`: how long the page takes, each thing three times, with how busy the machine was; into docs/inspector.md. Needs Debian's
 * chromium, and says nothing of a machine that does other things meanwhile.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { printTrace } from '../checker/trace/codec.ts';
import { makeTrace } from '../checker/trace/trace.ts';
import { writeLink } from '../inspector/page/open.ts';
import { beginScene } from '../inspector/page/scene.ts';
import { subjectByName } from '../properties/subject.ts';
import { Stage } from '../test/inspector/browser/browser.ts';
import { placeMarked } from './marked.ts';

const ROUNDS = 3;
const STEPS = 100_000;
const EVENTS = 5000;
const PAGE = 'docs/inspector.md';

const before = loadavg()[0];
const stage = await Stage.open();
const rows: string[] = [];
const seconds = (times: readonly number[]): string => `${times.map((each) => (each / 1000).toFixed(2)).join(', ')} s`;
/** Adds a row, and tells it. */
function told(what: string, goal: string, measured: string): void {
  rows.push(`| ${what} | ${goal} | ${measured} |`);
  process.stdout.write(`${what}: ${measured} (wanted: ${goal})\n`);
}

/** When a machine's chart is first there, in milliseconds since its page was asked for; with nothing of it fetched before. */
async function drawnAfter(name: string, bounds: Readonly<Record<string, string | number>>): Promise<number[]> {
  const hash = `#${writeLink(beginScene(name, bounds), 0)}`;
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { page, ...visit } = await stage.visit();
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (document.querySelector('.statechart .state') === null) return;
        observer.disconnect();
        requestAnimationFrame(() => ((globalThis as unknown as { drawn: number }).drawn = performance.now()));
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto('about:blank');
    await page.goto(`${stage.server.url}${hash}`);
    await page.waitForFunction(() => 'drawn' in globalThis);
    times.push(await page.evaluate(() => (globalThis as unknown as { drawn: number }).drawn));
    await visit.close();
  }
  return times;
}

/** The bytes of JavaScript's heap that are in use, when all that can go has gone. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

told(
  'the chart of `function` is drawn',
  '0.6 s',
  seconds(await drawnAfter('function', { vectors: 2, messages: 'two' })),
);
told(
  'the chart of the posted device is drawn',
  '1.0 s',
  seconds(await drawnAfter('assigned-device', { design: 'posted', vectors: 1, messages: 'three' })),
);

// A long run, from a file.
const folder = mkdtempSync(join(tmpdir(), 'maskbit-times-'));
const subject = subjectByName('function', { vectors: 2, messages: 'two' });
let seed = 1;
const path = Array.from({ length: STEPS }, () => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return (seed >>> 8) % subject.events.length;
});
const file = join(folder, 'long.json');
writeFileSync(file, printTrace(makeTrace(subject, path)));
const [opened, stepped, heaps]: [number[], number[], number[]] = [[], [], []];
for (let round = 0; round < ROUNDS; round++) {
  const { page, ...visit } = await stage.visit(
    `#${writeLink(beginScene('function', { vectors: 2, messages: 'two' }), 0)}`,
  );
  await page.keyboard.press('t');
  await page.waitForSelector('input[type=file]', { state: 'attached' });
  const begun = performance.now();
  await page.setInputFiles('input[type=file]', file);
  await page.waitForSelector(`text=of ${STEPS}`);
  opened.push(performance.now() - begun);
  await page.keyboard.press('End');
  await page.waitForSelector(`text=step ${STEPS} of ${STEPS}`);
  const from = performance.now();
  await page.keyboard.press('ArrowLeft');
  await page.waitForSelector(`text=step ${STEPS - 1} of`);
  stepped.push(performance.now() - from);
  if (round === 0) {
    heaps.push(await heapOf(page));
    for (let part = 0; part < 2; part++) {
      await page.evaluate(async () => {
        const list = document.querySelector('.sequence-list')!;
        for (let place = 0; place < 200; place++) {
          list.scrollTop = (list.scrollHeight * place) / 200;
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      });
      for (let step = 0; step < 100; step++) await page.keyboard.press(part === 0 ? 'ArrowLeft' : 'ArrowRight');
      heaps.push(await heapOf(page));
    }
  }
  await visit.close();
}
rmSync(folder, { recursive: true });
told('a trace of 100,000 steps is opened from a file', '1.7 s', seconds(opened));
told('a step, at its end', '', seconds(stepped));
told(
  'memory then; after 200 places were scrolled to and 100 steps made; after as many again',
  'flat',
  heaps.map(megabytes).join(', '),
);

// A burst of events of another program.
const { page, ...visit } = await stage.visit();
const socket = new WebSocket(`ws://localhost:${stage.server.port}`);
await new Promise((resolve) => socket.once('open', resolve));
const tell = (message: unknown): void => socket.send(JSON.stringify(message));
const definition = JSON.stringify({
  ...{ id: 'switch', initial: 'a' },
  states: { a: { on: { GO: 'b' } }, b: { on: { GO: 'a' } } },
});
const snapshotOf = (n: number): object => ({ value: n % 2 === 1 ? 'b' : 'a', status: 'active', context: { n } });
tell({ ...{ type: '@xstate.actor', sessionId: 'x:0', name: 'burst', definition }, snapshot: snapshotOf(0) });
await page.click('.roots button:has-text("burst")');
await page.waitForSelector('.statechart');
const bursts: number[] = [];
for (let round = 1; round <= ROUNDS; round++) {
  const begun = performance.now();
  for (let n = (round - 1) * EVENTS + 1; n <= round * EVENTS; n++) {
    const event = { type: 'GO', n };
    tell({ type: '@xstate.event', sessionId: 'x:0', event });
    tell({ type: '@xstate.snapshot', sessionId: 'x:0', event, snapshot: snapshotOf(n) });
  }
  await page.waitForSelector(`text=step ${round * EVENTS} of ${round * EVENTS}`);
  bursts.push(performance.now() - begun);
}
socket.terminate();
await visit.close();
await stage.close();
told('a burst of 5,000 events of another program is relayed and shown', '3 s', seconds(bursts));

const load = `The load of the last minute was ${before.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after, on ${cpus().length} cores.`;
process.stdout.write(`${load}\n`);
const table = ['| what | wanted, on a quiet machine | measured |', '|---|---|---|', ...rows, '', load];
writeFileSync(PAGE, placeMarked(readFileSync(PAGE, 'utf8'), 'times', table.join('\n')));
