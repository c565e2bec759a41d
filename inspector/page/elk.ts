/**
 * Where the parts of a chart stand: as it was laid out when the page was built, or by the layout library, which is a megabyte and a half
 * and works in a thread of its own.
 */
import type { ELK, ELKConstructorArguments, ElkNode } from 'elkjs/lib/elk-api.js';
import type { Chart } from '../drawing/chart.ts';
import { type ChartLayout, graphKey, layOut, layoutGraph, readPlaces } from '../drawing/layout.ts';

/** Where the layouts are that were made when the page was built: one file each, and the list of them. */
const FOLDER = './layouts';
let shipped: Promise<ReadonlySet<string>> | undefined;
let elk: Promise<ELK> | undefined;

/** The keys of the graphs whose layouts were made before. */
async function fetchShipped(): Promise<ReadonlySet<string>> {
  const answer = await fetch(`${FOLDER}/keys.json`);
  return new Set(answer.ok ? ((await answer.json()) as readonly string[]) : []);
}

async function startElk(): Promise<ELK> {
  const [{ default: Elk }, { default: workerUrl }] = await Promise.all([
    import('elkjs/lib/elk-api.js'),
    import('elkjs/lib/elk-worker.min.js?url'),
  ]);
  // The module's types are those of a CommonJS module that exports an object; what it exports is the class.
  const Constructor = Elk as unknown as new (options: ELKConstructorArguments) => ELK;
  return new Constructor({ workerFactory: () => new Worker(workerUrl) });
}

/** Lays a chart out, or finds its layout among those that were made before. */
export async function layOutInWorker(whole: Chart): Promise<ChartLayout> {
  const { chart, graph } = layoutGraph(whole);
  const key = graphKey(graph);
  shipped ??= fetchShipped().catch(() => new Set<string>());
  if ((await shipped).has(key)) {
    const known = await fetch(`${FOLDER}/${key}.json`).then(
      (answer) => (answer.ok ? (answer.json() as Promise<ElkNode>) : undefined),
      () => undefined,
    );
    if (known !== undefined) return readPlaces(chart, known);
  }
  elk ??= startElk();
  return layOut(whole, await elk);
}
