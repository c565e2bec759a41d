/**
 * The same events as other back ends of QEMU's tracing write them: each value behind its name. `scripts/simpletrace.py` of QEMU prints
 *
 *     memory_region_ops_write 0.123 pid=4711 cpu_index=0x1 mr=0x55bd addr=0xfee01004 value=0x22 size=0x4 name=apic-msi
 *
 * and LTTng's babeltrace prints the same between braces, in decimal.
 */
import type { LogLine } from './lines.ts';

const FIELD = /\b(\w+) ?= ?(?:b?"([^"]*)"|b?'([^']*)'|([^\s,}]+))/g;

/** Reads an event by its name and the text after it; undefined when its values have no names, or one is missing. */
export function readFields(event: string, rest: string): LogLine | undefined {
  if (!rest.includes('=')) return undefined;
  const fields = new Map<string, string>();
  for (const [, name, double, single, bare] of rest.matchAll(FIELD)) fields.set(name, double ?? single ?? bare);
  const number = (name: string): number => Number(fields.get(name) ?? Number.NaN);
  switch (event) {
    case 'memory_region_ops_read':
    case 'memory_region_ops_write': {
      const [address, bytes] = [number('addr'), number('size')];
      const value = big(fields.get('value'));
      if (!Number.isSafeInteger(address) || ![1, 2, 4, 8].includes(bytes) || value === undefined) return undefined;
      return {
        kind: event === 'memory_region_ops_read' ? 'memoryRead' : 'memoryWrite',
        region: fields.get('name') ?? '',
        address,
        bytes,
        low: Number(value & 0xffffffffn),
        high: Number(value >> 32n),
      };
    }
    case 'pci_cfg_read':
    case 'pci_cfg_write': {
      const name = fields.get('dev');
      const slot = number(fields.has('slot') ? 'slot' : 'devid');
      const of = number(fields.has('func') ? 'func' : 'fnid');
      const bus = fields.has('bus') ? number('bus') : 0;
      const [offset, value] = [number('offs'), number('val')];
      if (name === undefined || ![slot, of, bus, offset, value].every(Number.isSafeInteger)) return undefined;
      return {
        kind: event === 'pci_cfg_read' ? 'configRead' : 'configWrite',
        device: `${name} ${digits(bus, 2)}:${digits(slot, 2)}.${of}`,
        offset,
        value: value >>> 0,
      };
    }
    case 'msix_write_config': {
      const name = fields.get('name');
      const [enabled, masked] = [number('enabled'), number('masked')];
      if (name === undefined || !Number.isInteger(enabled) || !Number.isInteger(masked)) return undefined;
      return { kind: 'view', name, enabled: enabled !== 0, masked: masked !== 0 };
    }
  }
  return undefined;
}

function big(text: string | undefined): bigint | undefined {
  return text !== undefined && /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text) ? BigInt(text) : undefined;
}

const digits = (value: number, count: number): string => value.toString(16).padStart(count, '0');
