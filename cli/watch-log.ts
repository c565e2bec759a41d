/**
 * `--watch`: a log is followed as it grows, and what is to be said of it is said when it changes, until Ctrl+C ends it. Each time the log
 * is replayed whole, for what comes later may explain what was before; so it is done the more rarely the longer it takes.
 */
import { ReplayError, type TraceSource } from '../conformance/replay/lines.ts';
import { type FileEvent, LogFollower } from './follow.ts';
import { type Exit, print, tell } from './report.ts';

/** What is made of a log that is followed. */
export interface WatchedLog {
  /** Says what has changed, as lines to be printed. */
  readonly update: (source: TraceSource) => readonly string[];
  /** Prints all there is to say, at the end. */
  readonly finish: (source: TraceSource | undefined) => Exit;
}

const POLL_MILLISECONDS = 250;
/** A replay may take this part of the time. */
const REST_FACTOR = 4;
const SENTENCES: Readonly<Record<FileEvent, (path: string) => string>> = {
  missing: (path) => `${path} is not there yet; it is waited for.`,
  found: (path) => `${path} is there.`,
  truncated: (path) => `${path} was truncated: another log begins.`,
  rotated: (path) => `${path} is another file now: the log goes on in it.`,
  deleted: (path) => `${path} was deleted; whoever has it open may go on writing, and another may come.`,
};

/** Follows the log at `path` until the process is interrupted. */
export async function watchLog(path: string, log: WatchedLog): Promise<Exit> {
  const follower = new LogFollower(path);
  let interrupted = false;
  const interrupt = (): void => void (interrupted = true);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  tell(`Watching ${path}. Ctrl+C ends it, and prints the whole.`);
  try {
    let [seen, notBefore] = [0, 0];
    let refused = '';
    while (!interrupted) {
      for (const event of follower.poll()) tell(SENTENCES[event](path));
      if (follower.length > seen && performance.now() >= notBefore) {
        seen = follower.length;
        const start = performance.now();
        const [lines, refusal] = updated(follower, log);
        notBefore = performance.now() + REST_FACTOR * (performance.now() - start);
        for (const line of lines) print(line);
        if (refusal !== undefined && refusal !== refused) tell(`Not yet: ${refusal}`);
        refused = refusal ?? '';
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    }
    follower.poll();
    return log.finish(sourceOf(follower, log));
  } finally {
    follower.close();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
  }
}

/** A log that began anew may be whole, as after a restart of QEMU, or go on, as after a rotation. */
function updated(follower: LogFollower, log: WatchedLog): [readonly string[], string | undefined] {
  let refusal: string | undefined;
  for (let back = 0; back < follower.count; back++) {
    try {
      return [log.update(follower.source(back)), undefined];
    } catch (error) {
      if (!(error instanceof ReplayError)) throw error;
      refusal ??= error.message;
    }
  }
  return [[], refusal];
}

function sourceOf(follower: LogFollower, log: WatchedLog): TraceSource | undefined {
  if (follower.length === 0) return undefined;
  for (let back = 0; back < follower.count; back++) {
    try {
      log.update(follower.source(back));
      return follower.source(back);
    } catch (error) {
      if (!(error instanceof ReplayError)) throw error;
    }
  }
  return follower.source();
}
