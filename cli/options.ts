/**
 * What verbs have in common in their options: numbers, sizes, and the bounds of an instance. Each is read strictly, and refused in a
 * sentence that says what was got and what is expected.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { designByName } from '../machines/designs.ts';
import { MESSAGE_SETS } from '../machines/messages.ts';
import type { ReplayReadback } from '../conformance/judge/replay-trace.ts';
import type { Bounds } from '../properties/instances.ts';
import type { MachineName } from '../properties/names.ts';
import type { JudgeChoices } from './judging.ts';

/** Returns a reader of whole numbers in decimal digits, from `first` to `last`. */
export function wholeNumber(first: number, last = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range =
    last === Number.MAX_SAFE_INTEGER ? `a whole number, ${first} or more` : `a whole number from ${first} to ${last}`;
  return (text) => {
    const number = Number(text);
    if (/^(0|[1-9]\d*)$/.test(text) && number >= first && number <= last) return number;
    throw new InvalidArgumentError(`Got ${text || 'nothing'}; expected ${range}.`);
  };
}

/** How much of something there may be. A bound of nothing would be no bound, or no check: it is refused. */
export const parseBound = wholeNumber(1);
/** Numbers of vectors, parted by commas. */
export function parseVectorCounts(text: string): number[] {
  const counts = text.split(',').map(Number);
  if (counts.every((count) => Number.isInteger(count) && count >= 1 && count <= 2048)) return counts;
  throw new InvalidArgumentError(`Got ${text}; expected whole numbers from 1 to 2048, parted by commas.`);
}

/** A port that can be listened on. */
export const parsePort = wholeNumber(1, 65_535);

/** Reads the address of a page. */
export function parsePage(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError(
    `Got ${text || 'nothing'}; expected the address of a page, such as https://example.org/.`,
  );
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Reads a number of bytes: 500M. */
export function parseBytes(text: string): number {
  const [, digits, unit] = /^([1-9]\d*)([kMG]?)$/.exec(text) ?? [];
  const bytes = Number(digits) * UNITS[unit];
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError(`Got ${text || 'nothing'}; expected a number of bytes, such as 500M or 8G.`);
}

// What an instance of a machine is made of, for every verb that takes one.
/** The machines have as many vectors at most. */
export const MACHINE_VECTORS_MAX = 64;
export const VECTORS = new Option('--vectors <n>', 'how many vectors it has (default: 1)').argParser(
  wholeNumber(1, MACHINE_VECTORS_MAX),
);
export const MESSAGES = new Option('--messages <set>', 'the messages it tells apart')
  .choices(Object.keys(MESSAGE_SETS))
  .default('two');
export const CHANNEL = new Option('--channel', 'let the messages of the function take their time');
export const DESIGN = new Option('--design <name>', 'the design of the assigned device (default: reviewed)');

const READBACKS: readonly ReplayReadback[] = ['each', 'last', 'own'];

/** Adds what the verbs that judge devices share: a profile, a report, and one trace instead of all. */
export function withJudgeOptions(command: Command): Command {
  return command
    .option(
      '--profile <name>',
      'what the device may do: strict, pcie, qemu, irqfd, linux-guest, or a file (default: pcie)',
    )
    .option('--learn', 'ask the device for its profile first, and say how it was chosen')
    .option('--save-profile <file>', 'with --learn: write the profile there, for --profile')
    .option('--report <file>', 'write the report there: .txt, .json, .xml (JUnit) or .html')
    .addOption(new Option('--format <form>', 'the form of the report').choices(['text', 'json', 'junit', 'html']))
    .option('--trace <actions>', 'replay one trace instead, and tell each step')
    .option('--scene <name>', 'with --trace: the scene that it is of (default: one vector)')
    .addOption(
      new Option(
        '--readback <when>',
        'with --trace: read everything back after each step, after the last one alone, or nothing before that but what the trace reads (default: each)',
      ).choices(READBACKS),
    )
    .hook('preAction', () => {
      const { saveProfile, learn, trace, scene, readback } = command.opts<JudgeChoices>();
      for (const [name, value] of Object.entries({ scene, readback }))
        if (value !== undefined && trace === undefined)
          command.error(`error: got --${name} without --trace; expected both`);
      if (saveProfile !== undefined && learn !== true)
        command.error('error: got --save-profile without --learn; expected both');
    });
}

/** What was said of an instance. */
export interface InstanceChoices {
  readonly vectors?: number;
  readonly messages: string;
  readonly channel?: boolean;
  readonly design?: string;
}

const WITH_VECTORS: readonly (string | undefined)[] = ['function', 'host-function', 'assigned-device', 'interval'];

/** The bounds of an instance. A choice that the machine does not have is refused. */
export function boundsOf(
  machine: MachineName | 'interval' | undefined,
  choices: InstanceChoices,
  command: Command,
): Bounds {
  const { vectors, messages, channel, design } = choices;
  const refuse = (choice: string, owners: string): never =>
    command.error(`error: got ${machine ?? 'no machine'} with ${choice}; expected it of ${owners} alone`);
  if (vectors !== undefined && !WITH_VECTORS.includes(machine)) refuse('--vectors', WITH_VECTORS.join(', '));
  if (channel === true && machine !== 'function') refuse('--channel', 'function');
  if (design !== undefined && machine !== 'assigned-device') refuse('--design', 'assigned-device');
  const bounds = { vectors, messages: MESSAGE_SETS[messages], channel };
  return design === undefined ? bounds : { ...bounds, design: designByName(design) };
}
