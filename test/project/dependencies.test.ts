/**
 * What the implementation imports: itself, and nothing else. Read from its sources, by the parser of TypeScript.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const SOURCES = 'src';

/** The modules that a source imports, exports from, or imports when it runs. */
function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

test('src/index.ts imports nothing that lies outside of src/, and every file in it', () => {
  const reached = new Set<string>();
  const outside: string[] = [];
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const name of importsOf(readFileSync(file, 'utf8'))) {
      const target = join(file, '..', name);
      if (name.startsWith('.') && !relative(SOURCES, target).startsWith('..')) visit(target);
      else outside.push(`${file} imports ${name}`);
    }
  };
  visit(join(SOURCES, 'index.ts'));
  expect(outside).toEqual([]);
  // The test of the layers may have a folder of this name here for a moment.
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.startsWith('canary-'),
  );
  const sources = files.filter((file) => file.endsWith('.ts')).map((file) => join(SOURCES, file));
  expect([...reached].toSorted()).toEqual(sources.toSorted());
});

test('an import is found in each of its forms', () => {
  const forms = ["import 'a';", "export * from 'b';", "import type { C } from 'c';", "const d = await import('d');"];
  expect(forms.flatMap(importsOf)).toEqual(['a', 'b', 'c', 'd']);
});
