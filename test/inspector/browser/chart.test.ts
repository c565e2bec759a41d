/**
 * The part that matters in view: of a chart (fit, zoom, folding, guards, the map in small, and the border between the panes; with the largest
 * chart that the page offers, in a window of 1366 x 768), of a map, and of lists of many vectors.
 */
import { expect, test } from 'vitest';
import { libraryTrace } from '../../../inspector/decider/library.ts';
import { writeLink } from '../../../inspector/page/open.ts';
import { beginScene, traceScene } from '../../../inspector/page/scene.ts';
import type { Visit } from './browser.ts';
import { useStage } from './use-stage.ts';

const use = useStage();

/** Opens the chart of a story, at its beginning. */
async function openChart(): Promise<Visit['page']> {
  const hash = `#${writeLink(traceScene(libraryTrace('posted-late-arrival').make()), 0)}`;
  const page = await use.open(hash, { viewport: { width: 1366, height: 768 } });
  await page.keyboard.press('c');
  await page.waitForSelector('.statechart .state');
  return page;
}

/** What of the chart lies out of sight, by a selector: how many there are, and how many are not wholly in the frame. */
const outOfSight = (page: Visit['page'], selector: string): Promise<readonly [all: number, out: number]> =>
  page.evaluate((wanted) => {
    const frame = document.querySelector('.chart')!.getBoundingClientRect();
    const boxes = [...document.querySelectorAll(wanted)].map((each) => each.getBoundingClientRect());
    const out = boxes.filter(
      ({ left, right, top, bottom }) =>
        left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1,
    );
    return [boxes.length, out.length] as const;
  }, selector);

const sight = async (page: Visit['page']): Promise<string> =>
  (await page.getAttribute('.chart > g', 'transform')) ?? '';
const scaleOf = (transform: string): string => /scale\((.+)\)/.exec(transform)![1];

test('Fit has all of the chart in sight; every step brings in sight what it took', async () => {
  const page = await openChart();
  await page.click('.fold');
  await page.waitForSelector('.statechart .state.folded', { state: 'detached' });
  await page.click('.tools button:has-text("Fit")');
  const [states, out] = await outOfSight(page, '.statechart .state > rect');
  expect([states > 50, out]).toEqual([true, 0]);
  for (let step = 1; step <= 4; step++) {
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector(`text=step ${step} of`);
    const [taken, missing] = await outOfSight(page, '.statechart .event.taken');
    expect([taken > 0, missing]).toEqual([true, 0]);
  }
});

test('what rests is folded to begin with, and unfolded; guards are told on hover, and on focus', async () => {
  const page = await openChart();
  await page.waitForSelector('.statechart .state.folded');
  const folded = await page.locator('.statechart .state').count();
  await page.click('.fold');
  await page.waitForSelector('.statechart .state.folded', { state: 'detached' });
  expect(await page.locator('.statechart .state').count()).toBeGreaterThan(folded);
  await page.click('.fold');
  await page.waitForSelector('.statechart .state.folded');
  await expect.poll(() => page.locator('.statechart .state').count()).toBe(folded);
  const titles = await page.locator('.statechart .event title').allTextContents();
  expect(titles.some((title) => /\[.+\]/.test(title))).toBe(true);
  await page.focus('.chart');
  const isTold = async (): Promise<boolean> =>
    (await page.locator('.explanation p code').allTextContents()).some((text) => text.includes('['));
  for (let tries = 0; tries < 30 && !(await isTold()); tries++) await page.keyboard.press('ArrowDown');
  expect(await isTold()).toBe(true);
});

