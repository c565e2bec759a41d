/**
 * One log in the shapes in which people have it: whatever wrote, copied, packed or showed its lines, it says the same.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { fileSource } from '../../../conformance/replay/file.ts';
import { replay } from '../../../conformance/replay/replay.ts';
import { logLines, refusal, replayLines, total } from '../../setup/logs.ts';

const LINES = logLines('base');
const MEMORY = /^memory_region_ops_(\w+) cpu (\S+) addr (\S+) value (\S+) size (\d) name '(.*)'/;
const CONFIG = /^pci_cfg_(\w+) (\S+) (..):(..)\.(.) @(\S+) (?:->|<-) (\S+)/;
const VIEW = /^msix_write_config dev (\S+) enabled (.) masked (.)/;
const hexadecimal = (line: string, change: (digits: string) => string): string =>
  line.replace(/0x([0-9a-f]+)/g, (_, digits: string) => `0x${change(digits)}`);

/** As `scripts/simpletrace.py` of QEMU prints it. */
function simpletrace(line: string): string {
  const [, verb, cpu, address, value, size, region] = MEMORY.exec(line) ?? [];
  if (verb !== undefined) {
    return `memory_region_ops_${verb} 1.234 pid=12 cpu_index=${cpu} mr=0x55bd addr=${address} value=${value} size=0x${size} name=${region}`;
  }
  const [, way, device, bus, slot, of, offset, data] = CONFIG.exec(line) ?? [];
  if (way !== undefined) {
    return `pci_cfg_${way} 0.5 pid=12 dev=${device} bus=0x${bus} slot=0x${slot} func=0x${of} offs=${offset} val=${data}`;
  }
  return line.replace(VIEW, 'msix_write_config 0.1 pid=12 name=$1 enabled=0x$2 masked=0x$3');
}

/** As babeltrace prints LTTng's. */
function babeltrace(line: string): string {
  const head = (event: string): string => `[12:34:56.789012345] (+0.000000123) host qemu:${event}: { cpu_id = 1 }, `;
  const [, verb, cpu, address, value, size, region] = MEMORY.exec(line) ?? [];
  if (verb !== undefined) {
    return `${head(`memory_region_ops_${verb}`)}{ cpu_index = ${cpu}, mr = 0x55BD, addr = ${Number(address)}, value = ${Number(value)}, size = ${size}, name = "${region}" }`;
  }
  const [, way, device, bus, slot, of, offset, data] = CONFIG.exec(line) ?? [];
  if (way !== undefined) {
    return `${head(`pci_cfg_${way}`)}{ dev = "${device}", bus = ${Number(`0x${bus}`)}, slot = ${Number(`0x${slot}`)}, func = ${of}, offs = ${Number(offset)}, val = ${Number(data)} }`;
  }
  return line.replace(VIEW, `${head('msix_write_config')}{ name = "$1", enabled = $2, masked = $3 }`);
}

