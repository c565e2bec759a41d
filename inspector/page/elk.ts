/**
 * The layout library, in a worker of its own: it is a megabyte and a half, and the page does not wait for it.
 */
import Elk, { type ELK, type ELKConstructorArguments, type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import type { Chart } from '../drawing/chart.ts';
import { type ChartLayout, graphKey, layOut, layoutGraph, readPlaces } from '../drawing/layout.ts';

// The module's types are those of a CommonJS module that exports an object; what it exports is the class.
const Constructor = Elk as unknown as new (options: ELKConstructorArguments) => ELK;
let elk: ELK | undefined;

/** The layouts that were made when the page was built, by their graphs. */
let shipped: Promise<Readonly<Record<string, ElkNode>>> | undefined;

function fetchShipped(): Promise<Readonly<Record<string, ElkNode>>> {
  return fetch('./layouts.json').then(
    (answer) => (answer.ok ? (answer.json() as Promise<Readonly<Record<string, ElkNode>>>) : {}),
    () => ({}),
  );
}

/** Lays a chart out, or finds its layout among those that were made before. */
export async function layOutInWorker(whole: Chart): Promise<ChartLayout> {
  const { chart, graph } = layoutGraph(whole);
  shipped ??= fetchShipped();
  const known = (await shipped)[graphKey(graph)];
  if (known !== undefined) return readPlaces(chart, known);
  elk ??= new Constructor({ workerFactory: () => new Worker(workerUrl) });
  return layOut(whole, elk);
}
