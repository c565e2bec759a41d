/**
 * How tests are written down: as test vectors in JSON, as a script of the text protocol, as events in JSON; `vitest.ts` has the files for Vitest.
 * Each is a head, a text for each test, and a foot, so that it can be streamed.
 */
import { hex } from '../device/hexadecimal.ts';
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
  /** Of the machine `assigned-device`: its design. */
  readonly design?: string;
}

/** One way to write tests down. */
export interface Format<Test> {
  head(head: FileHead): string;
  test(test: Test, index: number): string;
  foot(head: FileHead, count: number): string;
}

const shownProfiles = (count: number): string[] => PROFILES.slice(0, count).map(profileName);

/** A head in JSON, one field a line, up to the tests; `foot` ends it. */
function jsonHead(fields: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  return `{\n${lines.join('')}"tests": [\n`;
}
const jsonTest = (test: unknown, index: number): string => `${index === 0 ? '' : ',\n'}${JSON.stringify(test)}`;
const jsonFoot = (_: FileHead, count: number): string => `\n],\n"count": ${count}\n}\n`;

/** Test vectors in JSON, one test a line. `vectors/schema.json` is their schema. */
export const JSON_FORMAT: Format<SuiteTest> = {
  head: ({ machine, strategy, covers, vectors, command, profiles }) =>
    jsonHead({
      format: 'maskbit-vectors',
      version: VECTORS_VERSION,
      command,
      machine,
      strategy,
      covers,
      vectors,
      flags: FLAGS,
      profiles: shownProfiles(profiles),
    }),
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
      `maskbit-vectors/${VECTORS_VERSION} vectors=${hex(vectors)} profiles=${hex(profiles)}`,
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

/** Events and outputs in JSON, one test a line. `vectors/events.schema.json` is their schema. */
export const EVENT_JSON_FORMAT: Format<EventTest> = {
  head: ({ machine, design, strategy, covers, vectors, command }) =>
    jsonHead({
      format: 'maskbit-events',
      version: VECTORS_VERSION,
      command,
      machine,
      design,
      strategy,
      covers,
      vectors,
    }),
  test: jsonTest,
  foot: jsonFoot,
};
