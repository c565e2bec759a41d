/**
 * The page at every size, in both themes, with forced colours, without movement, by keyboard; what it loads and in what time; and what
 * becomes of a burst of events. One page is used for many of these, so that all of it takes seconds.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { packagePath } from '../../../cli/root.ts';
import { libraryTrace } from '../../../inspector/decider/library.ts';
import { writeLink } from '../../../inspector/page/open.ts';
import { beginScene, traceScene } from '../../../inspector/page/scene.ts';
import { startServer } from '../../../inspector/server/server.ts';
import type { Visit } from './browser.ts';
import { useStage } from './use-stage.ts';

const use = useStage();
const { open } = use;

const machine = (name: string, bounds: Readonly<Record<string, string | number>>): string =>
  `#${writeLink(beginScene(name, bounds), 0)}`;
const FUNCTION = machine('function', { vectors: 2, messages: 'two' });
const POSTED = machine('assigned-device', { design: 'posted', vectors: 1, messages: 'three' });
const STORY = (() => {
  const scene = traceScene(libraryTrace('posted-late-arrival').make());
  return `#${writeLink(scene, scene.length)}`;
})();

/** Goes to what follows the `#` of an address, on the page that is open. */
async function go(page: Visit['page'], hash: string): Promise<void> {
  await page.evaluate((to) => (location.hash = to), hash);
  await page.waitForSelector(hash === '' ? '.front .objections button' : hash === STORY ? '.story table' : '.events');
}

/** What can be pressed and seen, and lies outside of the window where nothing scrolls to it. */
const outside = (page: Visit['page']): Promise<string[]> =>
  page.evaluate(() => {
    const told =
      document.documentElement.scrollWidth > innerWidth
        ? [`the page is ${document.documentElement.scrollWidth} wide`]
        : [];
    for (const element of document.querySelectorAll('button, select, input, summary, h1, h2, h3, .sentence')) {
      if (!element.checkVisibility() || element.closest('.hidden, .visually-hidden') !== null) continue;
      const { left, right, width } = element.getBoundingClientRect();
      if (width > 0 && (left < -1 || right > innerWidth + 1))
        told.push(`${element.className} "${element.textContent?.slice(0, 30)}" from ${left} to ${right}`);
    }
    return told;
  });

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  // 683 pixels is a window of 1366 at a zoom of 200 %.
  test('nothing lies off screen at 390, 640, 683, 1366 and 3840, and text grows on a large screen', async () => {
    const page = await open('', { colorScheme });
    const found: string[] = [];
    const sizes: number[] = [];
    for (const hash of ['', FUNCTION, POSTED, STORY]) {
      await go(page, hash);
      for (const width of [390, 640, 683, 1366, 3840]) {
        await page.setViewportSize({ width, height: width === 3840 ? 2160 : width === 683 ? 384 : 768 });
        for (const key of hash === FUNCTION && width < 1041 ? ['e', 'd', 's', 'm', 'c'] : ['']) {
          if (key !== '') await page.keyboard.press(key);
          found.push(...(await outside(page)).map((each) => `${hash.slice(0, 8)} at ${width} ${key}: ${each}`));
        }
        if (hash === FUNCTION) {
          const box = await page.locator('.transport .sentence').boundingBox();
          sizes.push(box!.height);
          // However low the window is, what moves the run is in it.
          const low = await page.evaluate(
            () => document.querySelector('.transport')!.getBoundingClientRect().bottom - innerHeight,
          );
          if (low > 1) found.push(`at ${width} the transport ends ${low} below the window`);
        }
      }
    }
    expect(found).toEqual([]);
    expect(sizes.at(-1)).toBeGreaterThan(sizes.at(-2)! * 1.3);
  });
});

test('with forced colours, what is active, open or here is told by more than colour', async () => {
  const page = await open(STORY, { forcedColors: 'active' });
  const outlined = (selector: string): Promise<string> =>
    page
      .locator(selector)
      .first()
      .evaluate((each) => getComputedStyle(each).outlineStyle);
  expect(await outlined('.story tr.here')).toBe('solid');
  await page.keyboard.press('c');
  await page.waitForSelector('.statechart');
  expect(await outlined('.statechart .leaf.active > rect')).toBe('solid');
  expect(await outlined('.statechart .leaf:not(.active) > rect')).toBe('none');
});

