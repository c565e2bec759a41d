/**
 * A browser for the tests of the page: Debian's Chromium, alone and silent, with everything that it says and asks for on record.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { packagePath } from '../../../cli/root.ts';
import { type InspectorServer, startServer } from '../../../inspector/server/server.ts';

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** The page in a browser, and what came of it. */
export interface Visit {
  readonly page: Page;
  /** Messages of the console at the level of a warning or above, and errors that nobody caught. */
  readonly complaints: string[];
  /** The addresses asked for that are not of this machine. */
  readonly strangers: string[];
  close(): Promise<void>;
}

/** A server with the page, and a browser. */
export class Stage {
  readonly server: InspectorServer;
  private readonly browser: Browser;
  private readonly folder: string;

  private constructor(server: InspectorServer, browser: Browser, folder: string) {
    this.server = server;
    this.browser = browser;
    this.folder = folder;
  }

  static async open(): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'maskbit-chromium-'));
    const server = await startServer({ folder: packagePath('dist', 'page'), port: 0 });
    const browser = await chromium.launch({
      executablePath: EXECUTABLE,
      args: QUIET,
      env: { ...process.env, HOME: folder },
    });
    return new Stage(server, browser, folder);
  }

  /** Opens the page, and waits until its chart is there. */
  async visit(hash = '', options: BrowserContextOptions = {}, url = this.server.url): Promise<Visit> {
    const context: BrowserContext = await this.browser.newContext({
      viewport: { width: 1280, height: 800 },
      // What plays by itself would be elsewhere by the time it is looked at; the tests of that ask for movement.
      reducedMotion: 'reduce',
      ...options,
    });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    const complaints: string[] = [];
    const strangers: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error.stack)));
    const note = (address: string): void => {
      const { hostname, protocol } = new URL(address);
      if (hostname !== 'localhost' && hostname !== '127.0.0.1' && protocol !== 'blob:') strangers.push(address);
    };
    page.on('request', (request) => note(request.url()));
    page.on('websocket', (socket) => note(socket.url()));
    await page.goto(`${url}${hash}`);
    await page.waitForSelector('.statechart, .story table');
    return { page, complaints, strangers, close: () => context.close() };
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Looks for what keeps people from using a page. Each finding is a line: the rule, and where. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} ${target.join(' ')} ${failureSummary ?? ''}`),
  );
}
