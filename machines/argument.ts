/**
 * What machines are made of, looked at before anything is made. Each refusal is a sentence (`checker/argument`), for callers write JavaScript too.
 */
import { refuse } from '../checker/argument/argument.ts';

/** More vectors than this are not drawn and not stepped; QEMU's NVMe controller has 65 unless it is told otherwise. */
export const VECTORS_MAX = 128;
/** The most messages of a machine, and the most letters of a name. */
export const VALUES_MAX = 64;

/** Requires a whole number from `least` to `most`. */
export function requireNumber(place: string, value: unknown, least: number, most: number): number {
  const isIt = Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  return isIt ? (value as number) : refuse(place, value, `a whole number from ${least} to ${most}`);
}

/** Requires a number of vectors. */
export function requireVectors(place: string, value: unknown): number {
  return requireNumber(place, value, 1, VECTORS_MAX);
}

/** Requires a name that can be part of the name of an event. */
export function requireWord(place: string, value: unknown): string {
  const isIt = typeof value === 'string' && value.length <= VALUES_MAX && /^[\w:]+$/.test(value);
  return isIt ? value : refuse(place, value, `a word of at most ${VALUES_MAX} letters and digits`);
}
