/**
 * Faults planted in the implementation, so that each property finds one: most are bugs that real emulations have had,
 * as near as a subclass comes to them from outside. Which properties find which of them stands here, and a test holds
 * it.
 */
import { pendingDword } from '../device/readback.ts';
import { MsixFunction, type MsixFunctionOptions, SIGNAL_HELD, WRITE_DONE, type WriteOutcome } from '../../src/index.ts';
import * as registers from '../../src/registers.ts';
import type { Implementation } from '../device/in-process.ts';

/** A planted fault. */
export interface Fault {
  readonly Class: Implementation;
  /** What goes wrong, as a sentence. */
  readonly title: string;
  /**
   * The real bug that it stands for: the system, where it was repaired, and its number among the bugs behind P1 to P23.
   */
  readonly seenIn?: string;
  /** The properties that find it, by their names. */
  readonly breaks: readonly string[];
}

const CONTROL = registers.ENTRY_VECTOR_CONTROL_OFFSET;
const entryOf = (vector: number): number => registers.ENTRY_BYTES * vector;

/** A function whose faults see its vectors. They read as a guest does, which changes nothing and counts nothing. */
class Faulty extends MsixFunction {
  protected isMasked(vector: number): boolean {
    return super.tableRead(entryOf(vector) + CONTROL, 4) === registers.VECTOR_CONTROL_MASK;
  }

  protected isBlocked(vector: number): boolean {
    return !this.enabled || this.functionMask || this.isMasked(vector);
  }

  protected isPending(vector: number): boolean {
    return ((super.pbaRead(4 * (vector >>> 5), 4) >>> (vector & 31)) & 1) === 1;
  }

  protected exists(vector: number): boolean {
    return Number.isInteger(vector) && vector >= 0 && vector < this.vectorCount;
  }

  /** The vector whose Vector Control a lawful dword write changes. */
  protected controlled(offset: number, bytes: number): number | undefined {
    const vector = Math.floor(offset / registers.ENTRY_BYTES);
    return offset % registers.ENTRY_BYTES === CONTROL && bytes === 4 && this.exists(vector) ? vector : undefined;
  }

  protected get vectors(): number[] {
    return Array.from({ length: this.vectorCount }, (_, vector) => vector);
  }
}

class SendsWhileMasked extends Faulty {
  private readonly sendAnyway: MsixFunctionOptions['send'];

  constructor(options: MsixFunctionOptions) {
    super(options);
    this.sendAnyway = options.send;
  }

  override signal(vector: number) {
    if (this.enabled && !this.functionMask && this.exists(vector) && this.isMasked(vector)) {
      const at = entryOf(vector);
      this.sendAnyway(this.tableRead(at, 4), this.tableRead(at + 4, 4), this.tableRead(at + 8, 4), vector);
    }
    return super.signal(vector);
  }
}

class DropsWhileBlocked extends Faulty {
  override signal(vector: number) {
    return this.exists(vector) && this.isBlocked(vector) ? SIGNAL_HELD : super.signal(vector);
  }
}

class ForgetsToUnmask extends Faulty {
  private readonly forgotten = new Set<number>();

  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    const vector = this.controlled(offset, bytes);
    const isOpen = this.enabled && !this.functionMask;
    if (vector !== undefined && isOpen && (low & 1) === 0 && this.isPending(vector)) {
      super.retire(vector);
      this.forgotten.add(vector);
    }
    return super.tableWrite(offset, bytes, low, high);
  }

  // Nothing is sent, and the Pending bit stays where it was.
  override peekInto(out: Uint32Array): number {
    const words = super.peekInto(out);
    for (const vector of this.forgotten) out[pendingDword(this.vectorCount, vector)] |= 1 << (vector & 31);
    return words;
  }
}

class SendsAgain extends Faulty {
  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    const vector = this.controlled(offset, bytes);
    if (vector !== undefined && !this.isBlocked(vector) && (low & 1) === 0) super.signal(vector);
    return super.tableWrite(offset, bytes, low, high);
  }
}

class KeepsFirstRoute extends MsixFunction {
  constructor(options: MsixFunctionOptions) {
    const routes = new Map<number, [number, number, number]>();
    super({
      ...options,
      use: (vector, ...message) => {
        if (!routes.has(vector)) routes.set(vector, message);
        options.use?.(vector, ...(routes.get(vector) ?? message));
      },
      send: (addressLow, addressHigh, data, vector) =>
        options.send(...(routes.get(vector) ?? [addressLow, addressHigh, data]), vector),
    });
  }
}

