/**
 * A log that begins late, and what lspci printed in its guest: by words and by bytes, of every age and for every device, with what it says of
 * resets, bridges and virtual functions.
 */
import { describe, expect, test } from 'vitest';
import { explain } from '../../../conformance/replay/explain.ts';
import { readLspci } from '../../../conformance/replay/lspci.ts';
import { BRIDGE, readsReset, setUp, tableLine, writeConfig } from '../../setup/guest-log.ts';
import { messageLine, refusal, replayLines } from '../../setup/logs.ts';

const NIC = 'nvme 01:00.0';
const LATE = setUp(NIC, 'fee01000:21');
/** Nothing of configuration space is in the log. */
const TABLE_ALONE = LATE.slice(2);
const REGION = 'Region 0: Memory at fe000000 (64-bit, non-prefetchable) [size=16K]';
const MSIX = 'MSI-X: Enable+ Count=2 Masked-';

const WORDS = `01:00.0 Non-Volatile memory controller: Red Hat, Inc. QEMU NVM Express Controller (rev 02) (prog-if 02 [NVM Express])
	Subsystem: Red Hat, Inc. QEMU Virtual Machine
	Control: I/O+ Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR+ FastB2B- DisINTx+
	Interrupt: pin A routed to IRQ 22
	${REGION}
	Capabilities: [40] ${MSIX}
		Vector table: BAR=0 offset=00000000
		PBA: BAR=0 offset=00001000
	Capabilities: [80] Express (v2) Endpoint, MSI 00
		DevCap:	MaxPayload 128 bytes, PhantFunc 0, Latency L0s <64ns, L1 <1us
			ExtTag- AttnBtn- AttnInd- PwrInd- RBE+ FLReset+ SlotPowerLimit 0W
	Capabilities: [60] Power Management version 3
		Status: D0 NoSoftRst- PME-Enable- DSel=0 DScale=0 PME-
	Capabilities: [100 v1] Advanced Error Reporting
	Kernel driver in use: nvme
`;
const BRIDGES = `00:00.0 Host bridge: Intel Corporation 82G33 Express DRAM Controller
	Control: I/O+ Mem+ BusMaster+

00:01.0 PCI bridge: Red Hat, Inc. QEMU PCIe Root port (prog-if 00 [Normal decode])
	Bus: primary=00, secondary=01, subordinate=01, sec-latency=0
	Region 0: Memory at fd000000 (32-bit, non-prefetchable) [size=4K]
	Capabilities: [48] MSI-X: Enable+ Count=1 Masked-
		Vector table: BAR=0 offset=00000000
		PBA: BAR=0 offset=00000800

`;

/** The bytes that -xxxx prints. */
function dump(known: Readonly<Record<number, number>>): string {
  return Array.from({ length: 16 }, (_, row) => {
    const cells = Array.from({ length: 16 }, (__, cell) => (known[16 * row + cell] ?? 0).toString(16).padStart(2, '0'));
    return `${(16 * row).toString(16).padStart(2, '0')}: ${cells.join(' ')}\n`;
  }).join('');
}
const BYTES = dump({ 4: 6, 0x34: 0x40, 0x40: 0x11, 0x42: 1, 0x43: 0x80, 0x49: 0x10 });
const run = (lines: readonly string[], text: string) => replayLines(lines, { before: readLspci(text) });

describe('what lspci printed', () => {
  test.each<[string, string, readonly string[]]>([
    ['in words', WORDS, LATE],
    ['in words, with nothing of configuration space in the log', WORDS, TABLE_ALONE],
    ['with a domain', WORDS.replace('01:00.0 ', '0000:01:00.0 '), LATE],
    ['with CRLF', WORDS.replaceAll('\n', '\r\n'), LATE],
    ['with numbers of vendors', WORDS.replace('Red Hat, Inc. QEMU', 'Red Hat, Inc. [1b36:0010] QEMU'), LATE],
    ['of all devices', BRIDGES + WORDS, LATE],
    ['of all devices, none of them named in the log', BRIDGES + WORDS, TABLE_ALONE],
    ['of a disabled region', WORDS.replace('[size', '[disabled] [size'), LATE],
    ['of a region that only the kernel knows', WORDS.replace('Memory at', '[virtual] Memory at'), LATE],
    ['before the guest enabled it', WORDS.replace(MSIX, 'MSI-X: Enable- Count=2 Masked-'), LATE],
    ['while it was masked', WORDS.replace(MSIX, 'MSI-X: Enable+ Count=2 Masked+'), LATE],
    ['by an older version', WORDS.replace(MSIX, 'MSI-X: Enable+ Mask- TabSize=2'), TABLE_ALONE],
    ['in words, and 64 bytes', WORDS + BYTES.split('\n').slice(0, 4).join('\n'), TABLE_ALONE],
    ['of a virtual function, whose bytes have no address', WORDS + BYTES, TABLE_ALONE],
    ['above 4 GiB', WORDS.replace(' fe000000 ', ' 380000000000 '), setUp(NIC, 'fee01000:21', 0x380000000000)],
  ])('%s', (_, text, lines) => {
    const { verdict, figures, disagreements } = run(lines, text);
    expect(disagreements).toEqual([]);
    expect([verdict, figures.messages.explained]).toEqual(['holds', { 'fee01000:21': 1 }]);
  });

  test.each([
    ['a reset of the function', [writeConfig(NIC, 0x88, 0x8000)], 'FLReset+', 'FLReset-'],
    ['D3hot and back', [writeConfig(NIC, 0x64, 3), writeConfig(NIC, 0x64, 0)], 'NoSoftRst-', 'NoSoftRst+'],
    ['a reset of the bus above', [writeConfig(BRIDGE, 0x3e, 0x40)], 'secondary=01', 'secondary=02'],
  ])('tells of %s', (_, writes, said, otherwise) => {
    const lines = [...LATE, ...writes, ...readsReset(NIC)];
    const text = BRIDGES + WORDS;
    expect(run(lines, text).disagreements).toEqual([]);
    expect(run(lines, text.replace(said, otherwise)).verdict).toBe('violated');
  });

  test.each([
    [
      'lspci -mm',
      '01:00.0 "Non-Volatile memory controller" "Red Hat, Inc." "QEMU NVM Express"',
      /expected what "lspci -vvv -xxxx" prints in the guest\.$/,
    ],
    [
      'a user who is not root',
      `${WORDS.split('\n').slice(0, 4).join('\n')}\n\tCapabilities: <access denied>`,
      /denied the capabilities: run it as root\.$/,
    ],
    ['nothing', '', /^Got no function with MSI-X from the output of lspci/],
  ])('that shows no MSI-X is refused: %s', (_, text, sentence) => {
    expect(refusal(() => readLspci(text))).toMatch(sentence);
  });

  test('a vector is explained from what was before the log', () => {
    const lines = [...TABLE_ALONE, tableLine('write', 12, 1)];
    const before = readLspci(WORDS);
    const { cause, line, steps } = explain(() => [`${lines.join('\n')}\n`], { vector: 0, before });
    expect([cause, line]).toEqual(['masked', lines.length]);
    expect(steps.every((step) => step.line > 0)).toBe(true);
    expect(run([...lines, messageLine('fee01000:21')], WORDS).verdict).toBe('violated');
  });
});
