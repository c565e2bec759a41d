/**
 * Logs for the tests of replays: those in `traces/logs`, as lines, and what came of them.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ReplayError } from '../../conformance/replay/log.ts';
import { replay, type ReplayOptions } from '../../conformance/replay/replay.ts';
import type { Replay } from '../../conformance/replay/results.ts';

/** The path of a log. */
export const logPath = (name: string): string => `traces/logs/${name}.gz`;

/** The lines of a log. */
export function logLines(name: string): string[] {
  return gunzipSync(readFileSync(logPath(name)))
    .toString('latin1')
    .split('\n')
    .slice(0, -1);
}

/** Replays lines. */
export function replayLines(lines: readonly string[], options?: ReplayOptions): Replay {
  return replay(() => [lines.map((line) => `${line}\n`).join('')], options);
}

/** The sum of a tally. */
export function total(tallies: Readonly<Record<string, number>>): number {
  return Object.values(tallies).reduce((a, b) => a + b, 0);
}

/** The sentence with which `act` is refused. */
export function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ReplayError) return error.message;
    throw error;
  }
  throw new Error('Got a replay; expected a ReplayError.');
}

/** The message that a vector sends, as QEMU logs it. */
export function messageLine(message: string): string {
  const [address, data] = message.split(':');
  return `memory_region_ops_write cpu -1 addr 0x${address} value 0x${data} size 4 name 'apic-msi'`;
}

/** A log of a function with many vectors, of which the guest uses some: each is written, unmasked, and sends. */
export function manyVectors(vectorCount: number, used: number): string[] {
  const device = 'nic 00:03.0';
  const table = 0xfe000000;
  const access = (verb: string, address: number, value: number): string =>
    `memory_region_ops_${verb} cpu 0 addr 0x${address.toString(16)} value 0x${value.toString(16)} size 4 name 'msix-table'`;
  const step = Math.floor(vectorCount / used);
  const ones = Array.from({ length: used }, (_, each) => each * step);
  return [
    `pci_cfg_write ${device} @0x10 <- 0x${table.toString(16)}`,
    `pci_cfg_read ${device} @0x34 -> 0x40`,
    `pci_cfg_read ${device} @0x40 -> 0x11`,
    `pci_cfg_read ${device} @0x42 -> 0x${(vectorCount - 1).toString(16)}`,
    `pci_cfg_read ${device} @0x44 -> 0x0`,
    `pci_cfg_write ${device} @0x42 <- 0x${(0x8000 | (vectorCount - 1)).toString(16)}`,
    'msix_write_config dev nic enabled 1 masked 0',
    ...ones.flatMap((vector, each) => [
      access('write', table + 16 * vector, 0xfee01000),
      access('write', table + 16 * vector + 8, 0x21 + each),
      access('write', table + 16 * vector + 12, 0),
      messageLine(`fee01000:${(0x21 + each).toString(16)}`),
    ]),
  ];
}
