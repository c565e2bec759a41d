/**
 * Streams a complete suite past our own function, in this process: `npm run complete -- VECTORS EXTRA`, two and two where nothing is said. Its size is told
 * first. Every step is compared, outputs and all that a guest reads, in one of the dialects from path to path.
 */
import { enumerate } from '../checker/explore/enumerate.ts';
import { completePaths, completeSize, separatingSequences } from '../conformance/generate/complete.ts';
import { createInProcessDevice } from '../conformance/device/in-process.ts';
import { DIALECTS, readback } from '../conformance/device/words.ts';
import { createDriver } from '../conformance/paths/drive.ts';
import { functionEvents } from '../machines/alphabet.ts';
import { createFunction } from '../machines/function.ts';
import { TWO } from '../machines/messages.ts';

const [vectors, extra] = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [2, 2];
const graph = enumerate(createFunction({ vectors, messages: TWO }), functionEvents(vectors, TWO));
const read = graph.states.map((value) => readback(value, vectors, TWO).join());
const separating = separatingSequences(graph, read, (state, event) =>
  [graph.outputs(state, event).join(), read[graph.target(state, event)]].join(';'),
);
const { paths, steps } = completeSize(graph, extra, separating);
const shown = (count: number): string => count.toLocaleString('en-US');
console.log(
  `${vectors} vectors, ${extra} extra states: ${shown(paths)} paths with ${shown(steps)} events; some ${Math.ceil(steps / 1_500_000)} s.`,
);

const device = createInProcessDevice(vectors);
const driver = createDriver(graph, vectors, TWO);
const started = performance.now();
let told = started;
for (const path of completePaths(graph, extra, separating)) {
  const names = path.map((event) => graph.events[event]);
  driver.drive(device, names, DIALECTS[driver.counts.paths % DIALECTS.length]);
  if (performance.now() < told + 10_000) continue;
  told = performance.now();
  console.error(`${shown(driver.counts.paths)} paths`);
}
const { counts } = driver;
if (counts.paths !== paths || counts.steps !== steps)
  throw new Error(`Got ${counts.paths} paths with ${counts.steps} events; expected as many as were told.`);
console.log(
  `holds: ${shown(counts.outputs)} outputs and ${shown(counts.dwords)} dwords compared in ${Math.round((performance.now() - started) / 1000)} s.`,
);
