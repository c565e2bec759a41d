import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { format } from 'oxfmt';
import { createMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { fingerprintOf, hash } from '../../checker/machine/fingerprint.ts';
import {
  isPacked,
  LINK_CHARACTERS,
  packTrace,
  parseTrace,
  printTrace,
  readTrace,
  unpackTrace,
} from '../../checker/trace/codec.ts';
import { TRACE_SCHEMA } from '../../checker/trace/schema.ts';
import { tellTrace } from '../../checker/trace/text.ts';
import {
  makeTrace,
  reduceTrace,
  replayTrace,
  type Trace,
  TraceError,
  type TraceSubject,
} from '../../checker/trace/trace.ts';
import { TWO } from '../../machines/messages.ts';
import { createInstance, INSTANCES } from '../../properties/instances.ts';
import { subjectByName, traceSubject } from '../../properties/subject.ts';

const subject = subjectByName('function', { vectors: 2, messages: 'two' });
const number = (name: string): number => subject.events.indexOf(name);

/** A message is written, held while the function is disabled, and sent when the last mask lifts. */
const HELD = ['guest.unmask.0', 'guest.write.0.A', 'device.signal.0', 'guest.control.on'].map(number);
/** Then it is sent at once, again and again. */
const SENT = [...HELD, number('device.signal.0')];

const held = makeTrace(subject, HELD);
const ROUND = { path: HELD, loop: SENT.slice(4) };
const lasso = makeTrace(subject, ROUND, {
  verdict: { property: 'SomeLeads', result: 'fails', sentence: 'All comes to an end – soon.', rules: ['MSIX-PEND-2'] },
});

/** The sentence with which something is refused. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof TraceError) return error.message;
    throw error;
  }
  throw new Error('Got no refusal; expected one.');
}

describe('a trace', () => {
  test('has the outputs, the changed regions and a sentence of each step', () => {
    expect(held.start).toMatchObject({ 'capability.enable': 'disabled', 'vector0.force': 'none' });
    expect(held.steps).toEqual([
      {
        event: number('guest.unmask.0'),
        outputs: [],
        changes: { 'vector0.mask': 'unmasked' },
        sentence: 'The guest unmasks vector 0.',
      },
      {
        event: number('guest.write.0.A'),
        outputs: [],
        changes: { 'vector0.entry': 'A' },
        sentence: 'The guest writes A to entry 0.',
      },
      {
        event: number('device.signal.0'),
        outputs: [],
        changes: { 'vector0.pending': 'set' },
        sentence: 'The device signals vector 0.',
      },
      {
        event: number('guest.control.on'),
        outputs: ['use.0.A', 'send.0.A'],
        changes: { 'capability.enable': 'enabled', 'vector0.force': 'A', 'vector0.pending': 'clear' },
        sentence: 'The guest enables MSI-X with Function Mask clear; vector 0 is in use with A, then vector 0 sends A.',
      },
    ]);
  });

  test('tells of an ignored event that nothing changes', () => {
    expect(makeTrace(subject, [number('guest.mask.0')]).steps[0].sentence).toBe(
      'The guest masks vector 0; nothing changes.',
    );
  });

  test('is the same whether XState steps or the compiled machine', () => {
    const { compiled, ...plain } = subject;
    expect(compiled).toBeDefined();
    expect(makeTrace(plain, SENT)).toEqual(makeTrace(subject, SENT));
  });

  test('starts where it is told to', () => {
    const graph = enumerate(subject.machine, subject.events);
    const start = graph.states.at(-1)!;
    const trace = makeTrace(subject, SENT, { start });
    expect(trace.start).not.toEqual(held.start);
    expect(unpackTrace(packTrace(reduceTrace(subject, trace))).start).toEqual(trace.start);
    expect(reduceTrace(subject, held)).not.toHaveProperty('start');
  });

  test.each([
    [[0, 99], 'Got the event number 99 at step 2; expected one from 0 to 16.'],
    [[-1], 'Got the event number -1 at step 1; expected one from 0 to 16.'],
    [[0.5], 'Got the event number 0.5 at step 1; expected one from 0 to 16.'],
    [
      { path: SENT.slice(0, 2), loop: SENT.slice(2) },
      'Got a loop after 2 steps that ends with capability.enable in enabled; expected disabled, where it begins.',
    ],
  ])('is not made of %j', (run, expected) => {
    expect(refusal(() => makeTrace(subject, run))).toBe(expected);
  });
});

describe('a trace comes back', () => {
  test('with a loop and a verdict', () => {
    expect(replayTrace(subject, parseTrace(printTrace(lasso)))).toEqual(lasso);
    expect(replayTrace(subject, unpackTrace(packTrace(reduceTrace(subject, lasso))))).toEqual(lasso);
  });

  test('to its own instance and to no other: each has a fingerprint of its own', () => {
    const fingerprints = INSTANCES.map(({ machine, events }) => fingerprintOf(machine, events));
    expect(new Set(fingerprints).size).toBe(INSTANCES.length);
  });

  test('when its machine has more events than one digit can number', () => {
    const many = traceSubject(createInstance('function', { vectors: 20, messages: TWO }));
    const path = many.events.map((_, event) => event);
    const trace = makeTrace(many, path);
    expect(many.events.length).toBeGreaterThan(64);
    expect(unpackTrace(packTrace(reduceTrace(many, trace))).path).toEqual(path);
  });
});

test('a step takes one character of a link, and all else fewer than 300', () => {
  const path = Array.from({ length: 1000 }, (_, step) => (step * 7) % subject.events.length);
  const packed = packTrace(reduceTrace(subject, makeTrace(subject, path)));
  expect(packed.length - path.length).toBeLessThan(300);
  expect(packed.length).toBeLessThan(LINK_CHARACTERS);
});

test('a hundred thousand steps are told, written and read without running out of anything', () => {
  const path = Array.from({ length: 100_000 }, (_, step) => (step * step + (step >>> 3)) % subject.events.length);
  const trace = makeTrace(subject, path);
  const text = printTrace(trace);
  const parsed = parseTrace(text);
  expect(parsed.steps).toHaveLength(100_000);
  expect(printTrace(replayTrace(subject, parsed))).toBe(text);
  const packed = packTrace(reduceTrace(subject, trace));
  expect(packed.length).toBeGreaterThan(LINK_CHARACTERS);
  expect(packTrace(unpackTrace(packed))).toBe(packed);
  expect(tellTrace(trace).match(/^ +\d+\. /gm)).toHaveLength(100_000);
});

test('hashes as FNV-1a does', () => {
  expect(hash([])).toBe('811c9dc5');
  expect(hash(['a'])).toBe('e40c292c');
  expect(hash(['foo', 'bar'])).toBe('bf9cf968');
});

describe('a stale trace is refused', () => {
  interface Lamp {
    readonly id?: string;
    readonly lit?: string;
    readonly shine?: string;
    readonly events?: readonly string[];
    readonly sticks?: boolean;
    readonly instance?: TraceSubject['instance'];
  }
  const EVENTS = ['press', 'wait'];
  /** A lamp, and how it may have been when the trace was made. */
  const lamp = (was: Lamp = {}): TraceSubject => {
    const { id = 'lamp', lit = 'on', shine = 'shine', events = EVENTS, sticks = false, instance = { bulbs: 1 } } = was;
    const press = { target: lit, actions: shine };
    const ignored = Object.fromEntries(events.slice(1).map((event) => [event, undefined]));
    const states = { off: { on: { press, ...ignored } }, [lit]: { on: { press: sticks ? lit : 'off' } } };
    return { machine: createMachine({ id, initial: 'off', states }), events, instance };
  };
  const KEPT =
    't1.eyJtYWNoaW5lIjoibGFtcCIsImluc3RhbmNlIjp7ImJ1bGJzIjoxfSwiZmluZ2VycHJpbnQiOiI3MTEzMDkwZC1iYjE1NTEwNi1lY2Y3Y2I1NyIsImRpZ2VzdCI6IjA4MDYyZTZlIiwiZGlnaXRzIjoxfQ.AA.0eac06e4';
  const made = (was: Lamp): Trace => makeTrace(lamp(was), [0, 0]);

  test.each<[string, Lamp, string]>([
    ['another machine', { id: 'bell' }, 'Got a trace made for bell (bulbs 1); expected one made for lamp (bulbs 1).'],
    [
      'another instance',
      { instance: { bulbs: 2 } },
      'Got a trace made for lamp (bulbs 2); expected one made for lamp (bulbs 1).',
    ],
    ['no such choice', { instance: {} }, 'Got a trace made for lamp; expected one made for lamp (bulbs 1).'],
    [
      'a renamed event',
      { events: ['press', 'pause'] },
      'Got a stale trace, made for lamp (bulbs 1) when its event 1 was pause; expected wait.',
    ],
    [
      'an event less',
      { events: ['press'] },
      'Got a stale trace, made for lamp (bulbs 1) when its event 1 was missing; expected wait.',
    ],
    [
      'an event more',
      { events: [...EVENTS, 'break'] },
      'Got a stale trace, made for lamp (bulbs 1) when its event 2 was break; expected no such event.',
    ],
    [
      'a renamed output',
      { shine: 'glow' },
      'Got a stale trace, made for lamp (bulbs 1) when its outputs had other names: their fingerprint is 61c65f44; expected bb155106.',
    ],
    [
      'a renamed state',
      { lit: 'lit' },
      'Got a stale trace, made for lamp (bulbs 1) when its states had other names: their fingerprint is 313b3661; expected ecf7cb57.',
    ],
    ['another target', { sticks: true }, 'Got no change at step 2, press; expected lamp in off.'],
  ])('from %s', (_name, was, expected) => {
    expect(refusal(() => replayTrace(lamp(), parseTrace(printTrace(made(was)))))).toBe(expected);
  });

  test('but not from the same machine: links that people have kept are still good', () => {
    expect(packTrace(reduceTrace(lamp(), made({})))).toBe(KEPT);
    expect(replayTrace(lamp(), readTrace(KEPT))).toEqual(made({}));
  });

  test.each<[string, Lamp, RegExp]>([
    [
      'a renamed event',
      { events: ['press', 'pause'] },
      /when its events had other names: their fingerprint is \w{8}; expected \w{8}\.$/,
    ],
    [
      'another target',
      { sticks: true },
      /^Got a stale trace: its steps had other outputs or changes than lamp \(bulbs 1\) makes of them, with the digest \w{8}; expected \w{8}\.$/,
    ],
  ])('packed, from %s', (_name, was, expected) => {
    const packed = packTrace(reduceTrace(lamp(was), made(was)));
    expect(refusal(() => replayTrace(lamp(), readTrace(packed)))).toMatch(expected);
  });

  test('whose outputs differ, at the first step at which they do', () => {
    const { steps, ...rest } = made({});
    const forged = { ...rest, steps: [steps[0], { ...steps[1], outputs: ['shine', 'shine'] }] };
    expect(refusal(() => replayTrace(lamp(), forged))).toBe(
      'Got shine shine put out at step 2, press; expected nothing.',
    );
  });

  test('but not for its sentences, which anyone may improve', () => {
    const { steps, ...rest } = made({});
    const retold = { ...rest, steps: steps.map((step) => ({ ...step, sentence: 'Click.' })) };
    expect(replayTrace(lamp(), retold)).toEqual(made({}));
  });

  test('whose start is no state of the machine', () => {
    const { start: _, ...rest } = made({});
    expect(() => replayTrace(lamp(), { ...rest, start: { lamp: 'broken' } })).toThrow(
      'Got broken in lamp; expected one of off, on.',
    );
    expect(() => replayTrace(lamp(), { ...rest, start: {}, steps: [] })).toThrow(
      'Got no state in lamp; expected one of off, on.',
    );
    expect(refusal(() => replayTrace(lamp(), { ...rest, start: { lamp: 'off', bulb: 'new' } }))).toBe(
      'Got a trace that starts with lamp in off, bulb in new; expected lamp in off.',
    );
  });
});

