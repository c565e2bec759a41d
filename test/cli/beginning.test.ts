/**
 * A pipe that brings no log is not read for ever, packed or not; one that begins late is.
 */
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { requireBeginning } from '../../cli/beginning.ts';
import { logLines } from '../setup/logs.ts';

function* forever(text: string): Generator<Buffer> {
  for (;;) yield Buffer.from(text.repeat(1000));
}

/** How many bytes come through. */
async function through(source: Readable, bounds = { lines: 5000, bytes: 1 << 16 }): Promise<number> {
  let bytes = 0;
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      bytes += chunk.length;
      done();
    },
  });
  await pipeline(source, requireBeginning(bounds), sink);
  return bytes;
}

test.each([
  ['lines that are no log', 'y\n', /^Got [\d,]+ lines \([\d,]+ bytes\) of which none is .* got "y"; expected one of/],
  ['bytes without a line', '\0', /^Got 0 lines \([\d,]+ bytes\) of which none is one of a log of QEMU's; expected one/],
  ["the kernel's messages", '[    1.000000] nvme0: a\n', /of which none is .* Got the kernel's messages \(dmesg\)/],
])('%s without end are refused, packed too', async (_, text, sentence) => {
  await expect(through(Readable.from(forever(text)))).rejects.toThrow(sentence);
  await expect(through(Readable.from(forever(text)).pipe(createGzip()))).rejects.toThrow(sentence);
});

test('a log that begins before the bound comes through whole, in UTF-16 and packed too', async () => {
  const text = `${'Booting.\n'.repeat(4000)}${logLines('base').join('\n')}\n${'later\n'.repeat(9000)}`;
  for (const log of [Buffer.from(text), Buffer.from(text, 'utf16le')])
    expect(await through(Readable.from([log]), { lines: 5000, bytes: 1 << 20 })).toBe(log.length);
  expect(await through(Readable.from([Buffer.from(text)]).pipe(createGzip()))).toBeGreaterThan(1000);
});
