/**
 * The page as files, to be opened from any web server. Beside them stands a list of what was written, with a digest of each file: what
 * is replaced or removed later is what stands there, and nothing else, so that a `.git` beside the page stays as it is. No link
 * is followed. Whatever is in the way is found before anything is written, and an interrupted run is taken up by the next.
 */
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Session, SESSION_FILE } from './session.ts';

/** The list of what was written, in the folder of the page. */
export const LIST_FILE = '.maskbit-page.json';

/** The digests of the files that were written, by their paths in the folder, with slashes. A file has two while it is being replaced. */
type Written = ReadonlyMap<string, readonly string[]>;

/**
 * Writes the page to `target`, and replaces one that was written there before.
 * @param published The address that links lead to, where they are not to lead to wherever the page is.
 * @throws {RangeError} when something else is in the way.
 */
export function writePage(source: string, target: string, published?: string): void {
  const place = resolve(target);
  const page = readPage(source, published);
  const before = readList(place);
  requireFree(place, page, before);

  mkdirSync(place, { recursive: true });
  const made = mkdtempSync(join(place, '.maskbit-'));
  try {
    const between = new Map(before);
    for (const [path, bytes] of page) between.set(path, [...(before.get(path) ?? []), digestOf(bytes)]);
    writeList(place, between);
    // The page that loads the others comes last.
    const paths = [...page.keys()].toSorted((a, b) => Number(a === FRONT) - Number(b === FRONT));
    for (const path of paths) {
      writeFileSync(join(made, 'file'), page.get(path)!);
      mkdirSync(dirname(join(place, path)), { recursive: true });
      renameSync(join(made, 'file'), join(place, path));
    }
    for (const path of before.keys()) if (!page.has(path)) remove(place, path);
    writeList(place, new Map(Array.from(page, ([path, bytes]) => [path, [digestOf(bytes)]])));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

const FRONT = 'index.html';

/** The files of the page, by path. */
function readPage(source: string, published: string | undefined): ReadonlyMap<string, Buffer> {
  const page = new Map<string, Buffer>();
  const visit = (folder: string, prefix: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory()) visit(join(folder, entry.name), `${path}/`);
      else page.set(path, readFileSync(join(folder, entry.name)));
    }
  };
  visit(source, '');
  const session: Session = { live: false, stately: false, page: published };
  return page.set(SESSION_FILE, Buffer.from(`${JSON.stringify(session)}\n`));
}

/** Requires that a place is free for the page: what stands there is none of ours, and not in its way; or ours, as it was written. */
function requireFree(place: string, page: ReadonlyMap<string, Buffer>, before: Written): void {
  const kind = kindOf(place);
  if (kind === undefined) return;
  if (kind !== 'folder') throw new RangeError(`Got ${place}, which is a ${kind}; expected a folder, or none.`);
  // Names with a dot are those of other tools: .git, .nojekyll.
  const foreign = readdirSync(place).filter((name) => !name.startsWith('.'));
  if (before.size === 0 && foreign.length > 0) {
    throw new RangeError(
      `Got ${place}, which holds something else; expected an empty folder, none, or one with this page.`,
    );
  }
  for (const path of new Set([...before.keys(), ...page.keys()])) requireOwn(place, path, before.get(path));
}

/** Requires that a file is as it was written, or is not there; and that no link leads to it. */
function requireOwn(place: string, path: string, digests: readonly string[] | undefined): void {
  const names = path.split('/');
  for (let depth = 1; depth < names.length; depth++) {
    const folder = join(place, ...names.slice(0, depth));
    const kind = kindOf(folder);
    if (kind === undefined) return;
    if (kind !== 'folder') throw new RangeError(`Got ${folder}, which is a ${kind}; expected a folder of the page.`);
  }
  const file = join(place, path);
  const kind = kindOf(file);
  if (kind === undefined) return;
  if (kind !== 'file') throw new RangeError(`Got ${file}, which is a ${kind}; expected a file of the page.`);
  if (digests === undefined) throw new RangeError(`Got ${file}, which is not of this page; expected no such file.`);
  if (digests.includes(digestOf(readFileSync(file)))) return;
  throw new RangeError(`Got ${file}, which was changed since it was written; expected it as it was, or none.`);
}

/** Removes a file, and the folders that are empty then. */
function remove(place: string, path: string): void {
  rmSync(join(place, path), { force: true });
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    try {
      rmdirSync(join(place, folder));
    } catch {
      return;
    }
  }
}

function kindOf(path: string): 'file' | 'folder' | 'link' | 'device' | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'device';
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

// ---- The list

function writeList(place: string, written: Written): void {
  const list = join(place, LIST_FILE);
  writeFileSync(`${list}.new`, `${JSON.stringify({ files: Object.fromEntries(written) }, null, 1)}\n`);
  renameSync(`${list}.new`, list);
}

/**
 * Reads the list of what was written; it is empty where there is none.
 * @throws {RangeError} when it is not of ours, or names what lies outside of its folder.
 */
function readList(place: string): Written {
  const list = join(place, LIST_FILE);
  const kind = kindOf(place) === 'folder' ? kindOf(list) : undefined;
  if (kind === undefined) return new Map();
  const files = kind === 'file' ? parseList(readFileSync(list, 'utf8')) : undefined;
  if (files !== undefined) return files;
  throw new RangeError(`Got ${list}, which is no list of the files of a page; expected one as maskbit writes it.`);
}

function parseList(text: string): Written | undefined {
  try {
    const { files } = JSON.parse(text) as { readonly files: Readonly<Record<string, readonly string[]>> };
    const entries = Object.entries(files);
    const isWhole = entries.every(([path, digests]) => isInside(path) && Array.isArray(digests));
    return isWhole ? new Map(entries) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a path stays in its folder, and is not hidden: `assets/index.js`. */
function isInside(path: string): boolean {
  return path.split('/').every((name) => name !== '' && !name.startsWith('.') && !/[\\:\0]/.test(name));
}
