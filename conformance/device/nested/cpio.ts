/**
 * An initramfs as the kernel takes it: a cpio archive of the form "newc", each entry a header of hexadecimal digits, a name and the bytes.
 */

/** One entry of an archive. */
export interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

const FOLDER = 0o040755;
const FILE = 0o100644;
const PROGRAM = 0o100755;
const LINK = 0o120777;

/** A tree of files that becomes an archive; folders come of themselves. */
export class Tree {
  private readonly entries = new Map<string, Entry>();

  private folders(name: string): void {
    const parts = name.split('/').slice(0, -1);
    for (let count = 1; count <= parts.length; count++) this.folder(parts.slice(0, count).join('/'));
  }

  folder(name: string): void {
    if (!this.entries.has(name)) this.entries.set(name, { name, mode: FOLDER, bytes: new Uint8Array() });
  }

  file(name: string, bytes: Uint8Array | string, isProgram = false): void {
    this.folders(name);
    const content = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    this.entries.set(name, { name, mode: isProgram ? PROGRAM : FILE, bytes: content });
  }

  link(name: string, target: string): void {
    this.folders(name);
    this.entries.set(name, { name, mode: LINK, bytes: new TextEncoder().encode(target) });
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The archive. */
  pack(): Uint8Array {
    const parts: Uint8Array[] = [];
    let inode = 1;
    const add = ({ name, mode, bytes }: Entry): void => {
      const named = new TextEncoder().encode(`${name}\0`);
      const fields = [inode++, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, named.length, 0];
      const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
      parts.push(padded(Buffer.concat([Buffer.from(header, 'latin1'), named])), padded(bytes));
    };
    for (const entry of this.entries.values()) add(entry);
    add({ name: 'TRAILER!!!', mode: 0, bytes: new Uint8Array() });
    return Buffer.concat(parts);
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  const rest = bytes.length % 4;
  return rest === 0 ? bytes : Buffer.concat([bytes, new Uint8Array(4 - rest)]);
}