test('without movement nothing plays and nothing glides', async () => {
  const page = await open('', { reducedMotion: 'reduce' });
  await page.click('[data-trace="posted-late-arrival"]');
  await page.waitForSelector('.story table');
  await page.waitForTimeout(700);
  await expect.poll(() => page.textContent('.position span')).toMatch(/^step 0 of/);
  await page.keyboard.press('c');
  const glide = await page
    .locator('.statechart rect')
    .first()
    .evaluate((each) => getComputedStyle(each).transitionDuration);
  expect(glide).toBe('0s');
});

test('everything is reached by keyboard and told to a screen reader', async () => {
  const page = await open(FUNCTION);
  await page.focus('.chart');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const chosen = await page.getAttribute('.chart', 'aria-activedescendant');
  const told = await page.locator(`[id="${chosen}"]`).getAttribute('aria-label');
  expect(told).toMatch(/^function\.\S+.*: \S+/);
  await page.waitForSelector('.explanation[aria-live]');
  await page.keyboard.press('Escape');
  // A dialog gives the focus back to where it was.
  for (const name of ['Traces', 'Save…', 'Help']) {
    const button = page.getByRole('button', { name, exact: true });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(await button.evaluate((each) => each === document.activeElement)).toBe(true);
  }
  // The border between the panes, and the verdict of a run.
  await page.focus('.divider');
  const width = await page.getAttribute('.divider', 'aria-valuenow');
  await page.keyboard.press('ArrowLeft');
  expect(Number(await page.getAttribute('.divider', 'aria-valuenow'))).toBe(Number(width) + 40);
  await go(page, STORY);
  await page.waitForSelector('.standing.broken[role=status]');
  // In a room, text is of 16 pixels or more, the chart's too.
  await page.keyboard.press('p');
  await page.keyboard.press('c');
  await page.waitForSelector('.statechart .event text');
  const heights = await page.evaluate(() =>
    ['.sentence', '.tabs button', '.standing', '.statechart .event text'].map((selector) => {
      const element = document.querySelector(selector)!;
      const svg = element instanceof SVGGraphicsElement ? element.getScreenCTM()!.a : 1;
      return Number.parseFloat(getComputedStyle(element).fontSize) * (svg === 1 ? 1.5 : svg);
    }),
  );
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(16);
});

const connect = async (port: number): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://localhost:${port}`);
  await new Promise((resolve) => socket.once('open', resolve));
  return socket;
};
const tell = (socket: WebSocket, message: unknown): void => socket.send(JSON.stringify(message));
const definition = JSON.stringify({
  id: 'switch',
  initial: 'a',
  states: { a: { on: { GO: 'b' } }, b: { on: { GO: 'a' } } },
});
const begin = (socket: WebSocket, name: string): void =>
  tell(socket, {
    ...{ type: '@xstate.actor', sessionId: 'x:0', name, definition },
    snapshot: { value: 'a', status: 'active', context: { n: 0 } },
  });

