/**
 * Registers as a log that begins late shows them first: what the first read returns was there before the log. Owns which access is the first.
 */
import type { StructureAccess } from './access.ts';
import { type Entries, writeEvents } from './events.ts';

/** The place of Message Control among the registers; the others are offsets of the table. */
const CONTROL = -1;

/** Follows which registers a log has shown or written. */
export class FirstSight {
  private readonly shown = new Set<number>();

  /** Whether Message Control is accessed for the first time. */
  takeControl(): boolean {
    return this.isFirst(CONTROL);
  }

  /** The dwords that an access shows for the first time, as the writes that put them there; with what they are to the machine. */
  takeTable(
    access: StructureAccess,
    entries: Entries,
  ): { readonly offset: number; readonly value: number; readonly events: readonly string[] }[] {
    const { kind, offset, bytes, low, high } = access;
    if (bytes < 4 || offset % 4 !== 0) return [];
    return (bytes === 8 ? [low, high] : [low]).flatMap((value, index) => {
      const at = offset + 4 * index;
      if (!this.isFirst(at) || kind !== 'tableRead') return [];
      const write = { kind: 'tableWrite', offset: at, bytes: 4, low: value, high: 0 } as const;
      return [{ offset: at, value, events: writeEvents(entries, write) }];
    });
  }

  private isFirst(register: number): boolean {
    if (this.shown.has(register)) return false;
    this.shown.add(register);
    return true;
  }
}
