/**
 * How tests are written down: as test vectors in JSON, as a script of the text protocol, or as a file for Vitest with an adapter to fill in.
 * Each is a head, a text for each test, and a foot, so that it can be streamed.
 */
import type { EventTest } from './events.ts';
import { FLAGS, profileName, PROFILES } from './profiles.ts';
import type { SuiteTest } from './suite.ts';

/** The version of the test vectors; a reader refuses another one. */
export const VECTORS_VERSION = 1;

/** What a file says of itself. */
export interface FileHead {
  readonly machine: string;
  readonly strategy: string;
  /** What the strategy covers. */
  readonly covers: string;
  /** How many vectors the device must have. */
  readonly vectors: number;
  /** The command that writes the file again. */
  readonly command: string;
  /** How many profiles, of requests; 0 of events. */
  readonly profiles: number;
}

/** One way to write tests down. */
export interface Format<Test> {
  head(head: FileHead): string;
  test(test: Test, index: number): string;
  foot(head: FileHead, count: number): string;
}

const shownProfiles = (count: number): string[] => PROFILES.slice(0, count).map(profileName);

/** The head of a file in JSON: a line for each field, and the beginning of the tests. */
const jsonHead = (fields: Readonly<Record<string, unknown>>): string => {
  const lines = Object.entries(fields).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  return `{\n${lines.join('')}"tests": [\n`;
};
const jsonTest = (test: unknown, index: number): string => `${index === 0 ? '' : ',\n'}${JSON.stringify(test)}`;
const jsonFoot = (_: FileHead, count: number): string => `\n],\n"count": ${count}\n}\n`;

/** Test vectors in JSON, one test a line. `vectors/schema.json` is their schema. */
export const JSON_FORMAT: Format<SuiteTest> = {
  head: ({ machine, strategy, covers, vectors, command, profiles }) => {
    const fields = {
      format: 'maskbit-vectors',
      version: VECTORS_VERSION,
      command,
      machine,
      strategy,
      covers,
      vectors,
      flags: FLAGS,
      profiles: shownProfiles(profiles),
    };
    return jsonHead(fields);
  },
  test: jsonTest,
  foot: jsonFoot,
};

/**
 * A script of the text protocol, for readers without JSON. A line is known by its first word: `test`, `>` a request, `=` permitted answers with
 * the profiles that give them, `end`.
 */
export const DUT_FORMAT: Format<SuiteTest> = {
  head: ({ machine, strategy, covers, vectors, command, profiles }) =>
    [
      `maskbit-vectors/${VECTORS_VERSION} vectors=0x${vectors.toString(16)} profiles=0x${profiles.toString(16)}`,
      `# ${machine}, ${strategy}: ${covers}. Written by ${command}`,
      `# Begin each test with a fresh device. Send each request, and gather the answers. Those of one line with = must be all of them, in order; of`,
      `# the profiles that are still possible, those of that line's number stay. When none is left, or no line agrees, the device fails.`,
      `# flags ${FLAGS.join(',')}`,
      ...shownProfiles(profiles).map((name, number) => `# profile ${number} ${name}`),
      '',
    ].join('\n'),
  test: ({ number, name, rules, flags, requests, permitted }) =>
    [
      `test ${number} ${name}`,
      `# rules ${rules.join(' ')}${flags.length === 0 ? '' : `; flags ${flags.join(' ')}`}`,
      ...requests.map((request) => `> ${request}`),
      ...permitted.map(({ profiles, answers }) => `= ${profiles} ${answers.join('|')}`),
      'end',
      '',
    ].join('\n'),
  foot: (_, count) => `# ${count} tests\n`,
};

