/**
 * `maskbit inspect`: serves the page, or writes it to files.
 */
import { existsSync } from 'node:fs';
import open from 'open';
import { LINK_CHARACTERS, packTrace } from '../checker/trace/codec.ts';
import { writeTraceLink } from '../checker/trace/link.ts';
import { makeTrace, reduceTrace } from '../checker/trace/trace.ts';
import { fileSource } from '../conformance/replay/file.ts';
import { ReplayError } from '../conformance/replay/lines.ts';
import { linkLog, stepAt, traceLog } from '../conformance/replay/trace.ts';
import { DEFAULT_PORT } from '../inspector/server/address.ts';
import { type InspectorServer, startServer } from '../inspector/server/server.ts';
import { writePage } from '../inspector/server/files.ts';
import type { Instance } from '../properties/instances.ts';
import { traceSubject } from '../properties/subject.ts';
import { type LogChoices, logOptions, withLog } from './logs.ts';
import { countOf, EXIT, type Exit, print, tell } from './report.ts';
import { packagePath } from './root.ts';

/** What was asked for. */
export interface InspectChoices extends LogChoices {
  readonly port?: number;
  readonly open: boolean;
  readonly stately?: boolean;
  readonly static?: string;
  /** The address of a published page, which links lead to. */
  readonly baseUrl?: string;
  /** The machine to begin with. */
  readonly instance?: Instance;
  /** A log to begin with, the line that is looked at, and the vector that is drawn. */
  readonly log?: string;
  readonly at?: number;
  readonly vector?: number;
}

/** Serves the page until the process is interrupted; or writes it. */
export async function inspect(choices: InspectChoices): Promise<Exit> {
  const folder = packagePath('dist', 'page');
  if (!existsSync(folder))
    throw new RangeError(`Got no page in ${folder}; expected "npm run build" to have written it.`);
  if (choices.static !== undefined) {
    writePage(folder, choices.static, choices.baseUrl);
    print(`The page is in ${choices.static}. Any web server serves it.`);
    return EXIT.holds;
  }
  let log: Awaited<ReturnType<typeof openLog>> | undefined;
  try {
    if (choices.log !== undefined) log = await openLog(choices.log, choices);
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    tell(`${choices.log}: ${error.message}`);
    return EXIT.usage;
  }
  const server = await start(folder, choices, log?.opened);
  const hash = log !== undefined ? 'opened' : choices.instance === undefined ? '' : emptyTrace(choices.instance);
  const url = `${server.url}${hash === '' ? '' : `#${hash}`}`;
  if (log?.link !== undefined) {
    print(
      `The steps around it as a link, for a page that does not have the log: ${choices.baseUrl ?? server.url}#${log.link}`,
    );
  }
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
async function start(
  folder: string,
  { port, stately, baseUrl: page }: InspectChoices,
  opened?: string,
): Promise<InspectorServer> {
  try {
    return await startServer({ folder, port: port ?? DEFAULT_PORT, stately, page, opened });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (port !== undefined)
      throw new RangeError(`Got the port ${port}, which is taken; expected one that is free.`, { cause: error });
    return startServer({ folder, port: 0, stately, page, opened });
  }
}

/** Replays a log for the page: where it is looked at is the line that was asked for, or its first disagreement. */
async function openLog(
  path: string,
  choices: InspectChoices,
): Promise<{ readonly opened: string; readonly link: string | undefined }> {
  const { at, vector } = choices;
  const traced = await withLog(path, (file) =>
    traceLog(fileSource(file), {
      ...logOptions(choices),
      ...(vector === undefined ? {} : { vectors: [vector] }),
    }),
  );
  const { story, trace, subject } = traced;
  const [first] = story.disagreements;
  const step = at === undefined ? (first?.step ?? 0) : stepAt(story.lines, at);
  const verdict =
    first === undefined ? '' : `: ${countOf(story.disagreementCount, 'disagreement')}, the first at line ${first.line}`;
  print(`${path}: ${story.device}, ${story.verdict}${verdict}`);
  if (story.isCut) print(`The log is longer than the page takes; it is shown up to line ${story.lines.at(-1)}.`);
  const link = linkLog(traced, step);
  return {
    opened: JSON.stringify({ packed: packTrace(reduceTrace(subject, trace)), story, step }),
    link: link.packed.length > LINK_CHARACTERS ? undefined : writeTraceLink(link),
  };
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