test('a zoom that was chosen stays when the pane changes its size; the map in small moves it', async () => {
  const page = await openChart();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  const chosen = scaleOf(await sight(page));
  await page.setViewportSize({ width: 1366, height: 600 });
  await page.waitForTimeout(100);
  const border = (await page.locator('.divider').boundingBox())!;
  const width = Number(await page.getAttribute('.divider', 'aria-valuenow'));
  await page.mouse.move(border.x + border.width / 2, border.y + 100);
  await page.mouse.down();
  await page.mouse.move(border.x + border.width / 2 - 80, border.y + 100);
  await page.mouse.up();
  expect(Number(await page.getAttribute('.divider', 'aria-valuenow'))).toBe(width + 80);
  await page.waitForTimeout(100);
  const before = await sight(page);
  expect(scaleOf(before)).toBe(chosen);
  const map = (await page.locator('.minimap').boundingBox())!;
  await page.mouse.click(map.x + map.width * 0.8, map.y + map.height * 0.8);
  const after = await sight(page);
  expect(after).not.toBe(before);
  expect(scaleOf(after)).toBe(chosen);
});

test('of the events and registers of many vectors, those in sight are drawn', async () => {
  const page = await use.open(`#${writeLink(beginScene('function', { vectors: 24, messages: 'two' }), 0)}`, {
    viewport: { width: 1366, height: 768 },
  });
  await page.waitForSelector('.device tbody');
  const drawn = async (): Promise<readonly [groups: number, registers: number]> => [
    await page.locator('.events .event-rows .group').count(),
    await page.locator('.device tbody[data-row]').count(),
  ];
  await expect.poll(async () => Math.max(...(await drawn()))).toBeLessThan(22);
  expect(Math.min(...(await drawn()))).toBeGreaterThan(3);
  await page.locator('.events').evaluate((list) => (list.scrollTop = list.scrollHeight));
  await page.click('.events [data-event="device.signal.23"]');
  await expect.poll(() => page.textContent('.sentence')).toBe('The device signals vector 23.');
  await page.locator('.device').evaluate((list) => (list.scrollTop = list.scrollHeight));
  await page.waitForSelector('.device tbody[data-row] th:text-is("23")');
  expect(Math.max(...(await drawn()))).toBeLessThan(22);
  // By keyboard, every event is reached: what comes next is drawn before it is gone to.
  await page.locator('.events').evaluate((list) => (list.scrollTop = 0));
  await page.focus('.events [data-event="guest.mask.0"]');
  for (let tab = 0; tab < 6 * 14; tab++) await page.keyboard.press('Tab');
  expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset['event'])).toBe('guest.mask.14');
});

test('of a map, what is in sight is drawn; it is zoomed, moved, and gone through by keyboard', async () => {
  const page = await use.open(`#${writeLink(beginScene('function', { vectors: 2, messages: 'two' }), 0)}`, {
    viewport: { width: 1366, height: 768 },
  });
  await page.keyboard.press('m');
  await page.waitForSelector('.place');
  const places = (): Promise<number> => page.locator('.place').count();
  await expect.poll(places).toBe(256);
  for (let press = 0; press < 6; press++) await page.keyboard.press('+');
  await expect.poll(places).toBeLessThan(100);
  expect(await page.locator('.place').first().getAttribute('aria-setsize')).toBe('256');
  // What is chosen is brought in sight, and drawn.
  await page.focus('.map-canvas');
  for (let press = 0; press < 12; press++) await page.keyboard.press('ArrowRight');
  const chosen = (await page.getAttribute('.map-canvas', 'aria-activedescendant'))!;
  const [frame, box] = [
    (await page.locator('.map-canvas').boundingBox())!,
    (await page.locator(`#${chosen} circle`).first().boundingBox())!,
  ];
  expect([box.x >= frame.x, box.x + box.width <= frame.x + frame.width]).toEqual([true, true]);
  // To move it is not to press a state.
  await page.mouse.move(frame.x + 200, frame.y + 200);
  await page.mouse.down();
  await page.mouse.move(frame.x + 320, frame.y + 240, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => page.textContent('.position span')).toBe('step 0 of 0');
  await page.keyboard.press('0');
  await expect.poll(places).toBe(256);
});
