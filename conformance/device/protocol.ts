/**
 * The text protocol of a device under test, version 1: a request a line, an answer a line, in order. Numbers are hexadecimal with
 * `0x`. This module owns the spelling of both, and nothing of processes.
 */
import type { Ability, Answer, DeviceFailure, DeviceOutput, Request } from './device.ts';
import { hex, wideHex } from './hexadecimal.ts';

/** What `hello` is answered with, before the fields. */
export const PROTOCOL = 'maskbit-dut/1';

/** The verbs as they are spelt on the wire. */
const VERBS: Readonly<Record<Request['verb'], string>> = {
  configRead: 'config-read',
  tableRead: 'table-read',
  pbaRead: 'pba-read',
  configWrite: 'config-write',
  tableWrite: 'table-write',
  pbaWrite: 'pba-write',
  signal: 'signal',
  retire: 'retire',
  reset: 'reset',
  outputs: 'messages',
  save: 'save',
  restore: 'restore',
};

/** What a device may say that it lacks, and the ability that it then has not. */
const LACKS: Readonly<Record<string, Ability>> = {
  reset: 'reset',
  retire: 'retire',
  save: 'snapshot',
  'pba-write': 'pbaWrite',
};

/** The line of a request. `saved` gives what stands behind a snapshot, in hexadecimal. */
export function requestLine(request: Request, saved: (snapshot: number) => string): string {
  const verb = VERBS[request.verb];
  switch (request.verb) {
    case 'configRead':
    case 'tableRead':
    case 'pbaRead':
      return `${verb} ${hex(request.offset)} ${hex(request.bytes)}`;
    case 'configWrite':
      return `${verb} ${hex(request.offset)} ${hex(request.bytes)} ${hex(request.value)}`;
    case 'tableWrite':
    case 'pbaWrite':
      return `${verb} ${hex(request.offset)} ${hex(request.bytes)} ${wideHex(request.low, request.high)}`;
    case 'signal':
    case 'retire':
      return `${verb} ${hex(request.vector)}`;
    case 'restore':
      return `${verb} ${saved(request.snapshot)}`;
    default:
      return verb;
  }
}

/** The form of an access to a register, as reports name it: `table-write/8`, `table-read/4 unaligned`; undefined of any other request. */
export function formOf(request: Request): string | undefined {
  if (!('bytes' in request)) return undefined;
  const { verb, offset, bytes } = request;
  return `${VERBS[verb]}/${bytes}${offset % bytes === 0 ? '' : ' unaligned'}`;
}

const NOTHING: readonly DeviceOutput[] = [];
const OK: Answer = { outcome: 'ok', low: 0, high: 0, outputs: NOTHING };

/** An answer that is not `ok`. */
export function failed(
  outcome: Exclude<Answer['outcome'], 'ok'>,
  words: string,
  rest: Omit<DeviceFailure, 'kind' | 'words'> = {},
): Answer {
  return { outcome, low: 0, high: 0, outputs: NOTHING, failure: { kind: outcome, words, ...rest } };
}

/**
 * Reads the answer to a request. Whatever is no answer of the protocol is `garbled`, with what was got and what was expected. `kept`
 * takes the state that `save` was answered with, and gives its handle.
 */
export function readAnswer(line: string, request: Request, kept: (state: string) => number): Answer {
  if (request.verb === 'save') return readLine(line, request, kept);
  // Devices say the same few lines again and again: what is the same line to the same kind of request is the same answer.
  const bytes = 'bytes' in request ? request.bytes : 0;
  const known = ((KNOWN[request.verb] ??= [])[bytes] ??= new Map());
  let answer = known.get(line);
  if (answer === undefined) {
    answer = readLine(line, request, kept);
    if (known.size < KNOWN_LIMIT && line.length < 80) known.set(line, answer);
  }
  return answer;
}

/** Answers by the verb and the bytes of the request, and by the line. */
const KNOWN: Partial<Record<Request['verb'], Map<string, Answer>[]>> = {};
const KNOWN_LIMIT = 10_000;

