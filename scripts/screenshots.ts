/**
 * Takes the screenshots of `docs/`: the front door, and the inspector at two widths, light and dark. `npm run screenshots` builds the page and does so;
 * they are looked at, and not compared, since every system draws its letters in its own way.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { libraryTrace } from '../inspector/decider/library.ts';
import { writeLink } from '../inspector/page/open.ts';
import { beginScene, traceScene } from '../inspector/page/scene.ts';
import { Stage } from '../test/inspector/browser/browser.ts';

const WIDTHS = [1280, 640] as const;
const HEIGHT = 800;

const stage = await Stage.open();
for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of WIDTHS) {
    const name = colorScheme === 'light' ? 'unmask-forgets' : 'posted-late-arrival';
    const scene = traceScene(libraryTrace(name).make());
    const hash = `#${writeLink(scene, scene.length)}`;
    const visit = await stage.visit(hash, { viewport: { width, height: HEIGHT }, colorScheme });
    if (width === 640) await visit.page.keyboard.press(colorScheme === 'light' ? 's' : 'd');
    await visit.page.waitForTimeout(500);
    await shoot(visit.page, `inspector-${width}-${colorScheme}`);
    await visit.close();
  }
}
const front = await stage.visit('', { viewport: { width: 1280, height: HEIGHT }, colorScheme: 'light' });
await front.page.waitForSelector('.objections button');
for (const event of ['device.signal.0', 'guest.control.on', 'guest.unmask.0'])
  await front.page.click(`[data-try="${event}"]`);
await front.page.mouse.move(2, 400);
await front.page.waitForTimeout(500);
await shoot(front.page, 'inspector-front');
await front.close();
const { page, ...visit } = await stage.visit(
  `#${writeLink(beginScene('function', { vectors: 2, messages: 'two' }), 0)}`,
  { viewport: { width: 1280, height: HEIGHT }, colorScheme: 'light' },
);
for (const event of [
  'guest.write.0.A',
  'guest.control.on',
  'device.signal.0',
  'guest.unmask.0',
  'guest.unmask.1',
  'device.signal.1',
]) {
  await page.click(`.events [data-event="${event}"]`);
}
await page.keyboard.press('m');
await page.waitForTimeout(500);
await shoot(page, 'inspector-map');
await visit.close();
await stage.close();

/** Takes a screenshot, in at most 256 colours: the package carries them, and they are a third then. */
async function shoot(shown: Page, name: string): Promise<void> {
  const taken = await shown.screenshot();
  await sharp(taken)
    .png({ palette: true, quality: 75, effort: 10, compressionLevel: 9 })
    .toFile(join('docs', `${name}.png`));
}
