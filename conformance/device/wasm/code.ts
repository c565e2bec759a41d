/**
 * The instructions of WebAssembly: how long each is, and what it may do to state that is not on the stack. One walk over a body calls
 * back at every instruction; `instrument.ts` puts something in its place.
 */
import { hex } from '../hexadecimal.ts';
import { ModuleError, type Reader } from './binary.ts';

/** What an instruction is to whoever keeps the state. */
export type InstructionKind =
  | 'plain'
  | 'loop'
  /** Writes up to 8 bytes of memory: the address and the value are on the stack. */
  | 'store'
  /** Writes any of memory. */
  | 'write'
  | 'memory.size'
  | 'memory.grow'
  | 'memory.copy'
  | 'memory.fill'
  | 'memory.init'
  /** Changes what cannot be saved. */
  | 'hidden';

/** An instruction. */
export interface Instruction {
  readonly kind: InstructionKind;
  readonly opcode: number;
  /** Of a store, as it is encoded; of `memory.init`, the segment. */
  readonly immediate: number;
  readonly offset: number;
  readonly from: number;
  readonly to: number;
}

/** Calls back for each instruction of a body; `reader` stands after the locals. */
export function walkCode(reader: Reader, onInstruction: (instruction: Instruction) => void): void {
  while (reader.at < reader.end) {
    const from = reader.at;
    const opcode = reader.byte();
    let kind: InstructionKind = 'plain';
    let immediate = 0;
    let offset = 0;
    if (opcode >= 0x28 && opcode <= 0x3e) {
      immediate = reader.u32();
      offset = reader.u32();
      if (opcode >= 0x36) kind = 'store';
    } else if (opcode === 0x3f || opcode === 0x40) {
      reader.u32();
      kind = opcode === 0x3f ? 'memory.size' : 'memory.grow';
    } else if (opcode === 0xfc) ({ kind, immediate } = bulk(reader));
    else if (opcode === 0xfd) kind = vectors(reader);
    else if (opcode === 0xfe) kind = atomics(reader);
    else if (opcode === 0x03) {
      reader.signed();
      kind = 'loop';
    } else if (opcode === 0x26) {
      reader.u32();
      kind = 'hidden';
    } else others(reader, opcode);
    onInstruction({ kind, opcode, immediate, offset, from, to: reader.at });
  }
}

function others(reader: Reader, opcode: number): void {
  // No operand: control without a target, parametric ones, numbers.
  if (opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f || opcode === 0x1a || opcode === 0x1b)
    return;
  if ((opcode >= 0x45 && opcode <= 0xc4) || opcode === 0xd1) return;
  switch (opcode) {
    case 0x02:
    case 0x04:
    case 0x41:
    case 0x42:
    case 0xd0:
      reader.signed();
      return;
    case 0x0c:
    case 0x0d:
    case 0x10:
    case 0x12:
    case 0x20:
    case 0x21:
    case 0x22:
    case 0x23:
    case 0x24:
    case 0x25:
    case 0xd2:
      reader.u32();
      return;
    case 0x0e:
      reader.list(() => reader.u32());
      reader.u32();
      return;
    case 0x11:
    case 0x13:
      reader.u32();
      reader.u32();
      return;
    case 0x1c:
      reader.list(() => reader.byte());
      return;
    case 0x43:
      reader.skip(4);
      return;
    case 0x44:
      reader.skip(8);
      return;
    default:
      throw new ModuleError(
        `Got the instruction ${hex(opcode)}; expected those of WebAssembly 2.0 (no exceptions, no garbage collection).`,
      );
  }
}

/** Of 0xfc: conversions, and whole ranges of memory or of tables. */
function bulk(reader: Reader): { kind: InstructionKind; immediate: number } {
  const which = reader.u32();
  if (which <= 7) return { kind: 'plain', immediate: 0 };
  const immediate = reader.u32();
  if (which === 8 || which === 10 || which === 12 || which === 14) reader.u32();
  if (which > 17) throw new ModuleError(`Got the instruction 0xfc ${which}; expected those of WebAssembly 2.0.`);
  const kinds: Partial<Record<number, InstructionKind>> = {
    8: 'memory.init',
    10: 'memory.copy',
    11: 'memory.fill',
    16: 'plain',
  };
  return { kind: kinds[which] ?? 'hidden', immediate };
}

function memoryArgument(reader: Reader): void {
  reader.u32();
  reader.u32();
}

/** Of 0xfd: vectors of 128 bits. */
function vectors(reader: Reader): InstructionKind {
  const which = reader.u32();
  if (which <= 11 || which === 92 || which === 93) memoryArgument(reader);
  else if (which === 12 || which === 13) reader.skip(16);
  else if (which >= 21 && which <= 34) reader.byte();
  else if (which >= 84 && which <= 91) {
    memoryArgument(reader);
    reader.byte();
  }
  return which === 11 || (which >= 88 && which <= 91) ? 'write' : 'plain';
}

/** Of 0xfe: atomics, which a memory need not be shared for. */
function atomics(reader: Reader): InstructionKind {
  const which = reader.u32();
  if (which === 3) {
    reader.byte();
    return 'plain';
  }
  memoryArgument(reader);
  const isLoad = which >= 0x10 && which <= 0x16;
  return which <= 2 || isLoad ? 'plain' : 'write';
}
