/**
 * Where the package stands on disk, from its sources and from `dist` alike.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of maskbit's own package.json. */
const PACKAGE_ROOT: string = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}

/** The path of a file of the package. */
export const packagePath = (...parts: readonly string[]): string => join(PACKAGE_ROOT, ...parts);
