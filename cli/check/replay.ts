/**
 * The part of the check that replays the recorded guest.
 */
import { printFigures, runReplay } from '../replay.ts';
import { formatCell, print } from '../report.ts';
import { packagePath } from '../root.ts';
import { type CheckSection, Violations } from './part.ts';

const TRACE = 'traces/linux-6.1-nvme.trace';

/** Replays the trace of a real guest. */
export function checkReplay(): CheckSection {
  const result = runReplay(packagePath(TRACE));
  const { disagreements, disagreementCount, differences, figures, geometry } = result;
  printFigures(result);
  print(`${TRACE}: ${geometry.device} with ${geometry.vectorCount} vectors. ${result.limits.join(' ')}`);
  print();
  const told = disagreements.map(({ line, got, expected }) => `${TRACE}:${line}: ${got} ${expected}`);
  const untold = disagreementCount - disagreements.length;
  const violations = new Violations();
  for (const each of [...told, ...differences]) violations.add(each);
  if (untold > 0) violations.add(`${untold} more disagreements in ${TRACE}.`);
  return { clause: `${formatCell(figures.lines)} lines of a real guest replayed`, violations };
}