class SendsEntryAsItIs extends MsixFunction {
  constructor(options: MsixFunctionOptions) {
    super({
      ...options,
      send: (_low, _high, _data, vector) => {
        const [low, high, data] = [0, 4, 8].map((place) => this.tableRead(entryOf(vector) + place, 4));
        options.send(low, high, data, vector);
      },
    });
  }
}

class IgnoresMaskWrites extends Faulty {
  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    const vector = this.controlled(offset, bytes);
    const isMask = vector !== undefined && !this.isBlocked(vector) && (low & 1) === 1;
    return isMask ? WRITE_DONE : super.tableWrite(offset, bytes, low, high);
  }
}

class DiscardsUnmaskedWrites extends Faulty {
  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    const vector = Math.floor(offset / registers.ENTRY_BYTES);
    const isMessage =
      bytes === 4 && offset % 4 === 0 && offset % registers.ENTRY_BYTES < CONTROL && this.exists(vector);
    return isMessage && !this.isBlocked(vector) ? WRITE_DONE : super.tableWrite(offset, bytes, low, high);
  }
}

class ResetsUnmasked extends Faulty {
  override reset(): void {
    super.reset();
    for (const vector of this.vectors) super.tableWrite(entryOf(vector) + CONTROL, 4, 0);
  }
}

class ResetsEnabled extends MsixFunction {
  override reset(): void {
    const control = this.messageControl;
    super.reset();
    super.configWrite(registers.CAPABILITY_CONTROL_OFFSET, 2, control);
  }
}

class WipesOnDisable extends Faulty {
  override configWrite(offset: number, bytes: number, value: number): WriteOutcome {
    const wasEnabled = this.enabled;
    const outcome = super.configWrite(offset, bytes, value);
    if (wasEnabled && !this.enabled) for (const vector of this.vectors) super.tableWrite(entryOf(vector), 8, 0, 0);
    return outcome;
  }
}

class MasksEachVector extends Faulty {
  override configWrite(offset: number, bytes: number, value: number): WriteOutcome {
    const outcome = super.configWrite(offset, bytes, value);
    if (this.functionMask) {
      for (const vector of this.vectors) super.tableWrite(entryOf(vector) + CONTROL, 4, 1);
    }
    return outcome;
  }
}

class DisablesToAddVector extends Faulty {
  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    const vector = this.controlled(offset, bytes);
    const isAdded = vector !== undefined && this.isBlocked(vector) && (low & 1) === 0;
    const outcome = super.tableWrite(offset, bytes, low, high);
    if (isAdded && !this.isBlocked(vector)) {
      super.configWrite(registers.CAPABILITY_CONTROL_OFFSET, 2, 0);
      super.configWrite(registers.CAPABILITY_CONTROL_OFFSET, 2, registers.CONTROL_ENABLE);
    }
    return outcome;
  }
}

class KeepsUsingDisabled extends MsixFunction {
  constructor(options: MsixFunctionOptions) {
    super({
      ...options,
      release: (vector) => {
        if (this.enabled) options.release?.(vector);
      },
    });
  }
}

class PanicsOnWidth extends MsixFunction {
  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    if (bytes !== 4 && bytes !== 8) throw new Error(`Got ${bytes} bytes; expected 4 or 8.`);
    return super.tableWrite(offset, bytes, low, high);
  }
}

class WrapsAround extends MsixFunction {
  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    return super.tableWrite(offset >= this.tableBytes ? offset % this.tableBytes : offset, bytes, low, high);
  }
}

class CountsTwice extends MsixFunction {
  override tableRead(offset: number, bytes: number): number {
    if (offset >= this.tableBytes) super.tableRead(offset, bytes);
    return super.tableRead(offset, bytes);
  }
}

class InjectsUnknownAsFirst extends Faulty {
  override signal(vector: number) {
    return super.signal(this.exists(vector) ? vector : 0);
  }
}

class LacksLastEntry extends MsixFunction {
  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    const isLast = offset >= entryOf(this.vectorCount - 1);
    return super.tableWrite(isLast ? this.tableBytes : offset, bytes, low, high);
  }
}

class TruncatesVector extends Faulty {
  override signal(vector: number) {
    return super.signal(this.exists(vector) ? vector % 256 : vector);
  }
}

class MasksByReservedBits extends Faulty {
  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    const isControl = this.controlled(offset, bytes) !== undefined;
    return super.tableWrite(offset, bytes, isControl ? Number(low >>> 0 !== 0) : low, high);
  }
}

class KeepsReservedBits extends MsixFunction {
  private reserved = 0;

  override configWrite(offset: number, bytes: number, value: number): WriteOutcome {
    if (offset === registers.CAPABILITY_CONTROL_OFFSET && bytes === 2) this.reserved = value & 0x3000;
    return super.configWrite(offset, bytes, value);
  }

