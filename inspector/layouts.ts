/**
 * The layouts that the page brings along, made when it is built: of every machine that it offers, and of every objection's chart, with
 * what rests in it folded. Each is found by the graph that it is of, so that one which is out of date is never found.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import ElkModule from 'elkjs/lib/elk.bundled.js';
import { chartOf, foldChart, restingRegions } from './drawing/chart.ts';
import { graphKey, layoutGraph } from './drawing/layout.ts';
import { LIBRARY } from './decider/library.ts';
import { BEGINNINGS } from './page/beginnings.ts';
import { beginScene, traceScene, type OwnScene } from './page/scene.ts';

// The module's types are those of a CommonJS module that exports an object; what it exports is the class.
const Elk = ElkModule as unknown as new () => Pick<ELK, 'layout'>;

const CACHE = 'node_modules/.cache/maskbit-layouts.json';

/** Lays out everything, but for what a build before this one has laid out. */
export async function shippedLayouts(): Promise<Readonly<Record<string, ElkNode>>> {
  const elk = new Elk();
  const known = (existsSync(CACHE) ? JSON.parse(readFileSync(CACHE, 'utf8')) : {}) as Record<string, ElkNode>;
  const layouts: Record<string, ElkNode> = {};
  const place = async (graph: ElkNode): Promise<void> => {
    const key = graphKey(graph);
    layouts[key] ??= known[key] ?? placesOf(await elk.layout(structuredClone(graph)));
  };
  for (const [, machine, bounds] of BEGINNINGS)
    await place(layoutGraph(chartOf(beginScene(machine, bounds).machine)).graph);
  for (const { traces } of LIBRARY.filter(({ kind }) => kind === 'review'))
    for (const { make } of traces) await place(layoutGraph(foldedChart(traceScene(make()))).graph);
  mkdirSync(dirname(CACHE), { recursive: true });
  writeFileSync(`${CACHE}.new`, JSON.stringify(layouts));
  renameSync(`${CACHE}.new`, CACHE);
  return layouts;
}

function foldedChart({ machine, run }: OwnScene): ReturnType<typeof chartOf> {
  const chart = chartOf(machine);
  return foldChart(chart, restingRegions(chart.root, run.movedRegions()));
}

/** What is read of a layout, and nothing else. */
function placesOf({ id, x, y, width, height, children, edges }: ElkNode): ElkNode {
  const round = (value: number | undefined): number | undefined =>
    value === undefined ? value : Math.round(value * 10) / 10;
  const point = (at: { x: number; y: number }) => ({ x: round(at.x)!, y: round(at.y)! });
  return {
    ...{ id, x: round(x), y: round(y), width: round(width), height: round(height) },
    ...(children === undefined ? {} : { children: children.map(placesOf) }),
    ...(edges === undefined
      ? {}
      : {
          edges: edges.map((edge): ElkExtendedEdge => {
            return {
              ...{ id: edge.id, sources: [], targets: [] },
              labels: edge.labels?.map((label) => {
                return { x: round(label.x), y: round(label.y), width: round(label.width), height: round(label.height) };
              }),
              sections: edge.sections?.map((section) => {
                return {
                  ...{ id: '', startPoint: point(section.startPoint), endPoint: point(section.endPoint) },
                  bendPoints: section.bendPoints?.map(point),
                };
              }),
            };
          }),
        }),
  };
}
