/**
 * Files that are no text, told by their first bytes: what each is, and what to do with it.
 */
import { RECORD } from './recipe.ts';

/** Whether bytes begin as what gzip has packed. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const UNPACK = 'expected text, or gzip. Unpack it first.';

/** First bytes, what they mean, and what to do. */
const KINDS: readonly (readonly [readonly number[] | string, string])[] = [
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], `a file packed by xz; ${UNPACK}`],
  [[0x5d, 0x00, 0x00], `a file packed by lzma; ${UNPACK}`],
  [[0x1f, 0x9d], `a file packed by compress; ${UNPACK}`],
  [[0x28, 0xb5, 0x2f, 0xfd], `a file packed by zstd; ${UNPACK}`],
  [[0x04, 0x22, 0x4d, 0x18], `a file packed by lz4; ${UNPACK}`],
  ['BZh', `a file packed by bzip2; ${UNPACK}`],
  ['PK\u0003\u0004', `a file packed by zip; ${UNPACK}`],
  ['7z\u00bc\u00af', `a file packed by 7-Zip; ${UNPACK}`],
  ['Rar!', `a file packed by rar; ${UNPACK}`],
  [
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xb4, 0x29, 0xa4, 0x0a],
    "a binary trace of QEMU's back end simple; expected text. Print it first: scripts/simpletrace.py trace-events-all FILE, of QEMU's sources.",
  ],
  [
    [0x17, 0x08, 0x44],
    `a binary trace of trace-cmd; expected text. "trace-cmd report" prints it, and shows interrupts and exits. ${RECORD}`,
  ],
  ['PERFILE2', `a file of perf; expected text. "perf script" prints it, and shows interrupts and exits. ${RECORD}`],
  [
    [0x0a, 0x0d, 0x0d, 0x0a],
    `a capture of packets (pcapng): what was on a network or a bus, not the accesses of a table. ${RECORD}`,
  ],
  [
    [0xd4, 0xc3, 0xb2, 0xa1],
    `a capture of packets (pcap): what was on a network or a bus, not the accesses of a table. ${RECORD}`,
  ],
  [
    [0xa1, 0xb2, 0xc3, 0xd4],
    `a capture of packets (pcap): what was on a network or a bus, not the accesses of a table. ${RECORD}`,
  ],
  ['\u007fELF', `a program or a core dump: the memory at one moment, not the accesses that led there. ${RECORD}`],
  ['KDUMP', `a crash dump: the memory at one moment, not the accesses that led there. ${RECORD}`],
  ['PAGEDU', `a crash dump of Windows: the memory at one moment, not the accesses that led there. ${RECORD}`],
  ['QFI\u00fb', `an image of a disk (qcow2); expected a log. ${RECORD}`],
  ['QEVM', `a saved virtual machine: its state at one moment, not the accesses that led there. ${RECORD}`],
  ['%PDF', `a document (PDF); expected the text of a log. ${RECORD}`],
  [[0x89, 0x50, 0x4e, 0x47], `a picture (PNG); expected the text of a log. ${RECORD}`],
  [[0xff, 0xd8, 0xff], `a picture (JPEG); expected the text of a log. ${RECORD}`],
  ['SQLite format', `a database (SQLite); expected a log. ${RECORD}`],
];

const TAR_AT = 257;
/** As many bytes are looked at to tell text from what is none. */
const LOOKED_AT = 4096;

/** Says what a file is by its first bytes, as the end of a sentence; undefined when it may be text. */
export function tellMagic(bytes: Uint8Array): string | undefined {
  const begins = (magic: readonly number[] | string, at = 0): boolean =>
    [...magic].every((each, index) => bytes[at + index] === (typeof each === 'string' ? each.charCodeAt(0) : each));
  if (begins('ustar', TAR_AT)) return `an archive (tar); expected a log. Unpack it first.`;
  const kind = KINDS.find(([magic]) => begins(magic))?.[1];
  if (kind !== undefined) return kind;
  // Console output may hold a few bytes that are no text, and a log that was cut begins with zeros; a file of them is another matter.
  const start = bytes.subarray(0, LOOKED_AT);
  const strange = start.filter((byte) => byte !== 0 && (byte < 9 || (byte > 13 && byte < 27) || byte === 127)).length;
  return start.length >= 16 && strange * 20 > start.length
    ? `which is no text: ${strange} of its first ${start.length} bytes are control characters; expected a log. ${RECORD}`
    : undefined;
}
