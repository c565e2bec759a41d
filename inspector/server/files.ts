/**
 * The page as files, to be opened from any web server. They are written beside their place and then renamed, so that an
 * interrupted run leaves what was there.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Session, SESSION_FILE } from './session.ts';

/**
 * Writes the page to `target`, and replaces one that was written there before.
 * @throws {RangeError} when something else is there.
 */
export function writePage(source: string, target: string): void {
  const place = resolve(target);
  requireOwn(place);
  mkdirSync(dirname(place), { recursive: true });
  // In the same folder, for a rename leads nowhere else.
  const made = mkdtempSync(join(dirname(place), `.${basename(place)}-`));
  try {
    cpSync(source, join(made, 'new'), { recursive: true });
    const session: Session = { live: false, stately: false };
    writeFileSync(join(made, 'new', SESSION_FILE), `${JSON.stringify(session)}\n`);
    if (existsSync(place)) renameSync(place, join(made, 'old'));
    renameSync(join(made, 'new'), place);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** Requires that a place is free, or has a page of ours, which may be replaced. */
function requireOwn(place: string): void {
  if (!existsSync(place)) return;
  if (!statSync(place).isDirectory())
    throw new RangeError(`Got ${place}, which is a file; expected a folder, or none.`);
  if (readdirSync(place).length === 0 || isPage(place)) return;
  throw new RangeError(
    `Got ${place}, which holds something else; expected an empty folder, none, or one with this page.`,
  );
}

function isPage(place: string): boolean {
  try {
    const { live } = JSON.parse(readFileSync(join(place, SESSION_FILE), 'utf8')) as Partial<Session>;
    return (
      live === false && readFileSync(join(place, 'index.html'), 'utf8').includes('<title>maskbit inspector</title>')
    );
  } catch {
    return false;
  }
}