describe('what is loaded', () => {
  test('is under 120 kB of packed JavaScript; charts are there at once', async () => {
    const page = await open(FUNCTION);
    const socket = await connect(use.stage.server.port);
    begin(socket, 'switch');
    const sizes: Record<string, number> = {};
    const drawn: Record<string, number[]> = {};
    const entries = { front: '#', function: FUNCTION, posted: POSTED, story: STORY, app: '#' };
    for (const [name, hash] of Object.entries(entries)) {
      const scripts = new Set<string>();
      const note = (request: { url(): string }): void => void scripts.add(request.url());
      page.on('request', note);
      for (let round = 0; round < 3; round++) {
        await page.goto('about:blank');
        await page.goto(`${use.stage.server.url}${hash}`);
        if (name === 'app') await page.click('.roots button');
        await page.waitForSelector(name === 'app' ? '.actor' : '.statechart .state, .story table');
        (drawn[name] ??= []).push(Math.round(await page.evaluate(() => performance.now())));
      }
      await page.waitForLoadState('networkidle');
      page.off('request', note);
      sizes[name] = [...scripts]
        .filter((url) => url.endsWith('.js') && !url.includes('elk-worker'))
        .map((url) => gzipSync(readFileSync(packagePath('dist', 'page', new URL(url).pathname.slice(1)))).length)
        .reduce((sum, size) => sum + size, 0);
    }
    const kilobytes = Object.entries(sizes).map(([name, size]) => `${name} ${(size / 1000).toFixed(1)} kB`);
    process.stdout.write(`JavaScript, packed: ${kilobytes.join(', ')}\n`);
    process.stdout.write(
      `drawn after, in ms: ${Object.entries(drawn)
        .map(([name, times]) => `${name} ${times.join(', ')}`)
        .join('; ')}\n`,
    );
    socket.close();
    expect(Math.max(...Object.values(sizes))).toBeLessThan(120_000);
    // On a quiet machine 0.6 s and 1.0 s: docs/inspector.md has what was measured. A busy one may take three times as long.
    expect(Math.min(...drawn.function)).toBeLessThan(1800);
    expect(Math.min(...drawn.posted)).toBeLessThan(3000);
  });

  test('is packed on its way', async () => {
    const page = await open('');
    const answer = await page.request.get(use.stage.server.url, { headers: { 'accept-encoding': 'br' } });
    const script = /src="\.\/(assets\/index[^"]+)"/.exec(await answer.text())![1];
    const packed = await page.request.get(`${use.stage.server.url}${script}`);
    expect(packed.headers()['content-encoding']).toMatch(/^(br|gzip)$/);
  });

  test('from a file is nothing, and the page says so', async () => {
    const page = await open('');
    await page.goto(pathToFileURL(packagePath('dist', 'page', 'index.html')).href);
    await expect.poll(() => page.textContent('#page [role=alert]')).toContain('npx maskbit inspect');
    // The browser complains of what it may not load, and that is the matter here.
    use.visit.complaints.length = 0;
    use.visit.strangers.length = 0;
  });
});

describe('what is saved', () => {
  test('is a picture of the chart and of the sequence, by itself', async () => {
    const page = await open(FUNCTION);
    await page.click('.events [data-event="guest.control.on"]');
    const saved: Record<string, Buffer> = {};
    for (const [index, name] of ['chart.svg', 'chart.png', 'sequence.svg', 'sequence.png'].entries()) {
      await page.keyboard.press('w');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.click(`.saves button >> nth=${index + 2}`),
      ]);
      expect(download.suggestedFilename()).toBe(name);
      saved[name] = readFileSync(await download.path());
    }
    const chart = saved['chart.svg'].toString();
    expect(chart).toContain('>function<');
    expect(chart).toContain('class="state leaf active"');
    expect(chart).not.toMatch(/var\(|light-dark/);
    expect(saved['sequence.svg'].toString()).toContain('the guest enables MSI-X');
    for (const name of ['chart.png', 'sequence.png']) {
      expect(saved[name].subarray(1, 4).toString()).toBe('PNG');
      expect(saved[name].readUInt32BE(16)).toBeGreaterThan(600);
    }
  });

  test('is a link to a published page, where there is one', async () => {
    const server = await startServer({
      ...{ folder: packagePath('dist', 'page'), port: 0, page: 'https://example.org/msix/' },
    });
    const page = await open(FUNCTION, {}, server.url);
    await page.keyboard.press('y');
    await page.waitForSelector('text=The link is copied');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^https:\/\/example\.org\/msix\/#t1\./);
    await use.visit.close();
    await server.close();
  });
});

