/**
 * The layout library, in a worker of its own: it is a megabyte and a half, and the page does not wait for it.
 */
import Elk, { type ELK, type ELKConstructorArguments } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import type { Chart } from '../drawing/chart.ts';
import { type ChartLayout, layOut } from '../drawing/layout.ts';

// The module's types are those of a CommonJS module that exports an object; what it exports is the class.
const Constructor = Elk as unknown as new (options: ELKConstructorArguments) => ELK;
let elk: ELK | undefined;

/** Lays a chart out. */
export function layOutInWorker(chart: Chart): Promise<ChartLayout> {
  elk ??= new Constructor({ workerFactory: () => new Worker(workerUrl) });
  return layOut(chart, elk);
}
