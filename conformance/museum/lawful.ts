/**
 * Lawful devices: one for each value of each choice, and combinations. None of them is wrong; the judge must find nothing, and learn
 * from each what it is.
 */
import { CHOICES, type ChoiceName, type Choices, STRICT_CHOICES } from '../../spec/choices.ts';
import type { DeviceOptions } from '../device/device.ts';
import { contradictionIn } from '../judge/profile.ts';
import { Random } from '../judge/random.ts';
import { PlainDevice } from './plain.ts';

/** What `memory` holds of each vector: the copy of its message, and how many events wait unseen. Behind them: whose turn it is, and whether the table is gone. */
const UNSEEN = 3;

/** A device that does as some choices say. */
export class Lawful extends PlainDevice {
  override readonly name = 'lawful';
  private readonly choices: Choices;
  /** Where a choice is `any`, it does the one and the other by turns. */
  private turn = 0;

  constructor(options: DeviceOptions, choices: Choices) {
    super(options);
    this.choices = choices;
    this.loseTable();
    if (choices.pbaWrites === 'any') this.pbaWrite = (offset, _bytes, low) => this.writePending(offset >> 2, low);
  }

  private takesTurn(): boolean {
    const last = this.memory.length - 1;
    this.memory[last] ^= 1;
    return this.memory[last] === 1;
  }

  // ---- The table while MSI-X is disabled

  private loseTable(): void {
    const { disabledTable } = this.choices;
    const isGone = disabledTable === 'absent' || (disabledTable === 'any' && this.takesTurn());
    this.memory[this.memory.length - 2] = isGone ? 1 : 0;
  }

  private get isTableGone(): boolean {
    return !this.enabled && this.memory[this.memory.length - 2] === 1;
  }

  override readDword(dword: number): number {
    return this.isTableGone ? 0xffffffff : super.readDword(dword);
  }

  override reset(): void {
    super.reset();
    this.loseTable();
  }

  // ---- Events

  override signal(vector: number): void {
    if (!this.isBlocked(vector)) return this.send(vector);
    if (this.enabled) return this.hold(vector);
    switch (this.choices.disabledEvent) {
      case 'pending':
        return this.hold(vector);
      case 'dropped':
        return;
      case 'any':
        if (this.takesTurn()) this.hold(vector);
        return;
      default:
        // What shows already goes on to show.
        if (this.pending[vector] === 0)
          this.memory[4 * vector + UNSEEN] = this.most(this.memory[4 * vector + UNSEEN] + 1);
    }
  }

  override hold(vector: number): void {
    const waiting = this.pending[vector] + this.memory[4 * vector + UNSEEN];
    this.pending[vector] = this.most(waiting + 1);
    this.memory[4 * vector + UNSEEN] = 0;
  }

  /** How many of so many events are kept. */
  private most(events: number): number {
    return Math.min(this.choices.coalescing === 'each' ? 2 : 1, events);
  }

  override retire(vector: number): void {
    this.pending[vector] = 0;
    this.memory[4 * vector + UNSEEN] = 0;
  }

  override isShownPending(vector: number): boolean {
    return this.pending[vector] > 0;
  }

  override release(vector: number): void {
    if (this.isBlocked(vector)) return;
    const times = Math.max(this.pending[vector], this.memory[4 * vector + UNSEEN]);
    this.retire(vector);
    for (let index = 0; index < times; index++) this.send(vector);
  }

  // ---- MSI-X Enable

  override writeControl(value: number, bytes: number): void {
    const before = { enabled: this.enabled, functionMask: this.functionMask };
    const { enabled: will } = { enabled: (value & 0x8000) !== 0 };
    if (before.enabled && !will) this.disable();
    if (!before.enabled && will) this.enable();
    this.enabled = will;
    this.functionMask = (value & 0x4000) !== 0;
    for (let vector = 0; vector < this.vectorCount; vector++) {
      if (this.isMasked(vector)) continue;
      const lifted = before.functionMask && !this.functionMask;
      const enables = !before.enabled && this.enabled && !this.functionMask && this.choices.message !== 'maskEdge';
      if (lifted || enables) this.copy(vector);
    }
    if (this.enabled && !before.enabled) for (let vector = 0; vector < this.vectorCount; vector++) this.reveal(vector);
    this.releaseAll();
    void bytes;
  }

  private disable(): void {
    this.loseTable();
    for (let vector = 0; vector < this.vectorCount; vector++) {
      const choice = this.choices.pendingAtDisable;
      if (choice === 'lost' || (choice === 'any' && this.pending[vector] > 0 && this.takesTurn())) this.retire(vector);
      if (choice !== 'hidden' || this.pending[vector] === 0) continue;
      const waiting = this.pending[vector] + this.memory[4 * vector + UNSEEN];
      this.retire(vector);
      this.memory[4 * vector + UNSEEN] = this.most(waiting);
    }
  }

  private enable(): void {
    for (let vector = 0; vector < this.vectorCount; vector++) {
      const choice = this.choices.pendingAtEnable;
      const waits = this.pending[vector] + this.memory[4 * vector + UNSEEN] > 0;
      if (choice === 'lost' || (choice === 'any' && waits && this.takesTurn())) this.retire(vector);
    }
  }

  /** What was hidden shows, now that MSI-X is enabled. */
  private reveal(vector: number): void {
    const { disabledEvent, pendingAtDisable } = this.choices;
    if (disabledEvent !== 'hidden' && pendingAtDisable !== 'hidden') return;
    if (this.memory[4 * vector + UNSEEN] === 0) return;
    this.pending[vector] = this.most(this.pending[vector] + this.memory[4 * vector + UNSEEN]);
    this.memory[4 * vector + UNSEEN] = 0;
  }

