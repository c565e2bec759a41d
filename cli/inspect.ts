/**
 * `maskbit inspect`: serves the page, or writes it to files.
 */
import { existsSync } from 'node:fs';
import open from 'open';
import { packTrace } from '../checker/trace/codec.ts';
import { makeTrace, reduceTrace } from '../checker/trace/trace.ts';
import { DEFAULT_PORT } from '../inspector/server/address.ts';
import { type InspectorServer, startServer } from '../inspector/server/server.ts';
import { writePage } from '../inspector/server/files.ts';
import type { Instance } from '../properties/instances.ts';
import { traceSubject } from '../properties/subject.ts';
import { EXIT, type Exit, print } from './report.ts';
import { packagePath } from './root.ts';

/** What was asked for. */
export interface InspectChoices {
  readonly port?: number;
  readonly open: boolean;
  readonly stately?: boolean;
  readonly static?: string;
  /** The machine to begin with. */
  readonly instance?: Instance;
}

/** Serves the page until the process is interrupted; or writes it. */
export async function inspect(choices: InspectChoices): Promise<Exit> {
  const folder = packagePath('dist', 'page');
  if (!existsSync(folder))
    throw new RangeError(`Got no page in ${folder}; expected "npm run build" to have written it.`);
  if (choices.static !== undefined) {
    writePage(folder, choices.static);
    print(`The page is in ${choices.static}. Any web server serves it.`);
    return EXIT.holds;
  }
  const server = await start(folder, choices);
  const url = `${server.url}${choices.instance === undefined ? '' : `#${emptyTrace(choices.instance)}`}`;
  print(`The inspector is at ${url}`);
  print(
    `Programs with XState connect to ws://localhost:${server.port}: createWebSocketInspector({ url }) of @statelyai/inspect.`,
  );
  if (choices.stately === true) print(`Stately's inspector is at ${server.url}stately`);
  print('Ctrl+C ends it.');
  if (choices.open) {
    await open(url);
    if (choices.stately === true) await open(`${server.url}stately`);
  }
  await interruption();
  await server.close();
  return EXIT.holds;
}

/** Starts the server: at the port that was asked for, or else at the usual one, or else at any. */
async function start(folder: string, { port, stately }: InspectChoices): Promise<InspectorServer> {
  try {
    return await startServer({ folder, port: port ?? DEFAULT_PORT, stately });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (port !== undefined)
      throw new RangeError(`Got the port ${port}, which is taken; expected one that is free.`, { cause: error });
    return startServer({ folder, port: 0, stately });
  }
}

/** The link to a machine: its trace of no step. */
function emptyTrace(instance: Instance): string {
  const subject = traceSubject(instance);
  return packTrace(reduceTrace(subject, makeTrace(subject, [])));
}

function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
