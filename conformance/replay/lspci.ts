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
  for (const each of text.split(/\r?\n/)) {
    // A mail quotes it.
    const line = each.replace(/^(?:> ?)+/, '');
    const found = HEADER.exec(line);
    if (found !== null && !/^[0-9a-f]{2,3}: [0-9a-f]{2} /.test(line)) {
      finish();
      [device, block] = [found[1], []];
    } else block.push(line);
  }
  finish();
  const shows = /MSI-X: Enable/.test(text) || /^\s*40: [0-9a-f]{2} /m.test(text);
  if (lines.length === 0 || !shows) {
    const way = /access denied/.test(text) ? ' It was denied the capabilities: run it as root.' : '';
    throw new ReplayError(
      `Got no function with MSI-X from the output of lspci; expected what "lspci -vvv -xxxx" prints in the guest.${way}`,
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
  const text = block.join('\n');
  // The Base Address Registers of a virtual function read zero; the kernel knows better, and tells it in words.
  return bytes.length >= CONFIG_BYTES
    ? [...fromBytes(device, bytes), ...regionsOf(device, text)]
    : fromWords(device, text);
}

/** The least of configuration space that holds capabilities. */
const CONFIG_BYTES = 256;

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
  const capabilities = capabilitiesOf(text);
  const [first] = capabilities;
  const control = /Control: I\/O. Mem(.) BusMaster\+/.exec(text);
  const buses = /Bus: primary=([0-9a-f]{2}), secondary=([0-9a-f]{2}), subordinate=([0-9a-f]{2})/.exec(text);
  const lines = [
    ...(control === null ? [] : [read(device, 0x04, control[1] === '+' ? 0x6 : 0x4, 2)]),
    ...(first === undefined ? [] : [read(device, 0x34, first.at, 1)]),
    ...capabilities.flatMap((capability, index) =>
      readCapability(device, capability, capabilities[index + 1]?.at ?? 0),
    ),
    ...regionsOf(device, text),
  ];
  if (buses !== null) {
    const [primary, secondary, subordinate] = buses.slice(1).map((digits) => Number.parseInt(digits, 16));
    lines.push(read(device, 0x0e, 1, 1), read(device, 0x18, primary + (secondary << 8) + (subordinate << 16), 4));
  }
  return lines;
}

interface Capability {
  readonly at: number;
  /** Its name, and all that is said of it. */
  readonly text: string;
}

/** What stands of each capability, but for the extended ones. */
function capabilitiesOf(text: string): Capability[] {
  return text.split(/^\s*Capabilities: (?=\[)/m).flatMap((part) => {
    const found = /^\[([0-9a-f]{2})\] /.exec(part);
    return found === null ? [] : [{ at: Number.parseInt(found[1], 16), text: part.slice(found[0].length) }];
  });
}

/** The IDs of capabilities that matter here, by their names; any other goes by that of a vendor. */
const IDS: readonly (readonly [RegExp, number])[] = [
  [/^MSI-X: /, 0x11],
  [/^MSI: /, 0x05],
  [/^Express /, 0x10],
  [/^Power Management /, 0x01],
  [/^PCI Advanced Features/, 0x13],
];
const VENDOR_ID = 0x09;

function readCapability(device: string, { at, text }: Capability, next: number): ConfigLine[] {
  const id = IDS.find(([name]) => name.test(text))?.[1] ?? VENDOR_ID;
  // In bytes: the text may have been cut, and then the log knows better what is next.
  const header = [read(device, at, id, 1), read(device, at + 1, next, 1)];
  const has = (flag: string): boolean => text.includes(`${flag}+`);
  switch (id) {
    case 0x11:
      return [...header, ...readMsix(device, at, text)];
    case 0x05: {
      const vectors = Number(/Count=\d+\/(\d+)/.exec(text)?.[1] ?? 1);
      return [...header, read(device, at + 2, (has('64bit') ? 0x80 : 0) + 2 * Math.log2(vectors), 2)];
    }
    case 0x10:
      return [...header, read(device, at + 4, has('FLReset') ? 1 << 28 : 0, 4)];
    case 0x01:
      return [...header, read(device, at + 4, has('NoSoftRst') ? 8 : 0, 2)];
    case 0x13:
      return [...header, read(device, at + 3, has('FLR') ? 2 : 0, 1)];
  }
  return header;
}

/** Older versions say "Mask- TabSize=5" for "Count=5 Masked-". */
function readMsix(device: string, at: number, text: string): ConfigLine[] {
  const found = /^MSI-X: Enable([+-]) (?:Count=(\d+) Masked([+-])|Mask([+-]) TabSize=(\d+))/.exec(text);
  if (found === null) return [];
  const [, enabled, count, masked, olderMasked, olderCount] = found;
  const control = (enabled === '+' ? 0x8000 : 0) | ((masked ?? olderMasked) === '+' ? 0x4000 : 0);
  const place = (name: string, offset: number): ConfigLine[] => {
    const told = new RegExp(String.raw`${name}: BAR=(\d) offset=([0-9a-f]+)`).exec(text);
    return told === null ? [] : [read(device, at + offset, Number.parseInt(told[2], 16) + Number(told[1]), 4)];
  };
  return [
    read(device, at + 2, control | (Number(count ?? olderCount) - 1), 2),
    ...place('Vector table', 4),
    ...place('PBA', 8),
  ];
}

function regionsOf(device: string, text: string): ConfigLine[] {
  // The registers of SR-IOV are told alike, further in.
  const own = text.split(/Single Root I\/O/)[0];
  return [...own.matchAll(/Region (\d): (?:\[virtual\] )?Memory at ([0-9a-f]+) \((32|64)-bit/g)].flatMap((found) => {
    const address = Number.parseInt(found[2], 16);
    const register = 0x10 + 4 * Number(found[1]);
    return found[3] === '64'
      ? [
          read(device, register, (address % 2 ** 32) + 4, 4),
          read(device, register + 4, Math.floor(address / 2 ** 32), 4),
        ]
      : [read(device, register, address, 4)];
  });
}