describe('shapes of a line', () => {
  test.each<[string, (line: string, index: number) => string]>([
    ['a time in ISO 8601', (line, at) => `2026-09-24T23:20:21.${String(at).padStart(6, '0')}Z ${line}`],
    ['a time with a zone', (line) => `2026-09-24T23:20:21.497100+02:00 ${line}`],
    ['a time with a comma', (line) => `2026-09-24 23:20:21,123 DEBUG ${line}`],
    ['seconds since 1970', (line, at) => `1618242865.${at} ${line}`],
    ['whole seconds', (line, at) => `${1618242865 + at} ${line}`],
    ['ts', (line) => `Sep 24 23:20:21 ${line}`],
    ['ts -s', (line) => `00:00:01 ${line}`],
    ["ts '[%F %T]'", (line) => `[2026-09-24 23:20:21] ${line}`],
    ['dmesg -T', (line) => `[Thu Sep 24 23:20:21 2026] ${line}`],
    ['a process and a time', (line, at) => `38518@1618242865.${at}:${line}`],
    ['threads and a time', (line, at) => `${38518 + (at % 3)}@1618242865.000001:${line}`],
    ['a process, a time and a space', (line, at) => `38518@1618242865.${at}: ${line}`],
    ['a thread in brackets', (line) => `[tid 4711] ${line}`],
    ['a level', (line) => `<7>${line}`],
    ['journald', (line) => `Sep 24 23:20:21 host qemu-system-x86_64[4711]: ${line}`],
    ['journald -o short-iso', (line) => `2026-09-24T23:20:21+0200 host qemu[4711]: ${line}`],
    ["libvirt's virtlogd", (line) => `2026-09-24 23:20:21.497+0000: ${line}`],
    ['Kubernetes', (line) => `2026-09-24T23:20:21.1Z stderr F ${line}`],
    ['Docker', (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-09-24T23:20:21.1Z' })],
    ['JSON in JSON', (line) => JSON.stringify(JSON.stringify({ log: `${line}\n` }))],
    ['syslog by RFC 5424', (line) => `<30>1 2026-09-24T23:20:21.497Z host qemu 4711 - - ${line}`],
    ['logcat', (line) => `09-24 23:20:21.497  4711  4712 D qemu    : ${line}`],
    ['avocado', (line) => `2026-09-24 23:20:21,497 qemu_machine L0123 DEBUG| ${line}`],
    ['journald, a thread and a time', (line, at) => `Sep 24 23:20:21 host qemu[4711]: 38518@1618242865.${at}:${line}`],
    ['a list of YAML', (line) => `  - "${line}"`],
    ['a list of Python', (line) => (line.includes("'") ? `"${line}",` : `'${line}',`)],
    ['JSON with more behind', (line, at) => JSON.stringify({ ts: at, message: line, pid: 4711 })],
    ['seconds in brackets', (line, at) => `[${at}.000123] ${line}`],
    ['grep -n', (line, at) => `${at + 1}:${line}`],
    ['cat -n', (line, at) => `${String(at).padStart(6)}\t${line}`],
    ['grep --color', (line) => line.replace(/^(\w+)/, '\u001b[01;31m\u001b[K$1\u001b[m\u001b[K')],
    ['a coloured region', (line) => line.replace(/'(.*)'/, "'\u001b[01;31m\u001b[K$1\u001b[m\u001b[K'")],
    ['a coloured line', (line) => `\u001b[32m${line}\u001b[0m`],
    ['colours of cat -v', (line) => `^[[32m${line}^[[0m`],
    ['a mail', (line) => `>> ${line}`],
    ['a patch', (line) => `+${line}`],
    ['a name of the guest', (line) => `vm1 | ${line}`],
    ['half a line of a console before', (line) => `[    1.23${line}`],
    ['a tracing_mark_write of ftrace', (line) => `  qemu-4711 [000] .... 12.345: tracing_mark_write: ${line}`],
    ['CRLF', (line) => `${line}\r`],
    ['CR CRLF', (line) => `${line}\r\r`],
    ['spaces at the end', (line) => `${line}  `],
    ['spaces before', (line) => `  ${line}`],
    ['tabs', (line) => line.replaceAll(' ', '\t')],
    ['two spaces each', (line) => line.replaceAll(' ', '  ')],
    ['quoted whole', (line) => `"${line}",`],
    ['in single quotes', (line) => `'${line}'`],
    ['columns of CSV', (line, at) => `${at},"${line}",x`],
    ['a column after a semicolon', (line) => `12:30;${line}`],
    ['entities of HTML', (line) => line.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll("'", '&#39;')],
    ['typographic quotes', (line) => Buffer.from(line.replace(/'(.*)'/, '\u2018$1\u2019')).toString('latin1')],
    ['capital digits', (line) => hexadecimal(line, (digits) => digits.toUpperCase())],
    ['padded digits', (line) => hexadecimal(line, (digits) => digits.padStart(8, '0'))],
    ['pointers', (line) => line.replace(' addr', ' mr 0x55bdff8dca0 addr')],
    ['slot:function', (line) => line.replace('00:02.0', '02:0')],
    ['slot:function, in decimal', (line) => line.replace('00:02.0', '31:7')],
    ['a domain', (line) => line.replace('00:02.0', '0000:00:02.0')],
    ['no names of regions', (line) => line.replace(/ name '.*'$/, '')],
    ['names in double quotes', (line) => line.replace(/ name '(.*)'$/, ' name "$1"')],
    ['a colon after the event', (line) => line.replace(/^(\w+)/, '$1:')],
    ['simpletrace.py', simpletrace],
    ['babeltrace of LTTng', babeltrace],
  ])('%s', (_, shape) => {
    const { verdict, figures, geometry } = replayLines(LINES.map(shape));
    expect([verdict, total(figures.messages.explained), figures.passedOver]).toEqual(['holds', 68, 0]);
    expect(geometry.device).toMatch(/^nvme 00:(?:02\.0|1f\.7)$/);
  });

  test('a console that ends its half line after the event', () => {
    const torn = LINES.flatMap((line, at) =>
      at % 7 === 0 ? [`[    1.23${line}`, '4567] usb 1-1: new device'] : [line],
    );
    const { verdict, figures } = replayLines(torn);
    expect([verdict, total(figures.messages.explained)]).toEqual(['holds', 68]);
    expect(figures.passedOver).toBe(Math.ceil(LINES.length / 7));
  });

  test('chatter and other events between are passed over and counted', () => {
    const chatter = [
      "qemu-system-x86_64: warning: trace event 'pci_cfg_read' does not exist",
      'pci_update_mappings_add nvme 00:02.0 0,0xfebf0000+0x4000',
      'char device redirected to /dev/pts/3 (label serial0)',
      'apic_deliver_irq dest 1 dest_mode 0 delivery_mode 0 vector 35 trigger_mode 0',
      'virtio_notify vdev 0x55bd vq 0x55be',
      'memory_region_subpage_read cpu 0 mr 0x55bd offset 0x1 value 0x1 size 4',
      'usb_xhci_irq_msix nr 0',
      'vtd_ir_remap_msi_req addr 0xfee00f18 data 0x0',
      '2026-09-24 23:20:21.497+0000: shutting down, reason=shutdown',
    ];
    const { verdict, figures } = replayLines(LINES.flatMap((line, at) => [chatter[at % chatter.length], line]));
    expect([verdict, total(figures.messages.explained)]).toEqual(['holds', 68]);
    // Signals of a device that the log does not have are lines of others.
    expect(figures.passedOver + LINES.filter((_, at) => at % chatter.length === 6).length).toBe(LINES.length);
  });

  test('two programs that wrote at once: refused with the way out, and passed over when told to', () => {
    const at = 300;
    const torn = LINES.toSpliced(at, 2, LINES[at].slice(0, 40) + LINES[at + 1], LINES[at].slice(40));
    expect(refusal(() => replayLines(torn))).toMatch(
      /^Line 301, column \d+: .* Two programs wrote at once; --skip-damaged passes over such lines\.$/,
    );
    const { limits, verdict } = replayLines(torn, { skipDamaged: true });
    expect(limits).toContain(
      'Damaged lines were passed over, 1 of them, the first at line 301: a disagreement after it may come of what they held.',
    );
    expect(verdict).not.toBe('n/a');
  });
});

describe('shapes of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-shapes-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const text = `${LINES.join('\n')}\n`;
  const wide = Buffer.from(`\ufeff${text}`, 'utf16le');
  const bytes = Buffer.from(text);
  test.each<[string, Buffer, number]>([
    ['UTF-8 with a mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]), 0],
    ['UTF-16', wide, 0],
    ['UTF-16, CRLF', Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`, 'utf16le'), 0],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), 0],
    ['UTF-16, big end first', Buffer.from(wide).swap16(), 0],
    ['gzip', gzipSync(bytes), 0],
    ['gzip in gzip', gzipSync(gzipSync(bytes)), 0],
    [
      'two files of gzip, one after the other',
      Buffer.concat([gzipSync(bytes.subarray(0, 9999)), gzipSync(bytes.subarray(9999))]),
      0,
    ],
    ['zeros before, as truncation of an open file leaves them', Buffer.concat([Buffer.alloc(9999), bytes]), 0],
  ])('%s', (name, content, lost) => {
    const path = join(folder, 'log');
    writeFileSync(path, content);
    const { verdict, figures } = replay(fileSource(path));
    expect([verdict, total(figures.messages.explained), figures.passedOver], name).toEqual(['holds', 68, lost]);
  });

  test('gzip that was cut short is read as far as it goes', () => {
    const path = join(folder, 'cut.gz');
    const packed = gzipSync(bytes);
    writeFileSync(path, packed.subarray(0, packed.length - 150));
    const { limits, figures } = replay(fileSource(path));
    expect(limits).toContain('The last line was cut off, and passed over.');
    expect(figures.lines).toBeGreaterThan(250);
  });
});