/** What a refusal says: the whole of it, or a part. */
const said = (expected: string | RegExp): unknown =>
  typeof expected === 'string' ? expected : expect.stringMatching(expected);

/** The JSON of a trace with some fields changed. */
function altered(changes: object): string {
  return JSON.stringify({ ...(JSON.parse(printTrace(held)) as object), ...changes });
}

describe('text that is no trace is refused', () => {
  const [first, ...others] = held.steps;
  test.each([
    ['', /^Got text that is not JSON \(.*\); expected a trace\.$/],
    ['{"format": "maskbit-trace"', /^Got text that is not JSON \(.*\); expected a trace\.$/],
    ['null', 'Got JSON with the format nothing; expected "maskbit-trace".'],
    ['[]', 'Got JSON with the format nothing; expected "maskbit-trace".'],
    ['{"#meta": {"format": "ITF"}}', 'Got JSON with the format nothing; expected "maskbit-trace".'],
    [altered({ format: 'itf' }), 'Got JSON with the format "itf"; expected "maskbit-trace".'],
    [altered({ version: 2 }), 'Got a trace of version 2; expected version 1.'],
    [altered({ version: undefined }), 'Got a trace of version nothing; expected version 1.'],
    [altered({ steps: 7 }), 'Got 7 at /steps of the trace; it must be array.'],
    [
      altered({ steps: [first, { ...others[0], event: '5' }] }),
      'Got "5" at /steps/1/event of the trace; it must be integer.',
    ],
    [altered({ start: { 'a/b': 3 } }), 'Got 3 at /start/a~1b of the trace; it must be string.'],
    [altered({ colour: 'red' }), /^Got .*… at the top of the trace; it must not have additional properties: colour\.$/],
    [altered({ machine: undefined }), /at the top of the trace; it must have required property 'machine'\.$/],
    [altered({ fingerprint: 'thumb' }), /^Got "thumb" at \/fingerprint of the trace; it must match pattern/],
    [
      altered({ verdict: { property: 'P', result: 'perhaps', sentence: '', rules: [] } }),
      'Got "perhaps" at /verdict/result of the trace; it must be equal to one of the allowed values: "fails", "holds", "witness".',
    ],
    [altered({ steps: [{ ...first, event: 17 }] }), 'Got the event number 17 at step 1; expected one from 0 to 16.'],
    [
      altered({ steps: [{ ...first, changes: { door: 'open' } }] }),
      /^Got a change of door at step 1; expected one of capability\.enable, /,
    ],
    [altered({ loop: 9 }), 'Got a loop after 9 steps; expected a number of steps from 0 to 4.'],
    [altered({ loop: 3 }), /^Got a loop after 3 steps that ends with capability\.enable in enabled; expected disabled/],
  ])('%s', (text, expected) => {
    expect(refusal(() => readTrace(text))).toEqual(said(expected));
  });
});

