/**
 * Fingerprints: short hashes by which a trace knows the machine that it was made of, and what came of it. They guard against
 * accidents, as checksums do, and not against malice.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { requireList, requireText } from '../argument/argument.ts';
import { outputOf } from './output.ts';
import { admit } from './subset.ts';
import { nodesOf } from './transition-sets.ts';

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;
const encoder = new TextEncoder();

/**
 * Hashes texts, one after the other, by FNV-1a over their UTF-8, to eight hexadecimal digits. It is the same on every machine,
 * and there at once, where a browser's SHA-256 gives a promise.
 * Source: Fowler, Noll, Vo, Eastlake, draft-eastlake-fnv.
 */
export function hash(texts: Iterable<string>): string {
  let state = OFFSET;
  for (const text of texts) {
    for (const byte of encoder.encode(text)) state = Math.imul(state ^ byte, PRIME);
  }
  return (state >>> 0).toString(16).padStart(8, '0');
}

/** What the parts of a fingerprint are of, in their order. */
export const FINGERPRINT_PARTS = ['events', 'outputs', 'states'] as const;

/**
 * Hashes the words of a machine: the names of its events in order, of its outputs, and of its states. One part for each, so
 * that a refusal can tell which of them is stale. Guards and targets are left to the replay, which sees what they do.
 */
export function fingerprintOf(machine: AnyStateMachine, events: readonly string[]): string {
  admit('machine of fingerprintOf', machine);
  requireList('events of fingerprintOf', events, requireText);
  const nodes = nodesOf(machine.root);
  // The order of outputs and states decides nothing, so moving a region makes no trace stale.
  const outputs = [...new Set(nodes.flatMap(outputsOf))].toSorted();
  const states = nodes.map(({ path }) => path.join('.')).toSorted();
  return [events, outputs, states].map((names) => hash([JSON.stringify(names)])).join('-');
}

/** The outputs that a state node names: of entering it, of leaving it, and of its transitions. */
function outputsOf({ entry, exit, transitions }: AnyStateNode): string[] {
  const own = [...transitions.values()].flat().flatMap(({ actions }) => actions);
  return [...entry, ...exit, ...own].map((action) => outputOf(action));
}