  override get messageControl(): number {
    return super.messageControl | this.reserved;
  }

  override peekInto(out: Uint32Array): number {
    const words = super.peekInto(out);
    out[0] |= this.reserved;
    return words;
  }
}

class IgnoresControlOfQword extends MsixFunction {
  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    const isHalf = bytes === 8 && offset % registers.ENTRY_BYTES === registers.ENTRY_DATA_OFFSET;
    return super.tableWrite(offset, isHalf ? 4 : bytes, low, high);
  }
}

class TakesControlFirst extends MsixFunction {
  override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
    const isBoth = bytes === 8 && offset % registers.ENTRY_BYTES === registers.ENTRY_DATA_OFFSET;
    if (!isBoth || offset >= this.tableBytes) return super.tableWrite(offset, bytes, low, high);
    super.tableWrite(offset + 4, 4, high);
    return super.tableWrite(offset, 4, low);
  }
}

class IgnoresBytes extends MsixFunction {
  override configWrite(offset: number, bytes: number, value: number): WriteOutcome {
    return bytes === 1 && offset === 3 ? WRITE_DONE : super.configWrite(offset, bytes, value);
  }
}

class ReadsNoPending extends MsixFunction {
  override pbaRead(offset: number, bytes: number): number {
    const value = super.pbaRead(offset, bytes);
    return offset < this.pbaBytes ? 0 : value;
  }
}

class RestoresFromTable extends MsixFunction {
  override restore(words: Uint32Array): void {
    super.restore(words);
    const control = this.messageControl;
    super.configWrite(registers.CAPABILITY_CONTROL_OFFSET, 2, 0);
    super.configWrite(registers.CAPABILITY_CONTROL_OFFSET, 2, control);
  }
}

class RestoresNoPending extends Faulty {
  override restore(words: Uint32Array): void {
    super.restore(words);
    for (const vector of this.vectors) super.retire(vector);
  }
}

