/**
 * Faults of one line, each with the rule that the line is about: what `maskbit check --only RULE` tells first must name that rule.
 * `npm run plant` plants them singly, in a copy. A text that is not there any more is an error there, so this list keeps up with the code.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Change, inChangedCopy } from './copy.ts';

/** A fault, in words, and the rule that the changed line is about. */
export interface Fault extends Change {
  readonly rule: string;
  readonly fault: string;
}

/** Eight in the implementation, three of them of one form of access, and five in the machines. */
export const FAULTS: readonly Fault[] = [
  {
    rule: 'MSIX-MASK-1',
    fault: 'Function Mask blocks nothing',
    file: 'src/function/msix-function.ts',
    before: 'return (this.memory[CONTROL_AT] & (ENABLE | FUNCTION_MASK)) !== ENABLE;',
    after: 'return (this.memory[CONTROL_AT] & ENABLE) !== ENABLE;',
  },
  {
    rule: 'MSIX-MSG-2',
    fault: 'a write to an entry in force changes the message in force',
    file: 'src/function/msix-function.ts',
    before: 'const isInForce = !this.blocked(vector);',
    after: 'const isInForce = word < 0;',
  },
  {
    rule: 'MSIX-CAP-8',
    fault: 'a write of the upper byte of Message Control is ignored',
    file: 'src/function/msix-function.ts',
    before: 'if (offset <= 3 && offset + bytes > 3) {',
    after: 'if (offset < 3 && offset + bytes > 3) {',
  },
  {
    rule: 'MSIX-TABLE-2',
    fault: 'a write keeps the reserved bits of Message Address',
    file: 'src/function/msix-function.ts',
    before: '(word & 3) === 0 ? value & ADDRESS_LOW_WRITABLE : value;',
    after: '(word & 3) > 3 ? value & ADDRESS_LOW_WRITABLE : value;',
  },
  {
    rule: 'MSIX-ACCESS-4',
    fault: 'a QWORD of data and Vector Control loses its data',
    file: 'src/function/msix-function.ts',
    before: '    this.writeMessage(word, lower);\n',
    after: '    if ((word & 3) !== 2) this.writeMessage(word, lower);\n',
  },
  {
    rule: 'MSIX-ASSIGN-8',
    fault: 'the kernel closes a function without waiting for what it sent',
    file: 'src/kernel/table.ts',
    before: 'if (closes) this.host.flush();',
    after: 'if (!closes) this.host.flush();',
  },
  {
    rule: 'MSIX-POSTED-6',
    fault: 'userspace keeps a message that is written to an unmasked entry',
    file: 'src/userspace/two-tables.ts',
    before: 'if (!masked) return WORK_NONE;',
    after: 'if (!inUse && !masked) return WORK_NONE;',
  },
  {
    rule: 'MSIX-ASSIGN-6',
    fault: 'a second event while a message is in flight is a second message',
    file: 'src/host/host-function.ts',
    before: 'if ((this.flights[vector >>> 5] & bit) !== 0) {\n      this.coalesced++;',
    after: 'if (this.flyingCount < 0) {\n      this.coalesced++;',
  },
  {
    rule: 'MSIX-MASK-3',
    fault: 'the page of the capability: clearing Function Mask leaves it set',
    file: 'machines/pages/capability.ts',
    before: "'guest.control.on': { target: 'clear', description: 'The Mask Bits are as they were. [MSIX-MASK-3]' },",
    after: "'guest.control.on': { target: 'set', description: 'The Mask Bits are as they were. [MSIX-MASK-3]' },",
  },
  {
    rule: 'MSIX-OWN-2',
    fault: 'the page of the ownership: a page that is handed over stays with userspace',
    file: 'machines/pages/ownership.ts',
    before: "'vmm.registered': { target: 'kernel',",
    after: "'vmm.registered': { target: 'userspace',",
  },
  {
    rule: 'MSIX-PEND-2',
    fault: 'a held event is forgotten at the unmask',
    file: 'machines/vector.ts',
    before: "...onUnblock(() => 'clear', send,",
    after: "...onUnblock(() => 'clear', use,",
  },
  {
    rule: 'MSIX-ASSIGN-9',
    fault: 'an arrival at a masked vector is lost',
    file: 'machines/host-function.ts',
    before: "target: 'set',\n                    guard: all(`flying.${vector}`, heldBack),",
    after: "target: 'clear',\n                    guard: all(`flying.${vector}`, heldBack),",
  },
  {
    rule: 'MSIX-ASSIGN-7',
    fault: 'a write to an unmasked entry is discarded, also in the reviewed design',
    file: 'machines/assigned-vector.ts',
    before: 'if (design.latch) return undefined;',
    after: 'if (design.latch) return `masked.${vector}`;',
  },
];

/** Whether a message names the rule of a fault. */
export const namesRule = (message = '', { rule }: Fault): boolean => new RegExp(`${rule}[,\\]]`).test(message);

/** What is told first of a fault. */
export interface Told {
  /** The first message, from `violated:` on; undefined where there is none. */
  readonly first: string | undefined;
  /** Of processor time until then: how busy the machine is says nothing. */
  readonly seconds: number;
}

const FOLDERS = ['checker', 'cli', 'conformance', 'inspector', 'machines', 'properties', 'spec', 'src', 'traces'];

/** Plants a fault in a copy, and runs the check of its rule there until it has told something. */
export function plant(fault: Fault): Promise<Told> {
  return inChangedCopy(FOLDERS, fault, async (cwd) => {
    const command = ['--import', 'tsx', 'cli/maskbit.ts', 'check', '--only', fault.rule];
    const child = spawn(process.execPath, command, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    let seconds = NaN;
    // A message ends where a line begins that is not part of it.
    const told = (isOver: boolean): string | undefined =>
      (isOver ? /^violated: (?:.*\n)(?: {2}.*\n)*/m : /^violated: (?:.*\n)(?: {2}.*\n)*(?=\S)/m).exec(printed)?.[0];
    for await (const text of child.stdout.setEncoding('utf8')) {
      printed += text;
      if (Number.isNaN(seconds) && told(false) !== undefined) {
        seconds = secondsOf(child.pid!);
        child.kill();
      }
    }
    return { first: told(true), seconds };
  });
}

/** The processor time of a process that runs, as Linux tells it. */
function secondsOf(process: number): number {
  const fields = readFileSync(`/proc/${process}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
