/**
 * Events of QEMU's that tell more than an access: those of vfio for an assigned device, those with which a device says that it
 * signals a vector, and those of a reset. Owns their form.
 */
import { busAddress, type LogLine } from './lines.ts';

type Parse = (fields: readonly string[]) => LogLine;

/** The address of an assigned device stands in parentheses, with its domain; a mediated one has a UUID. */
const OF = String.raw`\(?([0-9a-f:.]+|[0-9a-f]{8}(?:-[0-9a-f]{4,12}){4})\)?`;
const vfio = (address: string): string => `vfio-pci ${busAddress(address)}`;

const EVENTS: readonly (readonly [RegExp, Parse])[] = [
  [
    new RegExp(
      String.raw`\bvfio_(?:msix_(?:early_)?setup|early_setup_msix)\s+${OF} PCI MSI-X CAP @0x([0-9a-f]+), BAR (\d+), offset 0x([0-9a-f]+), entries (\d+)`,
    ),
    ([device, capability, bir, offset, entries]) => ({
      kind: 'place',
      device: vfio(device),
      capability: Number.parseInt(capability, 16),
      tableBir: Number(bir),
      tableOffset: Number.parseInt(offset, 16),
      vectorCount: Number(entries),
    }),
  ],
  [
    // Of the patches for live update, which trace QEMU's own table: two forms, and the offset in decimal.
    /\bmsix_table_mmio_(read|write)\s+\(?([^\s,]+), @ ?(0x[0-9a-f]+|\d+), (?:val )?0x([0-9a-f]{1,16}), (?:len )?([48])B?\)?/,
    ([verb, name, offset, value, bytes]) => ({
      kind: 'tableOf',
      name,
      isWrite: verb === 'write',
      offset: Number(offset),
      bytes: Number(bytes),
      low: Number.parseInt(value.slice(-8), 16),
      high: value.length > 8 ? Number.parseInt(value.slice(0, -8), 16) : 0,
    }),
  ],
  [
    new RegExp(String.raw`\bvfio_pci_read_config\s+${OF}, @0x([0-9a-f]+), len=0x([124])\) (?:0x)?([0-9a-f]+)`),
    ([device, offset, bytes, value]) => config('configRead', device, offset, bytes, value),
  ],
  [
    new RegExp(
      String.raw`\bvfio_pci_write_config\s+${OF}, @0x([0-9a-f]+), 0x([0-9a-f]+), (?:len=0x([124])\)|0x([124])B)`,
    ),
    ([device, offset, value, bytes, short]) => config('configWrite', device, offset, bytes ?? short, value),
  ],
  [
    new RegExp(String.raw`\bvfio_msix?_interrupt\s+${OF} vector (\d+) 0x([0-9a-f]+)/0x([0-9a-f]+)`),
    ([device, vector, address, data]) => ({
      kind: 'interruptOf',
      device: vfio(device),
      vector: Number(vector),
      address: Number.parseInt(address, 16),
      data: Number.parseInt(data, 16) >>> 0,
    }),
  ],
  [
    new RegExp(String.raw`\bvfio_msix_vector_(do_use|release)\s+${OF} vector (\d+)`),
    ([verb, device, vector]) => ({
      kind: 'useOf',
      device: vfio(device),
      vector: Number(vector),
      used: verb === 'do_use',
    }),
  ],
  [
    new RegExp(String.raw`\bvfio_pci_(?:hot_)?reset(?:_flr|_pm)?\s+${OF}`),
    ([device]) => ({ kind: 'resetOf', device: vfio(device) }),
  ],
  [
    /\bresettable_phase_(?:hold|enter)_\w+\s+obj=(\S*?)\(([\w.-]+)\)/,
    ([object, device]) => ({ kind: 'resetOf', device, ...(object === '' ? {} : { object }) }),
  ],
  [/\bpci_nvme_irq_msix\s.*?vector (\d+)/, ([vector]) => ({ kind: 'signal', name: 'nvme', vector: Number(vector) })],
  [/\busb_xhci_irq_msix\s.*?nr (\d+)/, ([vector]) => ({ kind: 'signal', name: 'xhci', vector: Number(vector) })],
  [
    // The driver of the newer igb borrows these events.
    /\b(?:e1000e|igb)_irq_msix_notify_vec\s.*?(0x[0-9a-f]+|\d+)\s*$/,
    ([vector]) => ({ kind: 'signal', name: 'e1000e|igb', vector: Number(vector) }),
  ],
  [
    /\b(?:e1000e|igb)_irq_msix_notify_postponed_vec\s.*?\[(\d+)\]/,
    ([vector]) => ({ kind: 'signal', name: 'e1000e|igb', vector: Number(vector) }),
  ],
  [/\b(megasas)_msix_raise\s.*?(\d+)\s*$/, ([name, vector]) => ({ kind: 'signal', name, vector: Number(vector) })],
];

/** Most lines are none of these, and hold none of these words. */
const WORTH = /vfio_|resettable_phase_|irq_msix|msix_raise|msix_table_mmio/;

/** Parses `text` as one of these events; undefined when it is none. */
export function parseEvent(text: string): LogLine | undefined {
  if (!WORTH.test(text)) return undefined;
  for (const [pattern, parse] of EVENTS) {
    const found = pattern.exec(text);
    if (found !== null) return parse(found.slice(1));
  }
  return undefined;
}

function config(
  kind: 'configRead' | 'configWrite',
  device: string,
  offset: string,
  bytes: string,
  value: string,
): LogLine {
  return {
    kind,
    device: vfio(device),
    offset: Number.parseInt(offset, 16),
    bytes: Number(bytes),
    value: Number.parseInt(value, 16) >>> 0,
  };
}