/** All planted faults. */
export const FAULTS: readonly Fault[] = [
  {
    Class: SendsWhileMasked,
    title: 'A masked vector sends.',
    seenIn: 'QEMU, pci-assign (HB-04)',
    breaks: ['NoDeliverBlockedStep', 'NoSpuriousStep', 'NoTornStep', 'AnswerStep', 'ProjectionRuns'],
  },
  {
    Class: DropsWhileBlocked,
    title: 'An event of a blocked vector is dropped.',
    seenIn: 'bhyve, kvmtool c9888d9 (HB-65)',
    breaks: ['PBATruthStep', 'ProjectionRuns'],
  },
  {
    Class: ForgetsToUnmask,
    title: 'An unmask forgets the event that waits.',
    seenIn: 'Xen 74fd0036de (HB-10)',
    breaks: ['PendingTransientInv', 'ProjectionRuns', 'RestoreBisimRuns'],
  },
  {
    Class: SendsAgain,
    title: 'Unmasking what is not masked sends once more.',
    seenIn: 'QEMU 9a93b61730 (HB-23)',
    breaks: ['NoSpuriousStep', 'ProjectionRuns'],
  },
  {
    Class: KeepsFirstRoute,
    title: 'What is written after the first use never comes into force.',
    seenIn: 'qemu-kvm a6b402c989 (HB-02)',
    breaks: ['LatchOnUnmaskStep', 'ProjectionRuns', 'RestoreBisimRuns'],
  },
  {
    Class: SendsEntryAsItIs,
    title: 'The entry is sent as it is, half written or not.',
    seenIn: 'Linux da181dc974ad (HB-52)',
    breaks: ['NoTornStep', 'ProjectionRuns'],
  },
  {
    Class: IgnoresMaskWrites,
    title: 'A mask of a vector in use is not taken.',
    seenIn: 'Xen 70a3cbb8c9 (HB-11)',
    breaks: ['SingleViewStep', 'SizeEquivalenceRuns', 'ProjectionRuns'],
  },
  {
    Class: DiscardsUnmaskedWrites,
    title: 'Writes to an entry that is not blocked are discarded.',
    seenIn: 'QEMU, XSA-130 (HB-18)',
    breaks: ['EntryStep', 'SizeEquivalenceRuns', 'ProjectionRuns'],
  },
  {
    Class: ResetsUnmasked,
    title: 'Reset leaves the entries unmasked.',
    seenIn: 'QEMU ae1be0bbc1 (HB-20)',
    breaks: ['ResetStateStep', 'SingleViewStep', 'ProjectionRuns'],
  },
  {
    Class: ResetsEnabled,
    title: 'Reset leaves MSI-X enabled.',
    seenIn: 'QEMU 1f944c661a (HB-21)',
    breaks: ['ResetStateStep', 'SingleViewStep', 'ProjectionRuns'],
  },
  {
    Class: WipesOnDisable,
    title: 'Disabling wipes the addresses.',
    seenIn: 'Linux b8f02af096b1 (HB-51)',
    breaks: ['DisableRoundTripStep', 'EntryStep', 'ContainedAccessStep', 'ProjectionRuns'],
  },
  {
    Class: MasksEachVector,
    title: 'Function Mask sets every Mask Bit.',
    breaks: ['FmaskIndependentStep', 'DisableRoundTripStep', 'SingleViewStep', 'ContainedAccessStep'],
  },
  {
    Class: DisablesToAddVector,
    title: 'To add a vector, all are disabled and enabled.',
    seenIn: 'QEMU before e4163438e015 (HB-42)',
    breaks: ['IndependentVectorsStep', 'NotifierAlternationStep', 'ProjectionRuns'],
  },
  {
    Class: KeepsUsingDisabled,
    title: 'Disabling does not release what is in use.',
    seenIn: 'QEMU 3e40ba0faf (HB-46)',
    breaks: ['InForceInv', 'NotifierAlternationStep', 'ProjectionRuns'],
  },
  {
    Class: PanicsOnWidth,
    title: 'A width that does not exist is a panic.',
    seenIn: 'cloud-hypervisor 7fbc5a135 (HB-34)',
    breaks: ['RefusedAccessStep', 'ContainedAccessStep'],
  },
  {
    Class: WrapsAround,
    title: 'Beyond the table, its beginning is written.',
    seenIn: 'QEMU, XSA-164 (HB-35)',
    breaks: ['RefusedAccessStep'],
  },
  {
    Class: CountsTwice,
    title: 'A refusal is counted twice.',
    breaks: ['RefusedAccessStep'],
  },
  {
    Class: InjectsUnknownAsFirst,
    title: 'An unknown vector is taken for the first one.',
    seenIn: 'Linux, find_index_from_host_irq (HB-08)',
    breaks: ['RefusedAccessStep', 'ContainedAccessStep'],
  },
  {
    Class: LacksLastEntry,
    title: 'The last entry does not exist.',
    seenIn: 'qemu-kvm 4600fa854e (HB-05)',
    breaks: ['EntryStep', 'SingleViewStep', 'AnswerStep', 'ContainedAccessStep', 'ProjectionRuns'],
  },
  {
    Class: TruncatesVector,
    title: 'The number of a vector is cut to eight bits.',
    seenIn: 'qemu-kvm 413ce61548 (HB-06)',
    breaks: ['PBATruthStep', 'ContainedAccessStep', 'ProjectionRuns'],
  },
  {
    Class: MasksByReservedBits,
    title: 'A reserved bit of Vector Control masks the vector.',
    seenIn: 'Linux e045fa29e893 (HB-53)',
    breaks: ['SingleViewStep', 'SizeEquivalenceRuns', 'ProjectionRuns'],
  },
  {
    Class: KeepsReservedBits,
    title: 'Reserved bits of Message Control are kept.',
    seenIn: 'cloud-hypervisor a116add99 (HB-32)',
    breaks: ['ReadOnlyBitsInv'],
  },
  {
    Class: IgnoresControlOfQword,
    title: 'The control half of a QWORD is ignored.',
    seenIn: 'Xen 7d8519f63a (HB-13)',
    breaks: ['SizeEquivalenceRuns', 'SingleViewStep', 'ProjectionRuns'],
  },
  {
    Class: TakesControlFirst,
    title: 'The control half of a QWORD is taken first.',
    breaks: ['SizeEquivalenceRuns', 'LatchOnUnmaskStep', 'ProjectionRuns'],
  },
  {
    Class: IgnoresBytes,
    title: 'A byte written to Message Control is ignored.',
    breaks: ['SizeEquivalenceRuns', 'SingleViewStep', 'ProjectionRuns'],
  },
  {
    Class: ReadsNoPending,
    title: 'The Pending Bit Array reads as zero.',
    seenIn: 'cloud-hypervisor 7781 (HB-27)',
    breaks: ['AnswerStep'],
  },
  {
    Class: RestoresFromTable,
    title: 'Restoring takes messages from the table.',
    seenIn: 'Firecracker 9c70d1532 (HB-50)',
    breaks: ['RestoreBisimRuns', 'RestoreInPlaceStep', 'ProjectionRuns'],
  },
  {
    Class: RestoresNoPending,
    title: 'Restoring forgets what is pending.',
    seenIn: 'crosvm 275a32070 (HB-50)',
    breaks: ['RestoreBisimRuns', 'RestoreInPlaceStep', 'ProjectionRuns'],
  },
];