describe('another program', () => {
  const step = (socket: WebSocket, n: number): void => {
    const event = { type: 'GO', n };
    tell(socket, { type: '@xstate.event', sessionId: 'x:0', event });
    const snapshot = { value: n % 2 === 1 ? 'b' : 'a', status: 'active', context: { n } };
    tell(socket, { type: '@xstate.snapshot', sessionId: 'x:0', event, snapshot });
  };

  test('that sends 5,000 events in a burst is shown in under 3 s, and counted beyond 10,000', async () => {
    const page = await open('');
    const socket = await connect(use.stage.server.port);
    begin(socket, 'burst');
    await page.click('.roots button:has-text("burst")');
    await page.waitForSelector('.statechart');
    const took: number[] = [];
    for (const to of [5000, 10_000, 15_000]) {
      const from = performance.now();
      for (let n = to - 4999; n <= to; n++) step(socket, n);
      await page.waitForSelector(`text=step ${to} of ${to}`);
      took.push(performance.now() - from);
    }
    process.stdout.write(`5,000 events relayed and shown in ${took.map((each) => each.toFixed(0)).join(', ')} ms\n`);
    // The fastest of three, for a machine may be busy with something else.
    expect(Math.min(...took)).toBeLessThan(3000);
    expect(await page.locator('.step').count()).toBeLessThan(60);
    await expect.poll(() => page.textContent('.actor')).toContain('15000');
    socket.terminate();
    await page.waitForSelector('.actor:has-text("Its program has gone.")');
  });

  test('is told apart from one with the same sessions, and from those of a server before', async () => {
    const server = await startServer({ folder: packagePath('dist', 'page'), port: 0 });
    const page = await open('', {}, server.url);
    const [one, other] = [await connect(server.port), await connect(server.port)];
    begin(one, 'first');
    begin(other, 'second');
    await page.waitForSelector('.roots button >> nth=1');
    // The last that came is the first in the list: it is what the reader has just started.
    expect(await page.locator('.roots button').allTextContents()).toEqual(['second', 'first']);
    step(other, 1);
    await page.click('.roots button:has-text("first")');
    await page.waitForSelector('text=step 0 of 0');
    await server.close();
    await page.waitForSelector('.actor:has-text("The server has gone")');
    const again = await startServer({ folder: packagePath('dist', 'page'), port: server.port });
    const third = await connect(server.port);
    begin(third, 'third');
    await page.waitForSelector('.family:has-text("third")', { timeout: 10_000 });
    expect(await page.locator('.family > li').count()).toBe(3);
    await expect
      .poll(() => page.textContent('.actor header'))
      .toContain('Its program has gone. The server was started anew.');
    third.terminate();
    use.visit.complaints.length = 0;
    await use.visit.close();
    await again.close();
  });
});

test('a broken link of any kind is mended, or refused in a sentence', async () => {
  const whole = FUNCTION.slice(1);
  const page = await open('');
  for (const [spoilt, sentence] of [
    [whole.slice(0, -9), /^Not opened\. Got a packed trace .+\.$/s],
    [`${whole.slice(0, 12)}%E0%A4%A${whole.slice(12)}`, /^Not opened\. Got .+; expected .+\.$/s],
    ['%E0%A4%A', /^Not opened\. Got .+; expected .+\.$/s],
    ['hello', /^Not opened\. Got text that begins with "hello"; expected .+\.$/s],
    ['t9.a.b.c', /^Not opened\. Got a packed trace of version 9; expected version 1/s],
  ] as const) {
    await page.evaluate((to) => (location.hash = to), spoilt);
    await page.waitForSelector('.notice.error');
    await expect.poll(() => page.textContent('.notice.error p')).toMatch(sentence);
    await page.click('.notice [aria-label=Close]');
  }
  for (const mended of [
    `<${whole}>`,
    `${whole}).`,
    whole.replaceAll('.', '%2E'),
    whole.replaceAll('.', '%252E'),
    `${whole}&amp;step=0`,
  ]) {
    await page.evaluate((to) => (location.hash = to), mended);
    await page.waitForSelector('.events');
    expect(await page.locator('.notice').count()).toBe(0);
    await page.click('.home');
    await page.waitForSelector('.front');
  }
});
