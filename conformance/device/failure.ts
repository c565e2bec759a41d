/**
 * What a device does instead of answering, as fields: what it is, what was asked, and its own words. Whoever tells it makes a sentence of them, and
 * nobody reads that back.
 */
import type { DeviceFailure } from './device.ts';
import { NonsenseError } from './nonsense.ts';

/** Whether a device that answers so is still there, and goes on. */
export const isRefusal = ({ kind }: Pick<DeviceFailure, 'kind'>): boolean => kind === 'unsupported' || kind === 'error';

/** What was got and what was expected, in a sentence. */
export function tellFailure({ kind, words, expected, more, request }: DeviceFailure): string {
  const at = request === undefined ? '' : `, at ${request}`;
  const beside = more === undefined ? '' : ` ${more}`;
  switch (kind) {
    case 'error':
      return `Got refused${words === '' ? '' : `: ${words}`}; expected ok${at}.`;
    case 'unsupported':
      return `Got unsupported; expected ok${at}.`;
    case 'threw':
      return `The device threw ${words}; expected an answer${at}.`;
    case 'garbled':
    case 'trapped':
      return `Got ${words}; expected ${expected ?? 'an answer'}${at}.${beside}`;
    default:
      return `${words}; expected ${expected ?? 'an answer'}${at}.${beside}`;
  }
}

/** Thrown when a program cannot be started, or does not say who it is. The message is a sentence. */
export class DeviceError extends Error {
  override name = 'DeviceError';
  /** What it did instead of answering, where that is why. */
  readonly failure: DeviceFailure | undefined;

  constructor(message: string, { failure, ...options }: ErrorOptions & { readonly failure?: DeviceFailure } = {}) {
    super(message, options);
    this.failure = failure;
  }
}

/** Thrown by a device in this process that fails by itself, and knows how. The message is a clause. */
export class FailureError extends Error {
  override name = 'FailureError';
  readonly assertion: number | undefined;

  constructor(words: string, assertion?: number) {
    super(words);
    this.assertion = assertion;
  }
}

/** What a device in this process threw, as fields. */
export function thrown(error: unknown, request?: string): DeviceFailure {
  if (error instanceof NonsenseError)
    return { kind: 'garbled', words: `${error.got} as ${error.what}`, expected: error.expected, request };
  if (error instanceof FailureError)
    return { kind: 'trapped', words: error.message, assertion: error.assertion, request };
  return { kind: 'threw', words: error instanceof Error ? `${error.name}: ${error.message}` : String(error), request };
}
