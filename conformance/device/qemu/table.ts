/**
 * A guest's accesses to one function's MSI-X, as commands of qtest: gathers them, sends them together, and reads their answers. And the
 * messages, which are found in memory (slots.ts).
 */
import type { Answer, DeviceOutput, Request } from '../device.ts';
import { failed } from '../protocol.ts';
import type { Memory } from './memory.ts';
import type { MsixPlace } from './pci.ts';
import { dwordsOf, fillLine, readLine, writeLine } from './qtest.ts';
import type { Messages } from './messages.ts';

type Read = (answers: readonly string[]) => Answer;

/** The accesses that are gathered, and the messages that were found. */
export class Table {
  place: MsixPlace;
  private readonly memory: Memory;
  private readonly messages: Messages;
  private lines: string[] = [];
  private reads: { readonly from: number; readonly to: number; readonly read: Read }[] = [];
  /** Messages that were found before anyone asked. */
  private readonly found: DeviceOutput[] = [];

  constructor(memory: Memory, place: MsixPlace, messages: Messages) {
    this.memory = memory;
    this.place = place;
    this.messages = messages;
  }

  /** Adds commands whose answers say nothing. */
  add(lines: readonly string[], read: Read = () => OK): void {
    const from = this.lines.length;
    this.lines.push(...lines);
    this.reads.push({ from, to: this.lines.length, read });
  }

  /** Adds an access. */
  ask(request: Request): void {
    const { place, memory } = this;
    switch (request.verb) {
      case 'configRead': {
        const { offset, bytes } = request;
        return this.add(memory.configReadLines(place.bdf, place.capability + offset, bytes), (answers) =>
          value(answers[answers.length - 1], bytes),
        );
      }
      case 'configWrite':
        return this.add(
          memory.configWriteLines(place.bdf, place.capability + request.offset, request.bytes, request.value),
        );
      case 'tableRead': {
        const { offset, bytes } = request;
        return this.add([readLine(place.table + offset, bytes)], ([answer]) => {
          const read = value(answer, bytes);
          return { ...read, ...this.messages.readBack(offset, bytes, read.low, read.high) };
        });
      }
      case 'tableWrite': {
        const { offset, bytes } = request;
        const { low, high, before } = this.messages.written(offset, bytes, request.low, request.high);
        return this.add([...before, writeLine(place.table + offset, bytes, low, high)]);
      }
      case 'pbaRead': {
        const { offset, bytes } = request;
        return this.add([readLine(place.pending + offset, bytes)], ([answer]) => value(answer, bytes));
      }
      case 'pbaWrite':
        return this.add([writeLine(place.pending + request.offset, request.bytes, request.low, request.high)]);
      case 'outputs': {
        const look = this.messages.lookLines();
        const decode = this.messages.decoder();
        return this.add([...look, ...this.messages.emptyLines()], (answers) => ({
          ...OK,
          outputs: [...this.found.splice(0), ...decode(answers.slice(0, look.length)).outputs],
        }));
      }
      default:
        return this.add([], () => failed('unsupported', ''));
    }
  }

  /** Sends what was gathered, and resolves to one answer for each. */
  async flush(): Promise<readonly Answer[]> {
    if (this.reads.length === 0) return [];
    const { lines, reads } = this;
    this.lines = [];
    this.reads = [];
    const answers = lines.length === 0 ? [] : await this.memory.qtest.ask(lines);
    return reads.map(({ from, to, read }) => read(answers.slice(from, to)));
  }

  /** Looks for messages now. What is found is kept for `takeOutputs`. Returns whether there is any new one. */
  async look(): Promise<boolean> {
    const { outputs, emptyLines } = this.messages.decoder()(await this.memory.qtest.ask(this.messages.lookLines()));
    if (emptyLines.length > 0) await this.memory.qtest.ask(emptyLines);
    this.found.push(...outputs);
    return outputs.length > 0;
  }

  /** Takes the messages that were found, and those that are there now. */
  async takeOutputs(): Promise<readonly DeviceOutput[]> {
    await this.look();
    return this.found.splice(0);
  }

  /** What the function's own registers say of a vector. */
  async stateOf(vector: number): Promise<{ readonly isEnabled: boolean; readonly isMasked: boolean }> {
    const { memory, place } = this;
    const control = memory.configReadLines(place.bdf, place.capability + 2, 2);
    const answers = await memory.qtest.ask([...control, readLine(place.table + 16 * vector + 12, 4)]);
    const word = dwordsOf(answers[control.length - 1]).low;
    const isMasked = (word & 0x4000) !== 0 || (dwordsOf(answers[control.length]).low & 1) !== 0;
    return { isEnabled: (word & 0x8000) !== 0, isMasked };
  }

  async isPending(vector: number): Promise<boolean> {
    const word = await this.memory.read(this.place.pending + 4 * (vector >>> 5), 4);
    return ((word >>> (vector & 31)) & 1) !== 0;
  }

  /** After a reset, entries hold nothing, and what was sent before it is no one's. */
  reset(): void {
    this.messages.reset();
    this.found.length = 0;
  }

  /** Undoes what a family's set-up did to MSI-X: events that are pending are sent to where nobody looks, then all is as after a reset. */
  async tidy(signalled: readonly number[]): Promise<void> {
    const { memory, place } = this;
    const control = (word: number): readonly string[] =>
      memory.configWriteLines(place.bdf, place.capability + 2, 2, word);
    const isTouched = ((await memory.configRead(place.bdf, place.capability + 2, 2)) & 0xc000) !== 0;
    const lines: string[] = [];
    if (isTouched) {
      lines.push(...control(0xc000));
      for (const vector of signalled) {
        const entry = place.table + 16 * vector;
        lines.push(writeLine(entry, 4, NOWHERE), writeLine(entry + 12, 4, 0));
      }
      lines.push(...control(0x8000), ...control(0xc000));
      for (const vector of signalled) {
        const entry = place.table + 16 * vector;
        lines.push(writeLine(entry + 12, 4, 1), writeLine(entry, 4, 0));
      }
      lines.push(...control(0));
    }
    lines.push(fillLine(NOWHERE, 4, 0), ...this.messages.emptyLines());
    await memory.qtest.ask(lines);
    // What was found of the set-up is nobody's.
    await this.look();
    this.found.length = 0;
  }
}

/** Where nobody looks. */
const NOWHERE = 0x00f00000;
const OK: Answer = { outcome: 'ok', low: 0, high: 0, outputs: [] };

function value(answer: string, bytes: number): Answer {
  const { low, high } = dwordsOf(answer);
  return { ...OK, low, high: bytes === 8 ? high : 0 };
}
