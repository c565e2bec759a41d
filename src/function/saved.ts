/**
 * A saved function, looked at before it is restored: words that no function can have saved are refused whole.
 */
import {
  bitsOfVectors,
  CONTROL_AT,
  COUNT_AT,
  ENTRY_WORDS,
  type Layout,
  lowestVector,
  MAGIC_AT,
  MESSAGE_WORDS,
  SAVE_MAGIC,
  SAVE_VERSION,
  TABLE_AT,
  VERSION_AT,
} from './layout.ts';
import * as registers from '../registers.ts';
import { hex, isWords, refuseSaved, told } from '../sentences.ts';

const OWNER = 'MsixFunction';
const CONTROL_WRITABLE = registers.CONTROL_ENABLE | registers.CONTROL_FUNCTION_MASK;

/** Whether the messages at `one` and at `other` are the same. */
export function sameMessage(memory: Uint32Array, one: number, other: number): boolean {
  return (
    memory[one] === memory[other] && memory[one + 1] === memory[other + 1] && memory[one + 2] === memory[other + 2]
  );
}

/** Refuses words that no function of this layout can have saved. */
export function requireSaved(saved: Uint32Array, layout: Layout): void {
  if (!isWords(saved)) refuseSaved(OWNER, 'the saved function', told(saved), 'a Uint32Array');
  if (saved.length < TABLE_AT) refuseSaved(OWNER, 'the length', `${saved.length} words`, layout.saved);
  if (saved[MAGIC_AT] !== SAVE_MAGIC) refuseSaved(OWNER, 'the first word', hex(saved[MAGIC_AT]), hex(SAVE_MAGIC));
  if (saved[VERSION_AT] !== SAVE_VERSION) refuseSaved(OWNER, 'the version', saved[VERSION_AT], SAVE_VERSION);
  if (saved[COUNT_AT] !== layout.vectorCount) {
    refuseSaved(OWNER, 'the number of vectors', saved[COUNT_AT], layout.vectorCount);
  }
  if (saved.length !== layout.saved) refuseSaved(OWNER, 'the length', `${saved.length} words`, layout.saved);
  const control = saved[CONTROL_AT];
  if ((control & ~CONTROL_WRITABLE) !== 0) {
    refuseSaved(OWNER, 'Message Control', hex(control), `no bits but ${hex(CONTROL_WRITABLE)}`);
  }
  for (let vector = 0; vector < layout.vectorCount; vector++) requireSavedVector(saved, layout, vector);
  for (let word = 0; word < layout.bitWords; word++) {
    const bits =
      (saved[layout.pending + word] | saved[layout.entryChanged + word]) & ~bitsOfVectors(layout.vectorCount, word);
    //= MSIX-PBA-2
    if (bits !== 0) refuseSaved(OWNER, `a bit of vector ${lowestVector(word, bits)}`, 'set', 'a clear one: it is none');
  }
}

function requireSavedVector(saved: Uint32Array, layout: Layout, vector: number): void {
  const entry = TABLE_AT + ENTRY_WORDS * vector;
  const shadow = layout.shadow + MESSAGE_WORDS * vector;
  const mask = saved[entry + 3];
  const blocked = (saved[CONTROL_AT] & CONTROL_WRITABLE) !== registers.CONTROL_ENABLE || mask !== 0;
  const entryChanged = (saved[layout.entryChanged + (vector >>> 5)] & (1 << (vector & 31))) !== 0;
  if (mask > registers.VECTOR_CONTROL_MASK)
    refuseSaved(OWNER, `Vector Control of vector ${vector}`, hex(mask), '0x0 or 0x1');
  if ((saved[entry] & registers.ADDRESS_LOW_RESERVED) !== 0) {
    refuseSaved(OWNER, `the address of vector ${vector}`, hex(saved[entry]), 'a multiple of 4');
  }
  if ((saved[shadow] & registers.ADDRESS_LOW_RESERVED) !== 0) {
    refuseSaved(OWNER, `the address in the shadow of vector ${vector}`, hex(saved[shadow]), 'a multiple of 4');
  }
  if (entryChanged && blocked)
    refuseSaved(OWNER, `the entryChanged bit of vector ${vector}`, 'set while it is blocked', 'a clear one');
  if (entryChanged && sameMessage(saved, shadow, entry)) {
    refuseSaved(
      OWNER,
      `the entryChanged bit of vector ${vector}`,
      'set while its shadow equals its entry',
      'a clear one',
    );
  }
  if (!entryChanged && (saved[shadow] | saved[shadow + 1] | saved[shadow + 2]) !== 0) {
    refuseSaved(OWNER, `the shadow of vector ${vector}`, 'not zero', 'zero, since the vector has not entryChanged');
  }
}
