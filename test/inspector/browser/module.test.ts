/**
 * A device in WebAssembly, dropped on the page: it stands beside the machine, a difference is red, and what the judge finds in it is played.
 */
import { describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { buildC, buildKit, idleDevice } from '../../setup/wasm.ts';
import { findBarriers } from './browser.ts';
import { useStage } from './use-stage.ts';

const { open } = useStage();

/** Opens the page, and drops a module on it. */
async function drop(name: string, bytes: Uint8Array): Promise<Page> {
  const page = await open();
  await page.evaluate(
    ([file, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(content)], file));
      dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
    },
    [name, [...bytes]] as const,
  );
  return page;
}

const send = (event: string): string => `.events [data-event="${event}"]`;

describe('a module that is dropped on the page', () => {
  test('stands beside the machine, agrees with it step by step, and is proven meanwhile', async () => {
    const page = await drop('kit.wasm', buildKit());
    await page.waitForSelector('text=machine = module');
    await expect.poll(() => page.textContent('.module h2')).toMatch(/^kit a device in WebAssembly, [\d,]+ bytes/);
    for (const event of ['guest.control.on', 'guest.write.1.A', 'device.signal.1', 'guest.unmask.1']) {
      await page.click(send(event));
    }
    await page.waitForSelector('text=step 4 of 4');
    await page.waitForSelector('.device tbody:nth-of-type(2) .registers:has-text("fee01010 : 00004009")');
    await expect.poll(() => page.textContent('.device tbody:nth-of-type(2) tr:nth-of-type(2) .whose')).toBe('module');
    await expect.poll(() => page.textContent('.agreement')).toBe('machine = module');
    await page.waitForSelector('.module .standing.applies', { timeout: 90_000 });
    await expect
      .poll(() => page.textContent('.module .standing'))
      .toMatch(/^proven: kit breaks no rule, .* with 1, 2 vectors/);
    expect(await findBarriers(page)).toEqual([]);
    await page.click('text=Take it away');
    await page.waitForSelector('text=machine = implementation');
    expect(await page.locator('.module').count()).toBe(0);
  });

  test('and is wrong differs in red, and each finding is a run to be played', async () => {
    const page = await drop('forgets.wasm', buildKit(['-DBUG=1']));
    await page.waitForSelector('[data-finding="0"]', { timeout: 90_000 });
    await expect
      .poll(() => page.textContent('[data-finding="0"]'))
      .toMatch(
        /^MSIX-PEND-2 Got no message of vector 0; expected the message .* control\.on\/2, signal\.0, unmask\.0\/4$/,
      );
    await page.click('[data-finding="0"]');
    await page.waitForSelector('text=step 3 of 3');
    await page.waitForSelector('.agreement.differs');
    await expect.poll(() => page.textContent('.agreement')).toBe('≠ differs from step 3 on');
    await expect
      .poll(() => page.textContent('.differences'))
      .toMatch(/The machine sends 0x0:0x0; the module sends nothing\./);
    await expect.poll(() => page.textContent('.differences')).toContain('MSIX-PEND-2: Got no message of vector 0');
    expect(await page.locator('td.wrong').count()).toBeGreaterThan(0);
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('td.wrong').count()).toBe(0);
    await page.keyboard.press('ArrowRight');
    const picture = process.env['SCREENSHOT'];
    if (picture !== undefined) await page.screenshot({ path: picture });
  });

  test('and traps says where, and the page works on', async () => {
    const page = await drop('traps.wasm', buildC(idleDevice({ signal: 'if (vector < 9) __builtin_trap();' })));
    await page.waitForSelector('.agreement.same, .agreement.differs');
    await page.click(send('device.signal.0'));
    await page.waitForSelector(
      '.differences:has-text("The module has ended. Got a trap: unreachable; expected an answer, at signal 0x0.")',
    );
    await page.click(send('guest.control.on'));
    await page.waitForSelector('text=step 2 of 2');
    await expect.poll(() => page.textContent('.agreement')).toBe('≠ differs from step 0 on');
  });

  test.each([
    ['is none', 'cat.wasm', () => new TextEncoder().encode('a cat'), /begins with 61 20 63 61; expected/],
    [
      'asks for a system',
      'wasi.wasm',
      () =>
        buildC(
          idleDevice({
            head: '__attribute__((import_module("wasi_snapshot_preview1"), import_name("clock_time_get"))) int now(int, long long, void *);',
            signal: 'now(vector, 0, 0);',
          }),
        ),
      /It was built for WASI/,
    ],
  ])('that %s is refused in a sentence', async (_, name, bytes, sentence) => {
    const page = await drop(name, bytes());
    await page.waitForSelector('.notice.error');
    await expect.poll(() => page.textContent('.notice.error')).toMatch(sentence);
    expect(await page.locator('.module').count()).toBe(0);
  });
});
