/**
 * The shape of a trace in a file, as a JSON Schema (2020-12) for whoever reads or writes traces in another language.
 *
 * `validate.ts` is this schema compiled by ajv, so that nothing is compiled where a trace is read: a page with a strict
 * Content Security Policy forbids that. A test holds the two together, and `npx vitest run test/checker/trace.test.ts -u` writes
 * the second anew. That numbers lie within their lists cannot be said here: `parseTrace` looks at it.
 */

/** What the field `format` of every trace says. */
export const TRACE_FORMAT = 'maskbit-trace';
/** The version of the format: it grows when a reader of the one before could be misled. */
export const TRACE_VERSION = 1;

const NAMES = { $ref: '#/$defs/names' } as const;
const REGIONS = { $ref: '#/$defs/regions' } as const;

/** The schema of a trace. */
export const TRACE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: `urn:${TRACE_FORMAT}:${TRACE_VERSION}`,
  title: 'A run of a machine, step by step',
  $defs: {
    names: { type: 'array', items: { type: 'string' } },
    regions: { type: 'object', additionalProperties: { type: 'string' } },
  },
  type: 'object',
  required: ['format', 'version', 'machine', 'instance', 'fingerprint', 'events', 'start', 'steps'],
  additionalProperties: false,
  properties: {
    format: { const: TRACE_FORMAT },
    version: { const: TRACE_VERSION },
    machine: { type: 'string', description: 'The id of the machine.' },
    instance: {
      description: 'What this instance of the machine is made of: its design, its number of vectors, its messages.',
      type: 'object',
      additionalProperties: { type: ['string', 'number'] },
    },
    fingerprint: {
      description:
        'Hashes of the names of the events, in order, of the outputs, and of the states: FNV-1a, 32 bits each.',
      type: 'string',
      pattern: '^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$',
    },
    events: { ...NAMES, description: 'The alphabet. Events go by their place in it, from 0 on.' },
    start: { ...REGIONS, description: 'The current child of each region before the first step; "" where none is.' },
    steps: {
      type: 'array',
      items: {
        type: 'object',
        required: ['event', 'outputs', 'changes', 'sentence'],
        additionalProperties: false,
        properties: {
          event: { type: 'integer', minimum: 0 },
          outputs: { ...NAMES, description: 'In order.' },
          changes: { ...REGIONS, description: 'The regions whose current child is another one after the step.' },
          sentence: { type: 'string', description: 'What happens, for a reader. Nothing is decided by it.' },
        },
      },
    },
    loop: {
      description:
        'The number of steps before a loop: those from there on happen again and again, or nothing does if there are none.',
      type: 'integer',
      minimum: 0,
    },
    verdict: {
      description: 'What the run shows: how a property fails, that it holds along it, or where it applies.',
      type: 'object',
      required: ['property', 'result', 'sentence', 'rules'],
      additionalProperties: false,
      properties: {
        property: { type: 'string' },
        result: { enum: ['fails', 'holds', 'witness'] },
        sentence: { type: 'string' },
        rules: NAMES,
      },
    },
  },
} as const;

/** What ajv tells of a problem that it found, as far as we tell it on. */
export interface SchemaProblem {
  /** Where it is, as a JSON Pointer. */
  readonly instancePath: string;
  /** A clause: "must be string". */
  readonly message: string;
  readonly params: { readonly additionalProperty?: string; readonly allowedValues?: readonly unknown[] };
}

/** Whether a document has the shape of a trace. Where it has not, `errors` tells of the first problem. */
export interface SchemaValidator {
  (document: unknown): boolean;
  readonly errors: readonly SchemaProblem[];
}
