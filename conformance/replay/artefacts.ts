/**
 * Files that people have when an interrupt is missing, and that cannot be replayed: what each is, what it tells, and what to record
 * instead.
 */
import { hex } from '../device/hexadecimal.ts';
import { isKnown, lineReader, linesOf } from './log.ts';
import { CUT_OFF, type LogLine, type TraceSource } from './lines.ts';
import { RECIPE, RECORD } from './recipe.ts';

/** A kind of file: how a line of it looks, and what a file of them is. */
type Kind = readonly [RegExp, string];

/** Logs and listings of other programs. The first line that looks like something decides. */
const LOGS: readonly Kind[] = [
  [
    /^\s*(?:CPU\d+\s+)+$|^\s*\d+:(?:\s+\d+)+\s+.*(?:MSI|GIC|APIC|edge|level)/i,
    '/proc/interrupts: how often each interrupt came, and to which processor; no access of a table. Two of them, a minute apart, tell ' +
      'whether one still comes',
  ],
  [
    /^# tracer:|^cpus=\d+$|\b(?:irq_handler_(?:entry|exit)|vector_(?:alloc|config|activate)|kvm_(?:msi_set_irq|mmio|set_irq|exit|entry|pio)): /,
    "a trace of Linux's ftrace: interrupts and exits, not what the guest read and wrote of the function",
  ],
  [
    /\bvcpu=\S+.*\b(?:TRC_|INJ_VIRQ|VMEXIT)|^CPU\d+\s+\d+ \(\+\s*\d+\)|\bd\d+v\d+ (?:vmexit|vmentry|inj_virq)\b/,
    'a trace of xentrace: exits and injections, not the accesses of the table',
  ],
  [
    /^\(XEN\)|^\s*MSI-X?\s+\d+ vec=[0-9a-f]+/,
    "what Xen's debug keys or its console print: the state of each vector at one moment, not the accesses before it",
  ],
  [
    /^(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7] (?:"?[A-Z].*(?:controller|bridge|device|adapter)|[0-9a-f]{4}: [0-9a-f]{4}:)/i,
    'what lspci prints: where MSI-X is, and its state at one moment. With the log of the accesses, give it as --lspci FILE',
  ],
  [
    /^\s+Bus\s+\d+, device\s+\d+, function \d:|^dumping local APIC state|^IRQ statistics for |^bus: main-system-bus|^address-space: /,
    "what QEMU's monitor prints: the state at one moment, not the accesses that led there",
  ],
  [
    /^Servicing hardware INT=|^\s*\d+: v=[0-9a-f]{2} e=[0-9a-f]{4} /,
    'what QEMU writes for -d int: interrupts as the processor took them, not the accesses of the table',
  ],
  [
    /^(?:<\d+>)?\[\s*\d+\.\d{6}\]|^\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) |^\w{3} +\d+ [\d:]{8} \S+ kernel: |^\S+T[\d:.,+-]+ \S+ kernel: |^\w+ [0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.\d: /,
    "the kernel's messages (dmesg): what drivers said, not what they did",
  ],
  [
    /^[\d-]* ?\d\d:\d\d:\d\d\.\d+ (?:IP6?|ARP)\b|^\s*\d+ +[\d.]+ .*\b(?:TCP|UDP|ARP|NVMe)\b/,
    'what tcpdump or Wireshark prints: what was on a network, not the accesses of a table',
  ],
  [
    /\bioctl\(\d+.*, KVM_|^(?:\[pid +\d+\] )?\w+\(.*\) += -?\d+/,
    'what strace prints: calls of the kernel, not the accesses of a table',
  ],
  [
    /^\(gdb\) |^#\d+ +(?:0x[0-9a-f]+ in )?\w+ \(/,
    'what a debugger printed: the state at one moment, not the accesses that led there',
  ],
  [
    /^kvm statistics|^\s*Event\s+Total %Total/,
    'what kvm_stat prints: how often guests exit, and not what they read and wrote',
  ],
  [
    /^handler: +\w+$|^device: +\S+$/,
    "a file of /sys/kernel/debug/irq: an interrupt's state at one moment, not the accesses that led there",
  ],
  [
    /^cloud-hypervisor: |\bvmm::|^\S+ \[.*:(?:INFO|WARN|ERROR).*firecracker/,
    "a log of another VMM's: no access of a table stands in it. Only QEMU's log is read",
  ],
  [/^\d+: kd> |^kd> /, 'what a debugger of Windows printed: the state at one moment, not the accesses that led there'],
  [/\bvmx(?:\||\s+-) /, "a log of VMware's: no access of a table stands in it. Only QEMU's log is read"],
  [
    /^[ -~]+\r[ -~]+\r[ -~]+/,
    "lines that end in a carriage return alone; expected line feeds. Convert them: tr '\\r' '\\n'",
  ],
  [
    /^(?:\d+@\d+(?:\.\d+)?:)?(?:virtio|kvm|pci|vfio|nvme|memory_region|apic|ioapic|vtd|e1000e?|usb|scsi|qdev|object)_\w+ /,
    "events of QEMU's, but none that tells an access of the table or of configuration space",
  ],
];

/** What is no log at all. */
const DOCUMENTS: readonly Kind[] = [
  [/^#include |^(?:import|package|use) \S+;?$|^#!\//, 'the source of a program, and not a log'],
  [/^\s*(?:\{\s*(?:"|$)|\[\s*(?:[{"]|$))/, 'JSON, and not a log. A trace of maskbit is shown by maskbit show'],
  [/^<\?xml|^<!DOCTYPE|^<html/i, 'a document in XML or HTML'],
];

const KINDS: readonly Kind[] = [...LOGS, ...DOCUMENTS];

const LINES_READ = 2000;

/** The lines in which a log has begun. What QEMU or a console says before that is a thousandth of it. */
export const BEGINNING_LINES = 100_000;

/** Whether a text is a log, of QEMU's or of another program: so it is for `tellArtefact` to say what of it cannot be replayed, and no trace of maskbit's. */
export function looksLikeLog(text: string): boolean {
  let isDamaged = false;
  let number = 0;
  const read = lineReader({ skipDamaged: true }, () => void (isDamaged = true));
  for (const line of linesOf(() => [text])) {
    if (isKnown(read(line, ++number)) || isDamaged) return true;
    if (number <= LINES_READ && LOGS.some(([pattern]) => pattern.test(line.replace(CUT_OFF, '')))) return true;
    if (number === BEGINNING_LINES) return false;
  }
  return false;
}

/** Says what a file is that has no access of a table; undefined when it is QEMU's log of configuration accesses at least. */
export function tellArtefact(source: TraceSource, known: number): string | undefined {
  const texts: string[] = [];
  const lines: LogLine[] = [];
  const read = lineReader({ skipDamaged: true });
  let number = 0;
  for (const text of linesOf(source)) {
    if (++number > LINES_READ) break;
    texts.push(text.startsWith(CUT_OFF) ? text.slice(CUT_OFF.length) : text);
    const line = read(text, number);
    if (isKnown(line)) lines.push(line);
  }
  const story = tellEvents(lines);
  if (story !== undefined) return story;
  if (known > 0) return undefined;
  for (const text of texts) {
    const what = KINDS.find(([pattern]) => pattern.test(text))?.[1];
    if (what !== undefined) return `Got ${what}. ${RECORD}`;
  }
  const first = texts.findIndex((text) => text.trim() !== '');
  if (first < 0) return undefined;
  const text = texts[first];
  const got = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
  return (
    `Line ${first + 1}, column 1: got ${got}; expected one of memory_region_ops_read, memory_region_ops_write, pci_cfg_read, ` +
    `pci_cfg_write, msix_write_config, here or in a later line. ${RECORD}`
  );
}

/** What the events of vfio or of a device tell by themselves, as n/a with what is missing. */
function tellEvents(lines: readonly LogLine[]): string | undefined {
  const told: string[] = [];
  const add = (sentence: string): void => void (told.length < 8 && told.push(sentence));
  let events = 0;
  for (const line of lines) {
    switch (line.kind) {
      case 'place': {
        const { device, vectorCount, capability, tableBir, tableOffset } = line;
        add(
          `${device} has ${vectorCount} vectors, its capability at @${hex(capability)} and its table in BAR ${tableBir} at ${hex(tableOffset)}.`,
        );
        events++;
        break;
      }
      case 'view':
        add(
          `MSI-X of ${line.name} ${line.enabled ? 'is enabled' : 'is disabled'}, Function Mask ${line.masked ? 'set' : 'clear'}.`,
        );
        break;
      case 'signal':
        add(`${line.name} signals vector ${line.vector}.`);
        events++;
        break;
      case 'useOf':
        add(`Vector ${line.vector} of ${line.device} is ${line.used ? 'used' : 'released'}.`);
        events++;
        break;
      case 'interruptOf':
        add(`Vector ${line.vector} of ${line.device} sends ${hex(line.address)}/${hex(line.data)}.`);
        events++;
        break;
    }
  }
  if (events === 0 && !(lines.length > 0 && lines.every(({ kind }) => kind === 'view'))) return undefined;
  return (
    `Got events without the accesses of the table; n/a, for there is nothing to compare them with. They tell: ${told.join(' ')} ` +
    `Missing: memory_region_ops_read, memory_region_ops_write and pci_cfg_read, pci_cfg_write. Record these too: ${RECIPE}`
  );
}
