/**
 * The front door and the stories of the review, in a browser: what a newcomer sees first, and what a link is worth.
 */
import { describe, expect, test } from 'vitest';
import { packTrace } from '../../../checker/trace/codec.ts';
import { reduceTrace, type Trace } from '../../../checker/trace/trace.ts';
import { libraryTrace } from '../../../inspector/decider/library.ts';
import { traceScene } from '../../../inspector/page/scene.ts';
import { OBJECTIONS } from '../../../properties/assigned/objections.ts';
import { findBarriers } from './browser.ts';
import { useStage } from './use-stage.ts';

const use = useStage();
const { open } = use;

const linkTo = (name: string, change: (trace: Trace) => Trace = (trace) => trace): string => {
  const scene = traceScene(libraryTrace(name).make());
  return `#${packTrace(reduceTrace(scene.subject, change(scene.run.trace())))}&step=${scene.length}`;
};

describe('the front door', () => {
  test('says what it is, has one vector to try, and leads three ways', async () => {
    const page = await open();
    expect(await page.title()).toBe('maskbit: MSI-X masking, settled by machine');
    expect(await page.locator('.way h3').allTextContents()).toEqual([
      'Watch the review of 2010',
      'Explore MSI-X masking',
      'Watch my XState app',
    ]);
    await page.click('[data-try="device.signal.0"]');
    await page.click('[data-try="guest.unmask.0"]');
    await expect.poll(() => page.textContent('.front-told')).toBe('The guest unmasks vector 0.');
    await page.click('[data-try="guest.control.on"]');
    await expect.poll(() => page.textContent('.front-told')).toContain('the vector sends');
    await expect.poll(() => page.textContent('.snippet')).toContain(`ws://localhost:${use.stage.server.port}`);
    await expect.poll(() => page.textContent('.connected')).toBe('Nothing has connected yet.');
    expect(await page.locator('.objections button').count()).toBe(OBJECTIONS.length);
    await page.click('[data-explore="the same, as reviewed"]');
    await page.waitForSelector('.device');
    expect(await page.title()).toBe('assigned-device, reviewed, 1 vector · maskbit');
    await page.goBack();
    await page.waitForSelector('.front');
    await page.goForward();
    await page.waitForSelector('.device');
    await page.click('.home');
    await page.waitForSelector('.front');
  });
});

describe('the three ways in', () => {
  test('are in the first screen of 1366 x 768 whole, and reached at 390 without scrolling aside', async () => {
    const page = await open('', { viewport: { width: 1366, height: 768 } });
    await page.waitForSelector('.way .primary:enabled');
    const lowest = (): Promise<number[]> =>
      page.locator('.way').evaluateAll((ways) => ways.map((each) => Math.ceil(each.getBoundingClientRect().bottom)));
    expect([(await lowest()).length, Math.max(...(await lowest())) <= 768]).toEqual([3, true]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.querySelector('.front')!.scrollWidth)).toBeLessThanOrEqual(390);
    for (const way of await page.locator('.way').all()) {
      await way.scrollIntoViewIfNeeded();
      const { x, width } = (await way.boundingBox())!;
      expect([x >= 0, x + width <= 390]).toEqual([true, true]);
    }
    await page.click('text=all of them');
    await page.click('.objections [data-trace="posted-live-before"]');
    await page.waitForSelector('.story table');
  });
});

