/**
 * The documents: what they show runs, what they link to is there, and the front page is one that is read.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { maskbit } from '../setup/command.ts';
import { printedBy } from '../setup/shown.ts';

const DOCUMENTS = [
  ...['README.md', 'ARCHITECTURE.md', 'HACKING.md', 'CHANGELOG.md', 'checker/README.md', 'checker/cutoff/README.md'],
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

describe.each(DOCUMENTS)('%s', (document) => {
  const text = readFileSync(document, 'utf8');

  test('links to what is there', () => {
    const targets = Array.from(text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g), ([, target]) => target);
    const local = targets.filter((target) => !/^https?:/.test(target));
    expect(local.filter((target) => !existsSync(join(dirname(document), target)))).toEqual([]);
  });

  test('names npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const named = Array.from(text.matchAll(/npm run (?:--silent )?([a-z:-]+)/g), ([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('what the documents show in JavaScript', () => {
  const shown = ['README.md', 'docs/library.md', 'docs/assigned-device.md'].flatMap((document) =>
    Array.from(readFileSync(document, 'utf8').matchAll(/```js\n([^]*?)```/g), ([, code]) => ({ document, code })),
  );
  // What a line prints stands in a comment behind it, in quotes where it is text.
  test.each(shown.map((each) => [each.document, each.code]))('runs: %s', async (_document, code) => {
    const sources = { maskbit: '../src/index.ts', 'maskbit/conformance': '../conformance/index.ts' };
    const resolved = Object.entries(sources)
      .reduce((text, [name, path]) => text.replace(`'${name}'`, `'${path}'`), code)
      .replace(/'\.(\/examples\/[^']+)'/, "'..$1'");
    const printed = await printedBy(resolved);
    const expected = Array.from(code.matchAll(/"((?:message|delivered)[ :][^"]*)"/g), ([, line]) => line);
    for (const line of expected) expect(printed).toContain(line);
    expect(printed).not.toContain('false');
  });
});

test('the front page is short, and explains itself before it uses codes', () => {
  const readme = readFileSync('README.md', 'utf8');
  expect(readme.split('\n').length).toBeLessThan(140);
  const prose = readme.replaceAll(/```[^]*?```/g, '');
  expect(prose.match(/\b(?:HB-\d+|P\d+|[RS]\d)\b/g)).toBeNull();
});

test('the speed on the front page is that of the table in docs/speed.md', () => {
  const row = /^write a Mask Bit, read it back +64 .* ([\d.]+) +([\d.]+) +\d+$/m.exec(
    readFileSync('docs/speed.md', 'utf8'),
  );
  const shown = /<!-- pair [^>]*-->([\d.]+) times .* and ([\d.]+) times .*<!-- end -->/.exec(
    readFileSync('README.md', 'utf8'),
  );
  expect(shown?.slice(1)).toEqual(row?.slice(1));
});

describe('the verbs of the command line', () => {
  const { stdout } = maskbit('--help');
  const verbs = Array.from(stdout.matchAll(/^  ([a-z]+) (?:\[|<| )/gm), ([, verb]) => verb);

  test('are told in docs/commands.md, each of them', () => {
    expect(verbs).toContain('check');
    const commands = readFileSync('docs/commands.md', 'utf8');
    expect(verbs.filter((verb) => verb !== 'help' && !commands.includes(`\`maskbit ${verb}`))).toEqual([]);
  });

  test('are all that the documents name', () => {
    const named = DOCUMENTS.flatMap((document) =>
      Array.from(readFileSync(document, 'utf8').matchAll(/`maskbit ([a-z]+)/g), ([, verb]) => `${document}: ${verb}`),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((each) => !verbs.includes(each.replace(/.*: /, '')))).toEqual([]);
  });
});
