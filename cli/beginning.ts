/**
 * What a pipe brings for a log, while it comes: where none of so many lines is one of QEMU's that a replay reads, nothing more is read. What never
 * ends (`yes |`, a device that gives bytes for ever) is refused so, and does not fill the disk.
 */
import { Transform } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { BEGINNING_LINES, tellArtefact } from '../conformance/replay/artefacts.ts';
import { ReplayError } from '../conformance/replay/lines.ts';
import { isKnown, lineReader } from '../conformance/replay/log.ts';
import { isGzip } from '../conformance/replay/magic.ts';
import { formatCell } from './report.ts';

/** The lines and the bytes in which a log has begun. */
const BEGINNING = { lines: BEGINNING_LINES, bytes: 1 << 25 };
/** The part that is shown to whoever tells files by how they look. */
const SHOWN_CHARACTERS = 1 << 20;

/** Passes on bytes, and fails where the beginning of what comes is over without a known line. */
export function requireBeginning({ lines, bytes } = BEGINNING): Transform {
  const beginning = new Beginning(lines, bytes);
  let unpacking: Gunzip | undefined;
  let isFirst = true;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (isFirst && isGzip(chunk)) {
        unpacking = createGunzip();
        unpacking.on('data', (part: Buffer) => {
          const error = beginning.add(part);
          if (error !== undefined) this.destroy(error);
        });
        // Whoever unpacks it tells what is wrong with it.
        unpacking.on('error', () => {});
      }
      isFirst = false;
      if (unpacking === undefined) return done(beginning.add(chunk), chunk);
      if (beginning.isOver) unpacking.destroy();
      else unpacking.write(chunk);
      done(null, chunk);
    },
  });
}

/** The beginning of a log, piece by piece. */
class Beginning {
  /** Whether a known line has come, or none that there should have been. */
  isOver = false;
  private readonly read = lineReader({ skipDamaged: true });
  private readonly linesMost: number;
  private readonly bytesMost: number;
  private lines = 0;
  private bytes = 0;
  private shown = '';
  private rest = '';

  constructor(lines: number, bytes: number) {
    this.linesMost = lines;
    this.bytesMost = bytes;
  }

  /** Looks at what follows; returns why nothing more is to be read, where it is over without a known line. */
  add(chunk: Buffer): ReplayError | undefined {
    if (this.isOver) return undefined;
    this.bytes += chunk.length;
    // Without the zeros of UTF-16: whether a line is known is all that is asked here.
    const text = chunk.toString('latin1').replaceAll('\0', '');
    if (this.shown.length < SHOWN_CHARACTERS) this.shown += text;
    const whole = `${this.rest}${text}`.split('\n');
    this.rest = whole.pop()!.slice(0, SHOWN_CHARACTERS);
    this.isOver = whole.some((line) => isKnown(this.read(line, ++this.lines)));
    if (this.isOver || (this.lines < this.linesMost && this.bytes < this.bytesMost)) return undefined;
    this.isOver = true;
    const got = `Got ${formatCell(this.lines)} lines (${formatCell(this.bytes)} bytes) of which none is one of a log of QEMU's`;
    return new ReplayError(`${got}; expected one by then. ${tellArtefact(() => [this.shown], 0) ?? ''}`.trimEnd());
  }
}
