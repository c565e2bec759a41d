/**
 * Files for Vitest, which need nothing of maskbit, and the adapters beside them, which whoever has a device fills in. A test is a text of one step a
 * line, with what must come of it behind an arrow: it is read in a review, and parsed by the few lines at the head of its file.
 */
import { eventSentence, readEvent } from '../../machines/alphabet.ts';
import { hex } from '../device/hexadecimal.ts';
import { messageOf } from '../device/words.ts';
import type { EventTest } from './events.ts';
import type { FileHead, Format } from './formats.ts';
import type { SuiteTest } from './suite.ts';

/** A text between quotes, as a formatter would leave it. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const titleOf = (number: number, name: string, rules: readonly string[]): string =>
  quoted(`${number}: ${name === '' ? 'nothing happens' : name}${rules.map((rule) => ` [${rule}]`).join('')}`);

/** The tests of a function. */
export const VITEST_FORMAT: Format<SuiteTest> = {
  head: ({
    covers,
    vectors,
    command,
    profiles,
  }) => `// Tests of an MSI-X with ${vectors === 1 ? '1 vector' : `${vectors} vectors`}: ${covers}.
// Written by: ${command}
//
// Each line of a test is what a guest or the device does, and behind the arrow what a read returns, or which messages (address:data) leave.
// Where lawful devices differ, answers have numbers, and the table before the text says which of ${profiles} profiles give them, as bits.
// A device keeps to one profile: from test to test, those that it may still have become fewer.
import { expect, test } from 'vitest';
import createDevice from './adapter.js';

let possible = (1n << ${profiles}n) - 1n;

const hex = (low, high = 0) => \`0x\${((BigInt(high) << 32n) | BigInt(low)).toString(16)}\`;
const perform = {
  'config-read': (device, offset, bytes) => hex(device.configRead(offset, bytes)),
  'config-write': (device, offset, bytes, value) => device.configWrite(offset, bytes, Number(value)),
  'table-read': (device, offset, bytes) => hex(device.tableRead(offset, bytes), bytes === 8 ? device.readHigh : 0),
  'table-write': (device, offset, bytes, value) => device.tableWrite(offset, bytes, Number(value & 0xffffffffn), Number(value >> 32n)),
  'pba-read': (device, offset, bytes) => hex(device.pbaRead(offset, bytes), bytes === 8 ? device.readHigh : 0),
  signal: (device, vector) => device.signal(vector),
  retire: (device, vector) => device.retire(vector),
  reset: (device) => device.reset(),
  messages: () => undefined,
};

function run(text, kinds = { 1: possible }) {
  const device = createDevice({ vectorCount: ${vectors} });
  let agreeing = Object.keys(kinds);
  for (const line of text.trim().split('\\n')) {
    const [step, expected = ''] = line.trim().split(' -> ');
    let got;
    for (const request of step.split('; ')) {
      const [verb, offset, bytes, value] = request.split(' ');
      got = perform[verb](device, Number(offset), Number(bytes), BigInt(value ?? 0));
    }
    if (!step.includes('-read'))
      got = device.takeOutputs().map((each) => \`\${hex(each.addressLow, each.addressHigh)}:\${hex(each.data)}\`).join(' ');
    const answers = expected.split(' | ').map((each) => /^(?:\\(([\\d ]+)\\) ?)?(.*)$/.exec(each).slice(1));
    const among = answers.filter(([, answer]) => answer === got);
    expect(among.length > 0 ? expected : \`\${step} -> \${got}\`, text).toBe(among.length > 0 ? expected : line.trim());
    agreeing = agreeing.filter((kind) => among.some(([numbers]) => numbers === undefined || numbers.split(' ').includes(kind)));
  }
  const left = agreeing.reduce((all, kind) => all | BigInt(kinds[kind]), 0n) & possible;
  expect(left, \`\${text}\nEach answer is lawful; no profile gives these and those of the tests before: the device chooses now so, and now otherwise.\`).not.toBe(0n);
  // A test that fails leaves the others as they are.
  possible = left;
}
`,
  test: ({ number, name, rules, flags, requests, permitted }) => {
    const lines = linesOf(requests, permitted);
    const kinds = permitted.map(({ profiles }, index) => `${index + 1}: ${profiles}n`);
    const note = flags.length === 0 ? '' : `// Depends on ${flags.join(', ')}.\n`;
    const table = permitted.length === 1 ? '' : `, { ${kinds.join(', ')} }`;
    return `\n${note}test(${titleOf(number, name, rules)}, () => run(\`\n${lines.map((line) => `  ${line}\n`).join('')}\`${table}));\n`;
  },
  foot: (_, count) => `\n// ${count} tests.\n`,
};