describe('a link that is no trace is refused', () => {
  const packed = packTrace(reduceTrace(subject, lasso));
  const [, header, path] = packed.split('.');
  const forge = (head: string, body: string): string => `t1.${head}.${body}.${hash([`${head}.${body}`])}`;
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const decoded = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;

  test('where it was cut off, wherever that was', () => {
    for (let length = 3; length < packed.length; length++) {
      expect(refusal(() => readTrace(packed.slice(0, length)))).toBe(
        'Got a packed trace without its end; expected it to close with a checksum of 8 digits.',
      );
    }
  });

  test('where a character was changed, whichever that was', () => {
    for (let at = 3; at < packed.length; at++) {
      const changed = `${packed.slice(0, at)}${packed[at] === 'a' ? 'b' : 'a'}${packed.slice(at + 1)}`;
      expect(refusal(() => readTrace(changed))).toMatch(
        /^Got a packed trace (that was changed: its checksum is|without its end)/,
      );
    }
  });

  test.each([
    ['t2.eyJ9.AAAA.00000000', 'Got a packed trace of version 2; expected version 1.'],
    [`${packed}.more`, /^Got a packed trace that was changed: its checksum is \w{8}\.more; expected \w{8}\.$/],
    [forge('a!b', path), 'Got a packed trace whose header is "a!b"; expected base64url of JSON.'],
    [forge('_____w', path), 'Got a packed trace whose header is "_____w"; expected base64url of JSON.'],
    [forge('e30', path), /at the top of the trace; it must have required property 'machine'\.$/],
    [forge(encode([]), path), /at the top of the trace; it must have required property 'machine'\.$/],
    [forge(encode(null), path), /at the top of the trace; it must have required property 'machine'\.$/],
    [forge(encode('x'), path), /at the top of the trace; it must /],
    [forge(encode({ ...decoded, door: 1 }), path), /it must not have additional properties: door\.$/],
    [forge(encode({ ...decoded, start: 1 }), path), 'Got 1 at /start of the trace; it must be object.'],
    [
      forge(encode({ ...decoded, digest: 1 }), path),
      /^Got a packed trace with the digest 1 and 5 digits in steps of 1; /,
    ],
    [forge(encode({ ...decoded, digits: 2 }), path), /and 5 digits in steps of 2; expected/],
    [forge(encode({ ...decoded, digits: 0 }), path), /and 5 digits in steps of 0; expected/],
  ])('%s', (text, expected) => {
    expect(isPacked(text)).toBe(true);
    expect(refusal(() => readTrace(text))).toEqual(said(expected));
  });

  test('where its path has a digit that is none, or an event that is none', () => {
    expect(refusal(() => replayTrace(subject, readTrace(forge(header, 'AA~AA'))))).toMatch(
      /^Got the event number -1 at step 3/,
    );
    expect(refusal(() => replayTrace(subject, readTrace(forge(header, 'AA_AA'))))).toMatch(
      /^Got the event number 63 at step 3/,
    );
  });

  test('where it does not even look like one', () => {
    expect(isPacked('https://example.org')).toBe(false);
    expect(refusal(() => unpackTrace('https://example.org'))).toBe(
      'Got "https://example.org"; expected a packed trace, which begins with t1.',
    );
  });
});

/** What stands at the top of the compiled schema, so that nobody edits it, checks its types or reads it for pleasure. */
const GENERATED = `// Generated from schema.ts by ajv: npx vitest run test/checker/trace.test.ts -u
// @ts-nocheck
/* oxlint-disable */
import type { SchemaValidator } from '../schema.ts';
export const validate: SchemaValidator =`;

test('the validator is the schema, compiled: it imports nothing and compiles nothing', async () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, code: { source: true, esm: true, lines: true } });
  const code = standalone.default(ajv, ajv.compile(TRACE_SCHEMA));
  expect(code).not.toMatch(/require\(|import |new Function|eval\(/);
  const module = code.replace(/^.*export const validate =/s, GENERATED).replace(/export default \w+;\n/, '');
  const { code: formatted } = await format('validate.ts', module, { printWidth: 120, singleQuote: true });
  await expect(formatted).toMatchFileSnapshot('../../checker/trace/generated/validate.ts');
});
