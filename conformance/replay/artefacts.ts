/**
 * Files that people have when an interrupt is missing, and that cannot be replayed: what each is, what it tells, and what to record
 * instead.
 */
import { linesOf, parseLine } from './log.ts';
import type { LogLine, TraceSource } from './lines.ts';

/** What to give QEMU for a log that can be replayed. */
export const RECIPE =
  "-trace 'memory_region_ops_*' -trace 'pci_cfg_*' -trace msix_write_config -trace 'pci_nvme_irq_msix' -trace 'resettable_phase_*' -D FILE";

const RECORD = `Record the guest's accesses with QEMU instead: ${RECIPE}`;

const KINDS: readonly (readonly [RegExp, string])[] = [
  [
    /^\s*(?:CPU\d+\s+)+$/,
    '/proc/interrupts: how often each interrupt came, and to which processor; no access of a table',
  ],
  [
    /^# tracer:|\birq_handler_entry: |\bkvm_(?:msi_set_irq|mmio|set_irq|exit): /,
    "a trace of Linux's ftrace: interrupts and exits, not what the guest read and wrote of the function",
  ],
  [
    /\(XEN\)|\bMSI-X?\s+\d+ vec=[0-9a-f]+/,
    "what Xen's debug keys or its console print: the state of each vector at one moment, not the accesses before it",
  ],
  [
    /\bvcpu=\S+.*\b(?:TRC_|INJ_VIRQ|VMEXIT)|^CPU\d+\s+\d+ \(\+\s*\d+\)/,
    'a trace of xentrace: exits and injections, not the accesses of the table',
  ],
  [
    /^[0-9a-f:]{4,}\.[0-7] .*(?:controller|bridge|device|adapter)/im,
    'what lspci prints: where MSI-X is, and its state at one moment. With the log of the accesses, give it as --lspci FILE',
  ],
  [/^\[\s*\d+\.\d{6}\] /, "the kernel's messages (dmesg): what drivers said, not what they did"],
  [/^\s*[{[]/, 'JSON, and not a log. A trace of maskbit is shown by maskbit show'],
  [/^<\?xml|^<!DOCTYPE/i, 'a document in XML or HTML'],
];

const LINES_READ = 2000;

/** Says what a file is that has no access of a table; undefined when it is QEMU's log of configuration accesses at least. */
export function tellArtefact(source: TraceSource, known: number): string | undefined {
  const texts: string[] = [];
  const lines: LogLine[] = [];
  let number = 0;
  for (const text of linesOf(source)) {
    if (++number > LINES_READ) break;
    texts.push(text);
    const line = parseLine(text, number);
    if (line !== undefined && line.kind !== 'other') lines.push(line);
  }
  const story = tellEvents(lines);
  if (story !== undefined) return story;
  if (known > 0) return undefined;
  for (const text of texts) {
    for (const [pattern, what] of KINDS) if (pattern.test(text)) return `Got ${what}. ${RECORD}`;
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
          `${device} has ${vectorCount} vectors, its capability at @0x${capability.toString(16)} and its table in BAR ${tableBir} at 0x${tableOffset.toString(16)}.`,
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
        add(
          `Vector ${line.vector} of ${line.device} sends 0x${line.address.toString(16)}/0x${line.data.toString(16)}.`,
        );
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
