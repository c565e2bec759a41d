/**
 * The functions with MSI-X in a recording, each replayed: what a recording shows of each.
 */
import { ReplayError } from '../replay/lines.ts';
import { replay } from '../replay/replay.ts';
import type { Replay } from '../replay/results.ts';

/** A function, and what came of its replay. */
export interface RecordedFunction extends Replay {
  /** Name and bus address, as the log has them. */
  readonly name: string;
}

/** What a recording shows. */
export interface RecordedFunctions {
  readonly functions: readonly RecordedFunction[];
  /** The messages that one of the functions, or none of them, sends beside another. */
  readonly others: readonly string[];
}

/** Replays every function with MSI-X in the lines of a log. */
export function functionsIn(lines: readonly string[]): RecordedFunctions {
  const text = lines.map((line) => `${line}\n`).join('');
  const names = new Set<string>();
  for (const line of lines) {
    const name = /^pci_cfg_(?:read|write) (\S+ \S+) @|^vfio_pci_read_config \s*\(?([\da-f:.]+)/.exec(line);
    if (name !== null) names.add(name[1] ?? name[2]);
  }
  const found = (others?: readonly string[]): RecordedFunction[] =>
    [...names].toSorted().flatMap((name) => {
      try {
        return [{ name, ...replay(() => [text], { device: name, ...(others === undefined ? {} : { others }) }) }];
      } catch (error) {
        // It has no MSI-X, or nothing of it was used.
        if (error instanceof ReplayError) return [];
        throw error;
      }
    });
  // What one function does not send is known from then on, so that a wrong message of it is none of them.
  const others = new Set(found().flatMap(({ figures }) => Object.keys(figures.messages.others)));
  const foreign = [...others].toSorted();
  return { functions: found(foreign), others: foreign };
}