function readLine(line: string, request: Request, kept: (state: string) => number): Answer {
  if (line === 'unsupported') return failed('unsupported', '');
  if (line.startsWith('error')) return failed('error', line.slice('error'.length).trim());
  if (line !== 'ok' && !line.startsWith('ok ')) return garbled(line, 'ok, unsupported or error');
  const rest = line.slice(3).trim();
  switch (request.verb) {
    case 'configRead':
    case 'tableRead':
    case 'pbaRead': {
      const bytes = request.bytes;
      const number = readWide(rest);
      if (number === undefined || number.digits > 2 * bytes) {
        return garbled(line, `ok and a number of ${bytes} byte${bytes === 1 ? '' : 's'} in hexadecimal with 0x`);
      }
      return { outcome: 'ok', low: number.low, high: number.high, outputs: NOTHING };
    }
    case 'outputs':
      return readMessages(rest, line);
    case 'save':
      if (!/^[0-9a-fA-F]+$/.test(rest)) return garbled(line, 'ok and the state in hexadecimal');
      return { outcome: 'ok', low: kept(rest), high: 0, outputs: NOTHING };
    default:
      return rest === '' ? OK : garbled(line, 'ok alone');
  }
}

function garbled(line: string, expected: string): Answer {
  return failed('garbled', `the answer ${JSON.stringify(shortened(line))}`, { expected });
}

/** A line that may be of any length, as it is told. */
const shortened = (line: string): string => (line.length > 80 ? `${line.slice(0, 80)}...` : line);

/** Reads a number of up to 64 bits. */
function readWide(text: string): { low: number; high: number; digits: number } | undefined {
  if (!/^0x[0-9a-fA-F]{1,16}$/.test(text)) return undefined;
  const significant = text.slice(2).replace(/^0+(?=.)/, '');
  const low = Number.parseInt(significant.slice(-8), 16);
  const high = significant.length > 8 ? Number.parseInt(significant.slice(0, -8), 16) : 0;
  return { low, high, digits: significant.length };
}

function readMessages(rest: string, line: string): Answer {
  if (rest === '') return OK;
  const outputs: DeviceOutput[] = [];
  for (const word of rest.split(' ')) {
    const [address, data, ...more] = word.split(':').map(readWide);
    if (address === undefined || data === undefined || data.high !== 0 || more.length > 0) {
      return garbled(line, 'ok and messages, each ADDRESS:DATA in hexadecimal with 0x, data of 32 bits');
    }
    outputs.push({ verb: 'send', vector: -1, addressLow: address.low, addressHigh: address.high, data: data.low });
  }
  return { outcome: 'ok', low: 0, high: 0, outputs };
}

/** What a device says of itself. */
export interface Greeting {
  readonly name: string;
  readonly vectorCount: number;
  readonly abilities: ReadonlySet<Ability>;
}

/** Reads the answer to `hello`. */
export function readGreeting(line: string): Greeting | DeviceFailure {
  const [ok, protocol, ...words] = line.split(' ');
  const garbledBy = (got: string, expected: string): DeviceFailure => ({
    ...{ kind: 'garbled', words: got, expected, request: 'hello' },
  });
  if (ok !== 'ok' || protocol !== PROTOCOL)
    return garbledBy(
      `the answer ${JSON.stringify(shortened(line))}`,
      `"ok ${PROTOCOL} name=NAME vectors=0xN lacks=..."`,
    );
  const fields = new Map(words.filter(Boolean).map((word) => word.split('=', 2) as [string, string]));
  const vectors = readWide(fields.get('vectors') ?? '');
  if (vectors === undefined || vectors.high !== 0 || vectors.low < 1 || vectors.low > 2048) {
    return garbledBy(`vectors=${fields.get('vectors')}`, '0x1 to 0x800');
  }
  const lacks = (fields.get('lacks') ?? '').split(',').filter(Boolean);
  const unknown = lacks.find((word) => !(word in LACKS));
  if (unknown !== undefined) {
    return garbledBy(`lacks=${unknown}`, `of ${Object.keys(LACKS).join(', ')}`);
  }
  const abilities = new Set(Object.values(LACKS));
  for (const word of lacks) abilities.delete(LACKS[word]);
  return { name: fields.get('name') ?? 'device', vectorCount: vectors.low, abilities };
}