/** A file for Vitest. It needs `adapter.js` beside it, and nothing of maskbit. */
export const VITEST_FORMAT: Format<SuiteTest> = {
  head: ({ covers, vectors, command, profiles }) => `// ${covers}. Written by ${command}
import { expect, test } from 'vitest';
import createDevice from './adapter.js';

/** What the device may still have chosen, as bits; see https://www.npmjs.com/package/maskbit. */
let profiles = (1n << ${profiles}n) - 1n;

function answer(device, request) {
  const [verb, ...words] = request.split(' ');
  const [offset, bytes] = words.map(Number);
  const value = BigInt(words[2] ?? 0);
  const [low, high] = [Number(value & 0xffffffffn), Number(value >> 32n)];
  const read = (dword, upper) => \`ok 0x\${((BigInt(upper) << 32n) | BigInt(dword)).toString(16)}\`;
  switch (verb) {
    case 'config-read': return read(device.configRead(offset, bytes), 0);
    case 'config-write': return device.configWrite(offset, bytes, low), 'ok';
    case 'table-read': { const dword = device.tableRead(offset, bytes); return read(dword, bytes === 8 ? device.readHigh : 0); }
    case 'table-write': return device.tableWrite(offset, bytes, low, high), 'ok';
    case 'pba-read': { const dword = device.pbaRead(offset, bytes); return read(dword, bytes === 8 ? device.readHigh : 0); }
    case 'signal': return device.signal(offset), 'ok';
    case 'retire': return device.retire(offset), 'ok';
    case 'reset': return device.reset(), 'ok';
    case 'messages': return ['ok', ...device.takeOutputs().map(({ addressLow, addressHigh, data }) =>
      \`\${read(addressLow, addressHigh).slice(3)}:0x\${data.toString(16)}\`)].join(' ');
    default: throw new Error(\`Got the request \${request}; expected one of the text protocol.\`);
  }
}

function run(requests, permitted) {
  const device = createDevice({ vectorCount: ${vectors} });
  const got = requests.map((request) => answer(device, request));
  const told = (answers) => requests.map((request, index) => \`\${request} -> \${answers[index]}\`).join('\\n');
  const agreeing = permitted.filter(({ answers }) => answers.join('|') === got.join('|'));
  if (agreeing.length === 0) expect(told(got)).toBe(told(permitted[0].answers));
  const left = agreeing.reduce((sum, { profiles: mask }) => sum | BigInt(mask), 0n) & profiles;
  if (left === 0n) throw new Error('Got answers of two kinds; expected a device to keep to what it has chosen.');
  profiles = left;
}

`,
  test: ({ number, name, rules, requests, permitted }) =>
    `test(${JSON.stringify(`${number} ${name} [${rules.join('] [')}]`)}, () => run(${JSON.stringify(requests)}, ${JSON.stringify(permitted)}));\n`,
  foot: () => '',
};

/** The adapter that a file for Vitest is written with, where there is none yet. */
export const ADAPTER = `// Fill this in: it makes a fresh device of yours. Offsets and sizes are in bytes; 8 bytes leave their upper dword in readHigh.
export default ({ vectorCount }) => {
  let outputs = [];
  // Call this with each message that leaves: unsigned numbers of 32 bits.
  const send = (addressLow, addressHigh, data) => void outputs.push({ addressLow, addressHigh, data });
  return {
    readHigh: 0,
    configRead(offset, bytes) { throw new Error('to be filled in'); },
    configWrite(offset, bytes, value) { throw new Error('to be filled in'); },
    tableRead(offset, bytes) { throw new Error('to be filled in'); },
    tableWrite(offset, bytes, low, high) { throw new Error('to be filled in'); },
    pbaRead(offset, bytes) { throw new Error('to be filled in'); },
    signal(vector) { throw new Error('to be filled in'); },
    retire(vector) { throw new Error('to be filled in'); },
    reset() { throw new Error('to be filled in'); },
    takeOutputs() { const taken = outputs; outputs = []; return taken; },
  };
};
`;

/** Events and outputs in JSON, one test a line. */
export const EVENT_JSON_FORMAT: Format<EventTest> = {
  head: ({ machine, strategy, covers, command }) => {
    const fields = { format: 'maskbit-events', version: VECTORS_VERSION, command, machine, strategy, covers };
    return jsonHead(fields);
  },
  test: jsonTest,
  foot: jsonFoot,
};

/** Events and outputs for Vitest. It needs `adapter.js` beside it, and nothing of maskbit. */
export const EVENT_VITEST_FORMAT: Format<EventTest> = {
  head: ({ covers, command }) => `// ${covers}. Written by ${command}
import { expect, test } from 'vitest';
import createSystem from './adapter.js';

function run(events, outputs) {
  const system = createSystem();
  events.forEach((event, index) => {
    const got = system.perform(event) ?? [];
    expect({ after: events.slice(0, index + 1), outputs: got }).toEqual({ after: events.slice(0, index + 1), outputs: outputs[index] });
  });
}

`,
  test: ({ number, name, rules, events, outputs }) =>
    `test(${JSON.stringify(`${number} ${name} [${rules.join('] [')}]`)}, () => run(${JSON.stringify(events)}, ${JSON.stringify(outputs)}));\n`,
  foot: () => '',
};

/** The adapter for events, with a case for each kind of event of the machine. */
export function eventAdapter(events: readonly string[]): string {
  const cases = events.map((event) => `      // case ${JSON.stringify(event)}:`).join('\n');
  return `// Fill this in: it makes a fresh system of yours, which performs an event and returns what it put out, in order.
export default () => ({
  perform(event) {
    switch (event) {
${cases}
      default:
        throw new Error(\`Got the event \${event}; expected one that is filled in.\`);
    }
  },
});
`;
}