/** Requests as lines: what is done until messages are taken is one line. */
function linesOf(requests: readonly string[], permitted: SuiteTest['permitted']): string[] {
  const lines: string[] = [];
  let held: string[] = [];
  for (const [at, request] of requests.entries()) {
    const isRead = request.includes('-read');
    if (!isRead && request !== 'messages') {
      held.push(request);
      continue;
    }
    const kinds = new Map<string, number[]>();
    for (const [kind, { answers }] of permitted.entries()) {
      const answer = answers[at].slice('ok '.length);
      kinds.set(answer, [...(kinds.get(answer) ?? []), kind + 1]);
    }
    const told = Array.from(kinds, ([answer, numbers]) => `(${numbers.join(' ')}) ${answer}`.trim()).join(' | ');
    const expected = kinds.size === 1 ? [...kinds.keys()][0] : told;
    const step = isRead ? request : held.length === 0 ? request : held.join('; ');
    lines.push(expected === '' ? step : `${step} -> ${expected}`);
    if (!isRead) held = [];
  }
  return lines;
}

/** The adapter that a file for Vitest of a function is written with, where there is none yet. */
export const ADAPTER = `// Fill this in: it makes a fresh device of yours, as after power-on. Offsets and sizes are in bytes, numbers are unsigned.
export default ({ vectorCount }) => {
  let outputs = [];
  // Call this with each message that leaves.
  const send = (addressLow, addressHigh, data) => void outputs.push({ addressLow, addressHigh, data });
  return {
    // The upper dword of what was last read with 8 bytes.
    readHigh: 0,

    // The guest. Configuration space counts from the start of the MSI-X capability; the table and the Pending Bit Array from theirs.
    configRead(offset, bytes) { throw new Error('configRead is to be filled in'); },
    configWrite(offset, bytes, value) { throw new Error('configWrite is to be filled in'); },
    tableRead(offset, bytes) { throw new Error('tableRead is to be filled in'); },
    tableWrite(offset, bytes, low, high) { throw new Error('tableWrite is to be filled in'); },
    pbaRead(offset, bytes) { throw new Error('pbaRead is to be filled in'); },

    // The device has an event for the vector; the cause of that event is gone; a Function Level Reset.
    signal(vector) { throw new Error('signal is to be filled in'); },
    retire(vector) { throw new Error('retire is to be filled in, or generate --without retire'); },
    reset() { throw new Error('reset is to be filled in, or generate --without reset'); },

    takeOutputs() { const taken = outputs; outputs = []; return taken; },
  };
};
`;

/** An event as a call of the adapter: guest.write.0.A is guestWrite(0, A). */
export function callOf(event: string): string {
  const { actor, verb, vector, value } = readEvent(event);
  return `${methodOf(actor, verb)}(${[vector, value].filter((word) => word !== undefined).join(', ')})`;
}
const methodOf = (actor: string, verb: string): string => `${actor}${verb[0].toUpperCase()}${verb.slice(1)}`;

