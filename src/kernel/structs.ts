/**
 * Structs as C lays them out: declared, written to a buffer and read from it. `abi.ts` has those of ioctls. On i386 a `__u64` is aligned to 4 bytes, on
 * x86-64 to 8: `fieldsOf` tells both.
 */
import { copyOf, requireList, shortened, told } from '../sentences.ts';

/** A type of a field. */
export type FieldType = 'u8' | 'u16' | 'u32' | 'u64';
/** How a struct is declared: its fields in order, each a type, or a type and the length of an array. */
export type Declaration = Readonly<Record<string, FieldType | readonly [FieldType, number]>>;

/** Where a field stands. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** In bytes, from the start of the struct. */
  readonly offset: number;
  /** Length of an array; undefined for a field that is none. */
  readonly length?: number;
}

/** A struct: its size in bytes, its fields, and the offset of each by its name. */
export interface Struct<Names extends string = string> {
  /** As C calls it. */
  readonly name: string;
  readonly bytes: number;
  readonly fields: readonly Field[];
  readonly offset: Readonly<Record<Names, number>>;
}

/** What fields hold: a number, a bigint for a `__u64`, an array for an array. A field left out is zero. */
export type Values = Readonly<Record<string, number | bigint | readonly (number | bigint)[]>>;

const TYPE_BYTES: Readonly<Record<FieldType, number>> = { u8: 1, u16: 2, u32: 4, u64: 8 };

/** A declaration, laid out: its fields in order, and the offset of each by its name. */
type Layout = Omit<Struct, 'name'>;

/**
 * Lays out a declaration as C does: each field at the next multiple of its alignment, and the whole a multiple of the largest.
 * `u64Alignment` is 8 on x86-64, and 4 on i386.
 */
export function fieldsOf(declaration: Declaration, u64Alignment: 4 | 8 = 8): Layout {
  const fields: Field[] = [];
  const offset: Record<string, number> = {};
  let end = 0;
  let strictest = 1;
  for (const name of Object.keys(declaration)) {
    const declared = declaration[name];
    const type = typeof declared === 'string' ? declared : declared[0];
    const length = typeof declared === 'string' ? undefined : declared[1];
    const bytes = TYPE_BYTES[type];
    const alignment = type === 'u64' ? u64Alignment : bytes;
    const at = Math.ceil(end / alignment) * alignment;
    fields.push(length === undefined ? { name, type, offset: at } : { name, type, offset: at, length });
    offset[name] = at;
    end = at + bytes * (length ?? 1);
    strictest = Math.max(strictest, alignment);
  }
  return { bytes: Math.ceil(end / strictest) * strictest, fields, offset };
}

/**
 * Declares a struct. It is laid out when somebody first asks how: an import of the library does not. A bundler may leave out one that nobody uses.
 */
/* @__NO_SIDE_EFFECTS__ */
export function struct<const D extends Declaration>(name: string, declare: () => D): Struct<keyof D & string> {
  let layout: Layout | undefined;
  const laidOut = (): Layout => (layout ??= fieldsOf(declare()));
  const made = {
    name,
    get bytes() {
      return laidOut().bytes;
    },
    get fields() {
      return laidOut().fields;
    },
    get offset() {
      return laidOut().offset;
    },
  };
  STRUCTS.add(made);
  return made;
}

/** Writes a struct at byte `at` of a buffer; holes, and fields that are left out, become zero. */
export function encode(layout: Struct, given: Values, view: DataView, at = 0): void {
  const { name, bytes, fields, offset } = requireStruct('encode', layout);
  requireBytes('encode', view, at, bytes);
  const values = copyOf(given);
  if (values === undefined)
    throw new TypeError(`encode: the values are ${told(given)}; expected an object with fields of ${name}.`);
  const stranger = Object.keys(values).find((key) => !Object.hasOwn(offset, key));
  if (stranger !== undefined) {
    const names = fields.map((field) => field.name).join(', ');
    throw new TypeError(
      `encode: got the field ${shortened(stranger)}; expected one of ${names}, which are those of ${name}.`,
    );
  }
  for (let byte = 0; byte < bytes; byte++) view.setUint8(at + byte, 0);
  for (const field of fields) {
    const value = values[field.name] ?? 0;
    // It stands there already.
    if (value === 0) continue;
    const list = field.length === undefined ? [value as number | bigint] : listOf(field.name, value);
    if (list.length > (field.length ?? 1)) {
      const most = field.length ?? 1;
      throw new RangeError(`encode: got ${list.length} values for ${field.name} of ${name}; expected at most ${most}.`);
    }
    for (const [index, each] of list.entries()) {
      requireValue(field, each);
      put(view, at + field.offset + index * TYPE_BYTES[field.type], field.type, each);
    }
  }
}

/** Reads the struct at byte `at` of a buffer. */
export function decode(layout: Struct, view: DataView, at = 0): Record<string, number | bigint | (number | bigint)[]> {
  const { fields, bytes } = requireStruct('decode', layout);
  requireBytes('decode', view, at, bytes);
  return Object.fromEntries(
    fields.map(({ name, type, offset, length }) => {
      if (length === undefined) return [name, get(view, at + offset, type)];
      return [name, Array.from({ length }, (_, index) => get(view, at + offset + index * TYPE_BYTES[type], type))];
    }),
  );
}

function put(view: DataView, at: number, type: FieldType, value: number | bigint): void {
  if (type === 'u64') view.setBigUint64(at, BigInt(value), true);
  else if (type === 'u32') view.setUint32(at, Number(value), true);
  else if (type === 'u16') view.setUint16(at, Number(value), true);
  else view.setUint8(at, Number(value));
}

function get(view: DataView, at: number, type: FieldType): number | bigint {
  if (type === 'u64') return view.getBigUint64(at, true);
  if (type === 'u32') return view.getUint32(at, true);
  return type === 'u16' ? view.getUint16(at, true) : view.getUint8(at);
}

// ---- What a caller passes

/** The structs that were declared here: no other has a layout that can be counted on. */
const STRUCTS = new WeakSet<object>();

function requireStruct(owner: string, value: unknown): Struct {
  if (typeof value === 'object' && value !== null && STRUCTS.has(value)) return value as Struct;
  throw new TypeError(`${owner}: the struct is ${told(value)}; expected one of abi, such as abi.MSI.`);
}

function requireBytes(owner: string, view: unknown, at: unknown, bytes: number): void {
  if (isPointer(view, at, bytes)) return;
  throw new RangeError(
    `${owner}: got ${told(view)} at ${told(at)}; expected a DataView with ${bytes} bytes from there.`,
  );
}

/** Whether a value is a `DataView`, still there, with so many bytes from `at`. */
export function isPointer(view: unknown, at: unknown, bytes: number): view is DataView {
  if (!Number.isInteger(at) || (at as number) < 0) return false;
  try {
    return view instanceof DataView && (at as number) + bytes <= view.byteLength;
  } catch {
    // A buffer that was handed away, or shrank, has no length; a proxy may not let itself be asked.
    return false;
  }
}

function listOf(name: string, value: unknown): (number | bigint)[] {
  return typeof value === 'object'
    ? requireList('encode', name, value as readonly (number | bigint)[])
    : [value as number | bigint];
}

function requireValue({ name, type }: Field, value: unknown): void {
  const isIt = typeof value === 'bigint' || (Number.isInteger(value) && Math.abs(value as number) < 2 ** 53);
  if (!isIt) throw new TypeError(`encode: ${name} is ${told(value)}; expected an integer, for a ${type}.`);
}
