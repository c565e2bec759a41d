/**
 * The page's way to the decider, which is a thread of its own.
 */
import type { Answer, Questions } from '../decider/messages.ts';

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (problem: Error) => void;
}

let worker: Worker | undefined;
let asked = 0;
const waiting = new Map<number, Waiting>();

/** Asks the decider. @throws {RangeError} with its sentence, where it refuses. */
export function ask<Name extends keyof Questions>(
  name: Name,
  what: Questions[Name]['ask'],
): Promise<Questions[Name]['answer']> {
  worker ??= begin();
  const id = ++asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
    worker!.postMessage({ id, name, ask: what });
  });
}

function begin(): Worker {
  const made = new Worker(new URL('../decider/worker.ts', import.meta.url), { type: 'module' });
  made.addEventListener('message', ({ data: { id, answer, problem } }: MessageEvent<Answer>) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (problem === undefined) asker?.resolve(answer as never);
    else asker?.reject(new RangeError(problem));
  });
  made.addEventListener('error', () => {
    for (const { reject } of waiting.values())
      reject(new RangeError('The thread that decides could not be started; expected its file beside the page.'));
    waiting.clear();
  });
  return made;
}
