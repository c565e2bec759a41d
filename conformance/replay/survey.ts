/**
 * The first pass over a trace: it reads every line, so that a damaged file is refused before anything is driven, and learns where the
 * function stands, which whole entries its table ever held, how wide configuration accesses are, and where messages can be seen at all.
 */
import { tellArtefact } from './artefacts.ts';
import * as registers from '../../src/registers.ts';
import { Entries, type NamedMessage, writeEvents } from './events.ts';
import { names } from './functions.ts';
import { Sorter } from './sorter.ts';
import type { Access, Geometry, ToldGeometry } from './access.ts';
import { EarlyReads } from './early-reads.ts';
import { FirstSight } from './first-sight.ts';
import { type ConfigLine, CUT_OFF, lineReader, linesOf, type LogLine, ReplayError, type TraceSource } from './log.ts';
import { RECORD } from './recipe.ts';
import { WidthFinder, type Widths } from './widths.ts';

/** What a trace is told beforehand. All of it has a default. */
export interface ReplayOptions {
  /**
   * The function to replay: name and bus address, `nvme 00:02.0`, or one of them where it is the only such. Default: the only one
   * whose table is accessed.
   */
  readonly device?: string;
  /** Where its MSI-X is. Default: what the trace shows. */
  readonly told?: ToldGeometry;
  /** What the guest's `lspci -xxxx` shows, as reads before the first line. */
  readonly before?: readonly ConfigLine[];
  /** Whether lines that are one of the five kinds and not whole are passed over. Default: the log is refused. */
  readonly skipDamaged?: boolean;
}

/** What the first pass has found. */
export interface Survey {
  readonly lines: number;
  readonly geometry: Geometry;
  /** Every whole entry that the table ever holds, zero first. */
  readonly messages: readonly NamedMessage[];
  /** Whether there were more entries than are remembered. */
  readonly overflowed: boolean;
  readonly widths: Widths;
  /** Lines that read the capability of a function that was reset, as a register shows at a later line. */
  readonly afterReset: ReadonlySet<number>;
  /** The upper parts of the addresses that messages were seen at. Elsewhere, a missing message proves nothing. */
  readonly visible: ReadonlySet<number>;
  /** Whether messages were seen that say who sent them by something else than themselves. */
  readonly byRequester: boolean;
  /** Whether the device tells its signals. */
  readonly signals: boolean;
  /** Whether the log began before the guest found the function. Else the first reads tell what was before. */
  readonly late: boolean;
  /** Message Control at the beginning of a late log, where something tells it. */
  readonly firstControl: number | undefined;
  readonly cutOff: boolean;
  /** Damaged lines that were passed over; undefined when there are none. */
  readonly damaged: { readonly first: number; readonly count: number } | undefined;
}

/** The part of an address that tells whether messages to it are seen: a mebibyte. */
export function pageOf(addressLow: number, addressHigh: number): number {
  return addressHigh * 2 ** 12 + (addressLow >>> 20);
}

/**
 * Makes the first pass.
 * @throws {ReplayError} when the trace is damaged, is no trace, or does not show what it takes to replay it.
 */
