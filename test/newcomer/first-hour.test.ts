/**
 * "Test your own MSI-X in an hour", as a stranger follows it: the package is packed and installed into an empty folder, and every block of commands of
 * the page is run there, in order. A line that ends in "# exit status N" must end so, any other with 0; what the page shows after a
 * block must have been printed, line by line, in that order.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../setup/command.ts';

const PAGE = 'docs/first-hour.md';
/** On a machine that is busy with other things, a block that does not end as shown is followed again, with so many times the seconds that the page gives it. */
const PATIENCE = Number(process.env.MASKBIT_PATIENCE ?? 1);
/** Far more than it takes, and less than anybody would wait for. */
const SECONDS_TO_A_FINDING = 120 * PATIENCE;
const folder = mkdtempSync(join(tmpdir(), 'maskbit-newcomer-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Block {
  readonly commands: string;
  readonly shown: readonly string[];
}

const blocks: Block[] = [];
for (const [, kind, text] of readFileSync(PAGE, 'utf8').matchAll(/```(sh|text)\n([^]*?)```/g)) {
  if (kind === 'sh') blocks.push({ commands: text, shown: [] });
  else blocks[blocks.length - 1] = { ...blocks.at(-1)!, shown: text.trimEnd().split('\n') };
}
const titles = blocks.map(({ commands }, number) => [number + 1, commands.trim().split('\n').at(-1)!, number] as const);

/** Makes a shell stop at a line that ends otherwise than it says. */
const strict = (commands: string, patience: number): string =>
  `set -e\n${commands
    .replaceAll(/^(.*) # exit status (\d)$/gm, '(set +e; $1; [ $? = $2 ])')
    .replaceAll(/--seconds (\d+)/g, (_, seconds: string) => `--seconds ${Number(seconds) * patience}`)}`;

/** Runs a block, and holds what it prints to what the page shows: the output. */
const follow = ({ commands, shown }: Block, patience: number): string => {
  const { status, stdout, stderr } = runCommand('bash', ['-c', strict(commands, patience)], home);
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  let at = 0;
  for (const line of shown) {
    const found = stdout.indexOf(line, at);
    expect(found, `${line}\n\nis not in, or not in this order:\n\n${stdout.slice(at)}`).not.toBe(-1);
    at = found + line.length;
  }
  return stdout;
};

const followInTime = (block: Block): string => {
  if (PATIENCE === 1 || !block.commands.includes('--seconds')) return follow(block, 1);
  // A block may change what stands there, so it begins again from what stood there.
  const before = join(folder, 'before');
  const isOwn = (path: string): boolean => !path.endsWith('node_modules');
  cpSync(home, before, { recursive: true, filter: isOwn });
  try {
    return follow(block, 1);
  } catch {
    for (const name of readdirSync(home).filter(isOwn)) rmSync(join(home, name), { recursive: true });
    cpSync(before, home, { recursive: true });
    return follow(block, PATIENCE);
  } finally {
    rmSync(before, { recursive: true });
  }
};

beforeAll(() => {
  mkdirSync(home);
  const packed = runCommand('npm', ['pack', '--silent', '--pack-destination', folder]);
  if (packed.status !== 0) throw new Error(packed.stderr + packed.stdout);
}, 300_000);

let started = 0;

test.each(titles)('%i: %s', { timeout: 300_000 * PATIENCE }, (_, __, number) => {
  if (number === 0) started = performance.now();
  const stdout = followInTime(blocks[number]);
  if (!blocks[number].commands.includes('--bug')) return;
  const seconds = Math.round((performance.now() - started) / 1000);
  // The figure of the page.
  process.stderr.write(`From the packed tarball to the first finding: ${seconds} s.\n`);
  expect(seconds).toBeLessThan(SECONDS_TO_A_FINDING);
  // At most six steps, and a bug of a real system with the same finding.
  const steps = Array.from(stdout.matchAll(/^ +trace of (\d+)/gm), ([, count]) => Number(count));
  expect(Math.min(...steps)).toBeLessThanOrEqual(6);
  expect(steps[0]).toBeLessThanOrEqual(6);
  expect(stdout).toMatch(/It resembles HB-\d+/);
});

test('the page has commands, and shows what some of them print', () => {
  expect(blocks.length).toBeGreaterThan(8);
  expect(blocks.filter(({ shown }) => shown.length > 0).length).toBeGreaterThan(3);
});
