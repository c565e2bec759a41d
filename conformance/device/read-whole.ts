/**
 * Reads of everything that a guest can read of a device, which may answer nonsense. Where each dword stands in it, `readback.ts` knows, which the page loads without this.
 */
import type { Device } from './device.ts';
import { dwordOf } from './nonsense.ts';
import { pendingDword, pendingDwords, readbackDwords } from './readback.ts';

/** Reads a device back: by a peek where it has one, by reads of dwords where it has none. Returns the number of dwords. */
export function readbackInto(device: Device, out: Uint32Array): number {
  if (device.peekInto !== undefined) return device.peekInto(out);
  const { vectorCount } = device;
  out[0] = dwordOf('configRead', device.configRead(0, 4)) >>> 16;
  for (let dword = 0; dword < 4 * vectorCount; dword++)
    out[1 + dword] = dwordOf('tableRead', device.tableRead(4 * dword, 4));
  const bits = pendingDwords(vectorCount);
  for (let dword = 0; dword < bits; dword++)
    out[pendingDword(vectorCount, 32 * dword)] = dwordOf('pbaRead', device.pbaRead(4 * dword, 4));
  return readbackDwords(vectorCount);
}
