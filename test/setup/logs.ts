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