/** The tests of any machine, as calls of an adapter. */
export const EVENT_VITEST_FORMAT: Format<EventTest> = {
  head: ({
    machine,
    design,
    covers,
    command,
  }) => `// Tests of ${machine}${design === undefined ? '' : `, design ${design}`}: ${covers}.
// Written by: ${command}
//
// Each line of a test is a call of the adapter, and behind the arrow what the system must put out before the next one, in order.
import { expect, test } from 'vitest';
import createSystem from './adapter.js';

async function run(text) {
  let outputs = [];
  const system = await createSystem((...words) => void outputs.push(words.join('.')));
  for (const line of text.split('\\n').filter((each) => each.trim() !== '')) {
    const [step, expected = ''] = line.trim().split(' -> ');
    const [, method, words] = /^(\\w+)\\((.*)\\)$/.exec(step);
    outputs = [];
    await system[method](...words.split(', ').map((word) => (/^\\d+$/.test(word) ? Number(word) : word)));
    const told = [step, outputs.join(', ')].filter((each) => each !== '').join(' -> ');
    expect(told, text).toBe([step, expected].filter((each) => each !== '').join(' -> '));
  }
  await system.close?.();
}
`,
  test: ({ number, name, rules, events, outputs }) => {
    const lines = events.map((event, step) => {
      const told = outputs[step].join(', ');
      return `  ${callOf(event)}${told === '' ? '' : ` -> ${told}`}\n`;
    });
    return `\ntest(${titleOf(number, name, rules)}, () => run(\`\n${lines.join('')}\`));\n`;
  },
  foot: (_, count) => `\n// ${count} tests.\n`,
};

/** What an output of an adapter says, by its verb. */
const OUTPUT_NOTES: Readonly<Record<string, string>> = {
  exit: "tell('exit')                     an access of the guest leaves the kernel, and waits for userspace",
  return: "tell('return')                   an access of the guest is complete",
  answer: "tell('answer', vector, value)    what it read: masked or unmasked and then the message, or pending or quiet",
  send: "tell('send', vector)             the device writes a message, which is on its way",
  deliver: "tell('deliver', vector, message) the guest is interrupted, by the message of this name",
  interrupt: "tell('interrupt', vector)        the host is interrupted",
  use: "tell('use', vector, message)     the vector is in use",
  release: "tell('release', vector)          it is no more",
};

/** The adapter for events, with a method for each kind of event of the machine. */
export function eventAdapter(
  { machine, design }: Pick<FileHead, 'machine' | 'design'>,
  events: readonly string[],
  outputs: readonly string[],
): string {
  const kinds = new Map<string, { event: string; values: Set<string> }>();
  const messages = new Set<string>();
  for (const event of events) {
    const { actor, verb, value } = readEvent(event);
    const kind = kinds.get(`${actor}.${verb}`) ?? { event, values: new Set() };
    if (value !== undefined) kind.values.add(value);
    if (verb === 'write' && value !== undefined) messages.add(value);
    kinds.set(`${actor}.${verb}`, kind);
  }
  const methods = Array.from(kinds.values(), ({ event, values }) => {
    const { actor, verb, vector, value } = readEvent(event);
    const method = methodOf(actor, verb);
    const parameters = [...(vector === undefined ? [] : ['vector']), ...(value === undefined ? [] : ['value'])];
    const of = values.size === 0 ? '' : ` The value is one of ${[...values].join(', ')}.`;
    const sentence = eventSentence(event)
      .replaceAll(/vector \d+/g, 'the vector')
      .replaceAll(/entry \d+/g, 'the entry of the vector');
    const told =
      values.size > 1 && verb === 'control'
        ? 'the guest writes Message Control'
        : sentence.replace(/writes \w+ to/, 'writes a message to');
    return `  // ${told[0].toUpperCase()}${told.slice(1)}.${of}\n  ${method}(${parameters.join(', ')}) { throw new Error('${method} is to be filled in'); },\n`;
  });
  const verbs = [...new Set(outputs.map((output) => output.split('.')[0]))];
  const table = Array.from(messages, (name) => {
    const [low, high, data] = messageOf(name, 0).map((word) => hex(word));
    return `  ${name}: { addressLow: ${low}, addressHigh: ${high}, data: ${data} },\n`;
  });
  const values =
    messages.size === 0
      ? ''
      : `\n// The messages by their names: any will do that differ.\nexport const MESSAGES = {\n${table.join('')}};\n`;
  return `// Fill this in: it makes a fresh system of yours, ${machine}${design === undefined ? '' : `, design ${design}`}. Each method does one thing, and
// tells what the system puts out, in order. Methods may be async. What a method cannot do in some state, it leaves undone.
//
${verbs.map((verb) => `//   ${OUTPUT_NOTES[verb] ?? `tell('${verb}', ...)`}\n`).join('')}${values}
export default (tell) => ({
${methods.join('\n')}});
`;
}