  // ---- The message

  private copy(vector: number): void {
    for (let dword = 0; dword < 3; dword++) this.memory[4 * vector + dword] = this.table[4 * vector + dword];
  }

  override messageOf(vector: number): readonly number[] {
    if (this.choices.message === 'immediate') return super.messageOf(vector);
    // The address as it stands, and the data as it stood at the last unmasking: what differs was changed while the vector was open.
    if (this.choices.message === 'torn')
      return [...this.table.slice(4 * vector, 4 * vector + 2), this.memory[4 * vector + 2]];
    return this.memory.slice(4 * vector, 4 * vector + 3);
  }

  override send(vector: number): void {
    const [low, high, data] = this.messageOf(vector);
    // The entry is read again now and then.
    if (this.choices.message === 'any') this.copy(vector);
    const { addresses } = this.choices;
    if (addresses === 'nonzero' && low === 0 && high === 0) return;
    const isOfX86 = low >>> 20 === 0xfee && high === 0;
    if (addresses === 'x86' && !isOfX86) return;
    if (addresses === 'any' && !isOfX86 && this.takesTurn()) return;
    this.emit(low, high, data, vector);
  }

  override writeVectorControl(vector: number, value: number): void {
    const unmasks = this.isMasked(vector) && (value & 1) === 0;
    const { reservedControl } = this.choices;
    const kept = reservedControl === 'kept' ? value : reservedControl === 'any' ? value & 0xffff : value & 1;
    this.table[4 * vector + 3] = kept >>> 0;
    if (
      unmasks &&
      !this.functionMask &&
      (this.enabled || this.choices.message === 'maskEdge' || this.choices.message === 'any')
    )
      this.copy(vector);
    this.release(vector);
  }

  // ---- Accesses

  override writeDword(dword: number, value: number, bytes: number): void {
    const vector = dword >> 2;
    if (dword % 4 === 3) return super.writeDword(dword, value, bytes);
    if (!this.isMasked(vector) && !this.functionMask) {
      if (this.choices.openWrites === 'dropped') return;
      // A whole message is kept or dropped: what is written in parts would be torn.
      if (this.choices.openWrites === 'any') {
        if (dword % 4 === 0) this.turn = this.takesTurn() ? 1 : 0;
        if (this.turn === 1) return;
      }
    }
    this.table[dword] = dword % 4 === 0 && this.choices.reservedAddress === 'zero' ? (value & ~3) >>> 0 : value;
  }

  override tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (this.isTableGone) return;
    const { narrowWrites } = this.choices;
    const isWhole = bytes >= 4 && offset % 4 === 0;
    if (isWhole || narrowWrites === 'dropped') return super.tableWrite(offset, bytes, low, high);
    if (narrowWrites === 'any') return super.tableWrite(offset - (offset % 4), 4, low, 0);
    for (let index = 0; index < bytes; index++) {
      const at = offset + index;
      const shift = 8 * (at % 4);
      const byte = (low >>> (8 * index)) & 0xff;
      const merged = ((this.table[at >> 2] & ~(0xff << shift)) | (byte << shift)) >>> 0;
      super.tableWrite(at - (at % 4), 4, merged, 0);
    }
  }

  private writePending(dword: number, bits: number): void {
    for (let bit = 0; bit < 32 && 32 * dword + bit < this.vectorCount; bit++) {
      const vector = 32 * dword + bit;
      if (!this.isBlocked(vector)) continue;
      this.retire(vector);
      this.pending[vector] = (bits >>> bit) & 1;
    }
  }

  // ---- Reset

  override resetVector(vector: number): void {
    const before = this.table.slice(4 * vector, 4 * vector + 3);
    super.resetVector(vector);
    this.memory.fill(0, 4 * vector, 4 * vector + 4);
    const { resetEntry } = this.choices;
    const left = resetEntry === 'kept' ? before : resetEntry === 'any' ? [0xdead0000, 0, 0xbeef] : [0, 0, 0];
    this.table.splice(4 * vector, 3, ...left);
  }
}

/** A lawful device by name, and the choices that it has made. */
export interface LawfulPiece {
  readonly name: string;
  readonly choices: Choices;
}

/** The choices of the plain device: it reads an entry when it sends. */
const USUAL: Choices = { ...STRICT_CHOICES, message: 'immediate' };

/** One device for each single value, and as many combinations as are wished for. */
export function lawfulPieces(combinations: number, seed: number): LawfulPiece[] {
  const single = CHOICES.flatMap(({ name, values }) =>
    values.map((value): LawfulPiece => {
      // A change that is dropped is not in force, so there it is the edge that counts.
      const base = name === 'openWrites' && value.name !== 'kept' ? { ...USUAL, message: 'edge' as const } : USUAL;
      return { name: `${name}-${value.name}`, choices: { ...base, [name]: value.name } };
    }),
  );
  const random = new Random(seed);
  const combined: LawfulPiece[] = [];
  while (combined.length < combinations) {
    const choices = Object.fromEntries(
      CHOICES.map(({ name, values }) => [name, random.pick(values as readonly { name: string }[]).name]),
    ) as unknown as Choices;
    if (contradictionIn(choices) !== undefined) continue;
    combined.push({ name: `combination-${combined.length + 1}`, choices });
  }
  return [...single, ...combined];
}

/** The choices in which two profiles differ. */
export function differingChoices(one: Choices, other: Choices): ChoiceName[] {
  return CHOICES.map(({ name }) => name).filter((name) => one[name] !== other[name]);
}
