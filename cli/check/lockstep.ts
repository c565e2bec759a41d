/**
 * The part of the check that walks machine and implementation through every pair of states that they reach together.
 */
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { walkInLockstep } from '../../conformance/paths/lockstep.ts';
import { instanceName } from '../../properties/instances.ts';
import { formatCell, print, printTable } from '../report.ts';
import type { Budget } from './budget.ts';
import { everyDialect } from './devices.ts';
import { type Explored, type Part, Violations } from './part.ts';

/** Walks machine and implementation together through every pair of states. */
export function checkLockstep(explored: readonly Explored[], budget: Budget): Part {
  const violations = new Violations();
  let walked = 0;
  const open: string[] = [];
  const rows = explored.flatMap(({ instance, graph, isSmall }) => {
    if (instance.machine.id !== 'function' || instance.channel || !isSmall) return [];
    if (budget.isOver) {
      open.push(`The time was up before ${instanceName(instance)} in lockstep.`);
      return [];
    }
    const devices = [true, false].map((notifies) => createInProcessDevice(instance.vectors, { notifies }));
    return everyDialect(devices).map(([device, dialect]) => {
      let row = [instanceName(instance), device.name, dialect.name, 0, 0];
      violations.run(() => {
        const { pairs, steps } = walkInLockstep(graph, device, instance.messages, dialect);
        row = [instanceName(instance), device.name, dialect.name, pairs, steps];
        walked += pairs;
      }, instance);
      return row;
    });
  });
  printTable(['lockstep', 'implementation', 'dialect', 'pairs of states', 'steps'], rows);
  print('Machine and implementation, every event in every pair of states that they reach together.');
  print();
  return { clause: `${formatCell(walked)} pairs of states in lockstep`, violations, open };
}