export function surveyTrace(source: TraceSource, options: ReplayOptions): Survey {
  const sorter = new Sorter(options);
  const widths = new WidthFinder();
  const entries = new Entries();
  const visible = new Set<number>();
  const inside = (line: ConfigLine): number => sorter.insideCapability(line);
  const kinds = new Set<LogLine['kind']>();
  const late = options.told !== undefined || options.before !== undefined;
  const firstSight = new FirstSight();
  const early = new EarlyReads();
  let [lines, known, tables, signals, cutOff, byRequester] = [0, 0, 0, false, false, false];
  let damaged: Survey['damaged'];
  /** The first access of Message Control of each function. */
  const controls = new Map<string, ConfigLine>();
  let unplaced: ReplayError | undefined;
  const read = lineReader(options, (number) => {
    damaged = { first: damaged?.first ?? number, count: (damaged?.count ?? 0) + 1 };
  });
  for (const text of linesOf(source)) {
    lines++;
    const line = read(text, lines);
    if (line === undefined) continue;
    if (line.kind === 'other') {
      cutOff = text.startsWith(CUT_OFF);
      continue;
    }
    known++;
    kinds.add(line.kind);
    if (unplaced !== undefined) continue;
    let access: Access | undefined;
    try {
      access = sorter.sort(line, lines);
    } catch (error) {
      // What the rest of the log lacks may say why.
      if (!(error instanceof ReplayError)) throw error;
      unplaced = error;
      continue;
    }
    widths.take(line, lines, inside);
    if (late && (line.kind === 'configRead' || line.kind === 'configWrite') && !controls.has(line.device)) {
      if (valueOfControl(line, inside(line)) !== undefined) controls.set(line.device, line);
    }
    early.take(line, lines, access, sorter.chosen);
    switch (access?.kind) {
      case 'tableRead':
      case 'tableWrite':
        if (late) firstSight.takeTable(access, entries);
        if (access.kind === 'tableWrite') writeEvents(entries, access);
        tables++;
        break;
      case 'reset':
        entries.clear();
        break;
      case 'message':
        byRequester ||= access.byRequester;
        if (access.certain || entries.hasAddress(access.addressLow, access.addressHigh))
          visible.add(pageOf(access.addressLow, access.addressHigh));
        break;
      case 'signal':
        signals = true;
        break;
    }
  }
  if (lines === 0) throw new ReplayError("Got an empty trace; expected lines of QEMU's log.");
  if (known === 0 || tables === 0) {
    const sentence = tellArtefact(source, known);
    if (sentence !== undefined) throw new ReplayError(sentence);
  }
  requireWhole(kinds, late);
  if (unplaced !== undefined) throw unplaced;
  const { geometry } = sorter;
  return {
    lines,
    geometry,
    messages: entries.messages,
    overflowed: entries.overflowed,
    widths: widths.finish(),
    afterReset: early.afterReset,
    visible,
    byRequester,
    signals,
    late,
    firstControl: late ? firstControl(geometry, options.before ?? [], controls.get(geometry.device)) : undefined,
    cutOff,
    damaged,
  };
}

/**
 * Message Control at the beginning of a late log: what the first access of it reads, or what lspci read; where nothing tells, a function whose
 * interrupts are asked for is taken to be enabled.
 */
function firstControl(
  { device, capability }: Geometry,
  before: readonly ConfigLine[],
  first: ConfigLine | undefined,
): number | undefined {
  const told = controlBefore({ device, capability }, before);
  if (first === undefined) return told ?? registers.CONTROL_ENABLE;
  return first.kind === 'configRead' ? valueOfControl(first, first.offset - capability) : told;
}

/** Message Control as an access at `inside` of the capability holds it, or its upper byte alone; undefined where it does not. */
function valueOfControl({ value, bytes }: ConfigLine, inside: number): number | undefined {
  if (inside === 3) return value << 8;
  if (inside === 2) return bytes === 1 ? undefined : value;
  return inside === 0 && value > 0xffff ? value >>> 16 : undefined;
}

/** What Message Control of a function was when lspci read it. */
function controlBefore(
  { device, capability }: Pick<Geometry, 'device' | 'capability'>,
  before: readonly ConfigLine[],
): number | undefined {
  const own = before.filter((line) => names(line.device, device));
  const at = (offset: number, bytes: number): number | undefined =>
    own.find((line) => line.offset === offset && line.bytes === bytes)?.value;
  const header = at(capability, 4);
  return header === undefined ? at(capability + 2, 2) : header >>> 16;
}

/** Half of the events compare with nothing: what the guest wrote is not known, or not what it read. */
function requireWhole(kinds: ReadonlySet<LogLine['kind']>, late: boolean): void {
  const lacks = (has: LogLine['kind'], lacking: LogLine['kind'], event: string): void => {
    if (!kinds.has(has) || kinds.has(lacking)) return;
    throw new ReplayError(`Got a log without ${event}; expected what the guest wrote beside what it read. ${RECORD}`);
  };
  lacks('memoryRead', 'memoryWrite', 'memory_region_ops_write');
  if (!late) lacks('configRead', 'configWrite', 'pci_cfg_write');
}

/** The sorter of the second pass, which knows what the first has found. */
export function secondSorter({ geometry, widths }: Survey, options: ReplayOptions): Sorter {
  return new Sorter({ ...options, device: geometry.device, widths });
}
