/**
 * A machine's memory and configuration space, by qtest: what the adapter and the families of devices work with. A function is named by
 * bus, device and function in one number, as PCI has it: bus << 8 | device << 3 | function.
 */
import { hex } from '../hexadecimal.ts';
import { blockLine, blockOf, dwordsOf, fillLine, putLine, type Qtest, readLine, writeLine } from './qtest.ts';

/** The machines that are known. */
export type MachineType = 'q35' | 'pc';

/** Where configuration space is put on a q35. */
const ECAM = 0xb0000000;

/** Memory and configuration space of one machine. */
export class Memory {
  readonly qtest: Qtest;
  private readonly machine: MachineType;

  constructor(qtest: Qtest, machine: MachineType) {
    this.qtest = qtest;
    this.machine = machine;
  }

  async read(address: number, bytes: number): Promise<number> {
    const [answer] = await this.qtest.ask([readLine(address, bytes)]);
    return dwordsOf(answer).low;
  }

  async write(address: number, bytes: number, low: number, high = 0): Promise<void> {
    await this.qtest.ask([writeLine(address, bytes, low, high)]);
  }

  async readBlock(address: number, bytes: number): Promise<Uint8Array> {
    const [answer] = await this.qtest.ask([blockLine(address, bytes)]);
    return blockOf(answer);
  }

  async writeBlock(address: number, bytes: Uint8Array): Promise<void> {
    await this.qtest.ask([putLine(address, bytes)]);
  }

  async clear(address: number, bytes: number): Promise<void> {
    await this.qtest.ask([fillLine(address, bytes, 0)]);
  }

  /** Asks until the answer is as wished: a machine with much else to do may take seconds. @throws {Error} in a sentence, when it never is. */
  async until(what: string, isSo: () => Promise<boolean>, milliseconds = 10_000): Promise<void> {
    const end = performance.now() + milliseconds;
    while (!(await isSo())) {
      if (performance.now() > end) throw new Error(`Waited ${milliseconds} ms for ${what}; expected it sooner.`);
    }
  }

  // ---- Configuration space

  /** Switches a q35's configuration space in memory on. */
  async begin(): Promise<void> {
    if (this.machine === 'pc') return;
    const dword = (register: number, value: number): string[] => [
      `outl 0xcf8 ${hex(0x80000000 + register)}`,
      `outl 0xcfc ${hex(value)}`,
    ];
    await this.qtest.ask([...dword(0x64, 0), ...dword(0x60, ECAM + 1)]);
  }

  /** The commands that read configuration space; the last one returns it. */
  configReadLines(bdf: number, offset: number, bytes: number): readonly string[] {
    if (this.machine === 'q35') return [readLine(ECAM + bdf * 0x1000 + offset, bytes)];
    const suffix = { 1: 'b', 2: 'w', 4: 'l' }[bytes];
    return [addressLine(bdf, offset), `in${suffix} ${hex(0xcfc + (offset & 3))}`];
  }

  configWriteLines(bdf: number, offset: number, bytes: number, value: number): readonly string[] {
    if (this.machine === 'q35') return [writeLine(ECAM + bdf * 0x1000 + offset, bytes, value)];
    const suffix = { 1: 'b', 2: 'w', 4: 'l' }[bytes];
    return [addressLine(bdf, offset), `out${suffix} ${hex(0xcfc + (offset & 3))} ${hex(value >>> 0)}`];
  }

  async configRead(bdf: number, offset: number, bytes: number): Promise<number> {
    const answers = await this.qtest.ask(this.configReadLines(bdf, offset, bytes));
    return dwordsOf(answers[answers.length - 1]).low;
  }

  async configWrite(bdf: number, offset: number, bytes: number, value: number): Promise<void> {
    await this.qtest.ask(this.configWriteLines(bdf, offset, bytes, value));
  }
}

const addressLine = (bdf: number, offset: number): string =>
  `outl 0xcf8 ${hex(0x80000000 + (bdf << 8) + (offset & 0xfc))}`;
