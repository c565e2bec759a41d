/**
 * What `lspci -vvv -xxxx` prints in the guest, as the reads of configuration space that it was: for a log that begins after the guest
 * found its devices.
 */
import { type ConfigLine, ReplayError } from './lines.ts';

const HEADER = /^(?:[0-9a-f]{4,8}:)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) /;

/**
 * Reads it. Devices go by their bus address, for lspci does not know QEMU's names.
 * @throws {ReplayError} when it shows no function.
 */
export function readLspci(text: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  let block: string[] = [];
  let device: string | undefined;
  const finish = (): void => {
    if (device !== undefined) lines.push(...readBlock(device, block));
  };
  for (const line of text.split(/\r?\n/)) {
    const found = HEADER.exec(line);
    if (found !== null && !/^[0-9a-f]{2,3}: [0-9a-f]{2} /.test(line)) {
      finish();
      [device, block] = [found[1], []];
    } else block.push(line);
  }
  finish();
  if (lines.length === 0) {
    throw new ReplayError(
      'Got no function from the output of lspci; expected what "lspci -vvv -xxxx" prints in the guest.',
    );
  }
  return lines;
}

function readBlock(device: string, block: readonly string[]): ConfigLine[] {
  const bytes: number[] = [];
  for (const line of block) {
    const found = /^\s*([0-9a-f]{2,3}): ((?:[0-9a-f]{2} ?){1,16})\s*$/.exec(line);
    if (found === null) continue;
    const at = Number.parseInt(found[1], 16);
    for (const [index, byte] of found[2].trim().split(' ').entries()) bytes[at + index] = Number.parseInt(byte, 16);
  }
  return bytes.length >= 64 ? fromBytes(device, bytes) : fromWords(device, block.join('\n'));
}

const read = (device: string, offset: number, value: number, bytes: number): ConfigLine => ({
  kind: 'configRead',
  device,
  offset,
  value: value >>> 0,
  bytes,
});

function fromBytes(device: string, bytes: readonly number[]): ConfigLine[] {
  const lines: ConfigLine[] = [];
  const byte = (at: number): number => bytes[at] ?? 0;
  for (let at = 0; at < bytes.length; at += 4) {
    if (at === 0x34) lines.push(read(device, at, byte(at), 1));
    else {
      const value = byte(at) + (byte(at + 1) << 8) + (byte(at + 2) << 16) + byte(at + 3) * 2 ** 24;
      lines.push(read(device, at, value, 4));
    }
  }
  return lines;
}

/** What the words say, where there are no bytes. */
function fromWords(device: string, text: string): ConfigLine[] {
  const capability = /Capabilities: \[([0-9a-f]+)(?: v\d+)?\] MSI-X: Enable([+-]) Count=(\d+) Masked([+-])/.exec(text);
  const table = /Vector table: BAR=(\d) offset=([0-9a-f]+)/.exec(text);
  if (capability === null || table === null) return [];
  const at = Number.parseInt(capability[1], 16);
  const control =
    (capability[2] === '+' ? 0x8000 : 0) | (capability[4] === '+' ? 0x4000 : 0) | (Number(capability[3]) - 1);
  const lines = [
    read(device, 0x34, at, 1),
    read(device, at, 0x11, 1),
    read(device, at + 2, control, 2),
    read(device, at + 4, Number.parseInt(table[2], 16) + Number(table[1]), 4),
  ];
  const pba = /PBA: BAR=(\d) offset=([0-9a-f]+)/.exec(text);
  if (pba !== null) lines.push(read(device, at + 8, Number.parseInt(pba[2], 16) + Number(pba[1]), 4));
  for (const found of text.matchAll(/Region (\d): Memory at ([0-9a-f]+) \((32|64)-bit/g)) {
    const address = Number.parseInt(found[2], 16);
    const register = 0x10 + 4 * Number(found[1]);
    lines.push(read(device, register, (address % 2 ** 32) + (found[3] === '64' ? 4 : 0), 4));
    if (found[3] === '64') lines.push(read(device, register + 4, Math.floor(address / 2 ** 32), 4));
  }
  return lines;
}