describe('an objection', () => {
  test('is told beside the reviewed design, one after the other', async () => {
    const page = await open();
    await page.click('[data-trace="posted-two-records"]');
    await page.waitForSelector('.story table');
    await expect.poll(() => page.textContent('.headline h2')).toBe('R5 Two records of one Mask Bit');
    expect(await page.title()).toBe('R5: Two records of one Mask Bit · maskbit');
    expect(await page.locator('.story thead th').allTextContents()).toEqual([
      ...['#', 'What happens', 'The patch as posted', 'With what the review asked for'],
    ]);
    await page.waitForSelector('.standing.broken');
    await expect
      .poll(() => page.textContent('.standing'))
      .toMatch(/Checked here just now.*Broken, decided over [\d,]+ states/);
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('.story tr.here .number').textContent()).toBe('7');
    await expect
      .poll(() => page.textContent('.endings .breaks'))
      .toContain('A Mask Bit is read as it was last written.');
    await expect.poll(() => page.textContent('.endings .holds')).toContain('none breaks it');
    await page.click('text=Next ›');
    await page.waitForSelector('text=A stale record of a Mask Bit comes back');
    await page.click('text=‹ Previous');
    await page.waitForSelector('.headline h2:has-text("Two records")');
  });

  test('is copied as Markdown: verdict, rules, sequence, link', async () => {
    const page = await open(linkTo('posted-discarded-write'));
    await page.waitForSelector('.standing.broken');
    await page.click('text=Copy as Markdown');
    await page.waitForSelector('text=It is copied as Markdown');
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toContain('### R7: A write is discarded');
    expect(text).toMatch(/Rules: MSIX-[\s\S]*```mermaid\nsequenceDiagram[\s\S]*\[Replay it\]\(http:/);
  });

  test('that compares two runs shows both', async () => {
    const page = await open(linkTo('posted-contents-matter'));
    expect(await page.locator('.story thead th').count()).toBe(5);
    expect(await page.locator('.endings .breaks').count()).toBe(2);
    expect(await page.locator('.endings .holds').count()).toBe(1);
  });

  test('plays to its break by itself, where the reader has nothing against movement', async () => {
    const page = await open('', { reducedMotion: 'no-preference' });
    await page.click('[data-trace="posted-live-before"]');
    await page.waitForSelector('text=step 3 of 3', { timeout: 10_000 });
    expect(await page.locator('.endings.ahead').count()).toBe(0);
  });

  test('is left by an event of one’s own, and returned to: nothing is lost, back and forward work', async () => {
    const page = await open(linkTo('posted-discarded-write'));
    await page.waitForTimeout(400);
    await page.click('.events summary');
    await page.click('.events [data-event="guest.mask.0"]');
    await expect
      .poll(() => page.textContent('.branch'))
      .toContain('A branch of your own, from step 6 of the counterexample');
    await expect.poll(() => page.textContent('.headline h2')).toContain('A write is discarded');
    await page.waitForTimeout(400);
    await page.click('text=Return to the counterexample');
    await page.waitForSelector('.story table');
    await expect.poll(() => page.textContent('.position span')).toBe('step 6 of 6');
    // By the clock of the page, which may be busy: the address is written when it rests.
    await page.evaluate(() => new Promise((done) => setTimeout(done, 400)));
    await page.goBack();
    await page.waitForSelector('text=step 7 of 7');
    await page.goBack();
    await page.waitForSelector('.story table');
  });

  test.each([390, 640, 1366, 3840])('is read at a width of %i, light and dark, by everyone', async (width) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open(linkTo('posted-contents-matter'), { viewport: { width, height: 768 }, colorScheme });
      await page.waitForSelector('.standing.broken');
      const barriers = await findBarriers(page);
      await page.click('.home');
      await page.waitForSelector('.front .objections button');
      barriers.push(...(await findBarriers(page)));
      const reach = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([barriers, reach > 0]).toEqual([[], false]);
      if (colorScheme === 'light') await use.visit.close();
    }
  });
});

describe('a link', () => {
  test('is worth what this machine says: a claim that is not so is told as such', async () => {
    const lied = linkTo('about-PBATruthStep', (trace) => ({
      ...trace,
      verdict: { property: 'LatchOnUnmaskStep', result: 'fails', sentence: 'All is lost.', rules: ['MSIX-MSG-1'] },
    }));
    const page = await open(lied);
    await page.waitForSelector('.standing.differs');
    await expect
      .poll(() => page.textContent('.standing'))
      .toContain('The link claims that this property is broken in step');
    expect(await page.textContent('body')).not.toContain('All is lost');
    expect(await page.locator('.standing.broken, .ending.broken').count()).toBe(0);
    // Nor does its word go on from here.
    await page.click('text=Copy as Markdown');
    await page.waitForSelector('text=It is copied as Markdown');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('sequenceDiagram');
    expect(copied).not.toContain('All is lost');
  });

  test('that names a property which nobody has claims nothing', async () => {
    const page = await open(
      linkTo('about-PBATruthStep', (trace) => ({
        ...trace,
        verdict: { property: 'Everything', result: 'fails', sentence: 'All is lost.', rules: [] },
      })),
    );
    await page.waitForSelector('.standing.unknown');
    await expect.poll(() => page.textContent('.standing')).toContain('nothing is claimed of this run');
    expect(await page.textContent('body')).not.toContain('All is lost');
  });

  test('to a run that only a missing assumption makes possible says so, and calls nothing broken', async () => {
    const page = await open(linkTo('without-PendingLeads'));
    await page.waitForSelector('.standing.assumed');
    await expect.poll(() => page.textContent('.standing')).toContain('This run is what its assumption rules out');
    expect(await page.textContent('body')).not.toContain('broken here');
  });

  test('comes through mail and chat', async () => {
    const link = linkTo('unmask-forgets').replace('#', '');
    for (const [before, after] of [
      ['%', ''],
      ['', ').'],
      ['&amp;', ''],
    ]) {
      const spoilt =
        before === '%'
          ? link.replaceAll('.', '%2E')
          : before === '&amp;'
            ? link.replace('&step', '&amp;step')
            : `${link}${after}`;
      const page = await open(`#${spoilt}`);
      await page.waitForSelector('.standing.broken');
      expect(await page.locator('.notice').count()).toBe(0);
      if (before !== '&amp;') await use.visit.close();
    }
  });
});
