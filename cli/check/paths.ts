/**
 * The part of the check that drives the implementation along the paths of the machines.
 */
import {
  countSimplePaths,
  type Path,
  SIMPLE_PATH_RAIL,
  simplePaths,
  transitionPaths,
} from '../../checker/explore/paths.ts';
import { createDriver, type Driver } from '../../conformance/paths/drive.ts';
import { DIALECTS } from '../../conformance/device/words.ts';
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { type Instance, instanceName } from '../../properties/instances.ts';
import { formatCell, print, printTable, startProgress, tell } from '../report.ts';
import type { Budget } from './budget.ts';
import { everyDialect } from './devices.ts';
import { type Explored, type Part, Violations } from './part.ts';

/** Drives devices along the paths of every instance that they implement. */
export function checkPaths(explored: readonly Explored[], budget: Budget): Part {
  const violations = new Violations();
  const open: string[] = [];
  const rows: (string | number)[][] = [];
  let steps = 0;
  const follow = (name: string, vectors: number, driver: Driver, paths: readonly Path[], shown: Instance): void => {
    const devices = [true, false].map((notifies) => createInProcessDevice(vectors, { notifies }));
    const progress = startProgress(`paths: ${name}`, paths.length);
    for (const [done, path] of paths.entries()) {
      progress.advance(done);
      for (const [device, dialect] of everyDialect(devices)) {
        violations.run(() => driver.drive(device, path, dialect), shown);
      }
    }
    progress.end();
    rows.push([
      name,
      paths.length,
      driver.counts.paths,
      driver.counts.steps,
      driver.counts.outputs,
      driver.counts.dwords,
    ]);
    steps += driver.counts.steps;
  };

  // The implementation sends within the step, so nothing of it can be driven along the paths of a channel.
  for (const { instance, graph } of explored.filter((each) => each.isSmall && !each.instance.channel)) {
    if (budget.isOver) {
      open.push(`The time was up before the paths of ${instanceName(instance)}.`);
      continue;
    }
    const { machine, events, vectors, messages } = instance;
    const { paths } = countSimplePaths(graph);
    if (vectors === 0 && !explored.some((each) => each.instance.machine.id === 'function')) continue;
    if (paths > SIMPLE_PATH_RAIL) {
      const rail = `more than ${formatCell(SIMPLE_PATH_RAIL)} simple paths`;
      tell(`${instanceName(instance)}: ${rail}, a number that multiplies with each state; not driven.`);
    } else {
      tell(`${instanceName(instance)}: ${formatCell(paths)} simple paths.`);
      // The capability alone is driven as part of the function around it, whose machine knows what must be read back.
      const around = vectors === 0 ? explored.find((each) => each.instance.machine.id === 'function') : undefined;
      const driver = createDriver(around?.graph ?? graph, vectors || 1, messages);
      follow(
        `${instanceName(instance)}: all simple paths`,
        vectors || 1,
        driver,
        simplePaths(graph),
        around?.instance ?? instance,
      );
    }
    if (machine.id === 'function') {
      const driver = createDriver(graph, vectors, messages);
      follow(
        `${instanceName(instance)}: every transition`,
        vectors,
        driver,
        transitionPaths(machine, events),
        instance,
      );
    }
  }
  printTable(['paths', 'count', 'driven', 'steps', 'outputs compared', 'dwords compared'], rows);
  print(
    `Each path is driven in ${DIALECTS.length} dialects, with notifiers and without; those of the capability, in the function around it.`,
  );
  print();
  return { clause: `${formatCell(steps)} steps driven`, violations, open };
}
