/**
 * Makes the picture of the parts in ARCHITECTURE.md from the imports of the code, and writes it there.
 * `npm run picture` runs it; a test holds the picture against the code.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { cruise, format, type ICruiseResult } from 'dependency-cruiser';
import configuration, { LAYERS } from '../.dependency-cruiser.mjs';
import { codeBlock, placeMarked } from './marked.ts';

const FOLDERS = Object.keys(LAYERS);
/** Draws the folders and the imports between them, as a mermaid flowchart. Where the code has been read already, it is not read again. */
export async function drawPicture(read?: ICruiseResult): Promise<string> {
  const code = read ?? ((await cruise(FOLDERS, configuration.options)).output as ICruiseResult);
  const { output } = await format(code, {
    outputType: 'mermaid',
    includeOnly: { path: `^(${FOLDERS.join('|')})/` },
    collapse: '^[^/]+',
  });
  return (output as string).trim();
}

/** Puts the picture into the text of ARCHITECTURE.md. */
export function placePicture(text: string, picture: string): string {
  return placeMarked(text, 'picture', codeBlock('mermaid', picture));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync('ARCHITECTURE.md', placePicture(readFileSync('ARCHITECTURE.md', 'utf8'), await drawPicture()));
}
