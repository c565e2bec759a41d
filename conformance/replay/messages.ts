/**
 * Which writes of memory are messages: those into a region that takes nothing else, and any other that the table may have asked for. Owns the
 * names of such regions and the addresses of processors' own registers.
 */
import type { MessageAccess } from './access.ts';
import type { MemoryLine } from './lines.ts';

/** Where QEMU itself has the registers of processors; KVM's and Xen's never come by, and an IOMMU's handles may look like them. */
const REGISTER_REGIONS: ReadonlySet<string> = new Set(['apic-msi', '']);
/** Regions of an ITS. Its messages are few, and the same for every function: it tells them apart by who sent them. */
const REQUESTER_REGIONS: ReadonlySet<string> = new Set(['translation', 'gicv3_its_translation', 'control-translation']);
/** Regions that nothing but messages is written to. A message that a table holds is known in any other region, too. */
export const MESSAGE_REGIONS: ReadonlySet<string> = new Set([
  'apic-msi',
  'kvm-apic-msi',
  'xen-apic-msi',
  'gicv2m',
  'riscv.imsic',
  'loongarch_pch_msi',
  'vtd-ir',
  'amdvi-ir',
  'amd_iommu_ir',
  ...REQUESTER_REGIONS,
]);

/** The addresses of messages on x86. Intel SDM 3, 11.11.1. */
const APIC_FIRST = 0xfee00000;
const APIC_END = 0xfef00000;
/** A processor's own registers lie among them, and in the same region of QEMU's, sixteen bytes apart. Intel SDM 3, 11.4.1. */
const APIC_REGISTERS_FIRST = 0xfee00010;
const APIC_REGISTERS_END = 0xfee01000;
const APIC_REGISTER_BYTES = 16;

/** The message that a write is, or may be; undefined when it is none. */
export function messageOf({ region, address, bytes, low }: MemoryLine): MessageAccess | undefined {
  const x86 = address >= APIC_FIRST && address < APIC_END;
  if (x86 && REGISTER_REGIONS.has(region) && isRegister(address)) return undefined;
  const certain = MESSAGE_REGIONS.has(region) || (region === '' && x86);
  if (!certain && (bytes !== 4 || address % 4 !== 0 || address === 0)) return undefined;
  return {
    kind: 'message',
    addressLow: address % 2 ** 32,
    addressHigh: Math.floor(address / 2 ** 32),
    data: low,
    certain,
    byRequester: REQUESTER_REGIONS.has(region),
  };
}

function isRegister(address: number): boolean {
  const inside = address >= APIC_REGISTERS_FIRST && address < APIC_REGISTERS_END;
  return inside && address % APIC_REGISTER_BYTES === 0;
}
