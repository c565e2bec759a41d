/**
 * The part of the check that walks machine and implementation of the assigned device together, in every design that is implemented:
 * what is small whole, what is larger by a seeded sample, and whole in a full check.
 */
import { AssignedAdapter, IMPLEMENTED } from '../../conformance/device/assigned.ts';
import { AssignedDriver, handOverAndBack } from '../../conformance/paths/assigned-drive.ts';
import type { AssignedBounds } from '../../machines/device-context.ts';
import { designByName, type Design, moving } from '../../machines/designs.ts';
import { HALVES, THREE, TWO } from '../../machines/messages.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { boundsName, createInstance } from '../../properties/instances.ts';
import { formatCell, print, printTable, startProgress } from '../report.ts';
import type { Budget } from './budget.ts';
import type { Only } from './only.ts';
import { type CheckSection, Violations } from './part.ts';

/** An instance in lockstep, and whether a usual check takes but a sample of it. */
export interface Walk {
  readonly bounds: AssignedBounds;
  readonly isLarge: boolean;
}

/** The instances that are walked: one vector; the same with three messages, with messages that are written in halves, and under a guest that moves its BAR; two vectors; two vCPUs. */
export const walksOf = (design: Design): Walk[] => [
  { bounds: { design, vectors: 1, messages: TWO }, isLarge: false },
  { bounds: { design, vectors: 1, messages: THREE }, isLarge: false },
  { bounds: { design, vectors: 1, messages: HALVES }, isLarge: design.grow },
  { bounds: { design: moving(design), vectors: 1, messages: TWO }, isLarge: false },
  { bounds: { design, vectors: 2, messages: TWO }, isLarge: true },
  { bounds: { design, vectors: 1, messages: TWO, vcpus: 2 }, isLarge: true },
];

/** The states of a sample, and where it begins. */
const SAMPLE = { states: 200, seed: 20_101_021 } as const;

/** What takes seconds and has every step of one vector, and some of two and of two vCPUs. */
const isBrief = ({ bounds, isLarge }: Walk): boolean => isLarge || bounds.messages === TWO;

interface Walked {
  /** Pairs of states, or the states of a sample. */
  readonly pairs: number;
  readonly isSample: boolean;
  readonly handovers: string;
  readonly counts: readonly number[];
}

/** Walks machine and implementation of the assigned device together, and hands the page over everywhere. */
export function checkAssignedDevice(isFull: boolean, budget: Budget, only: Only): CheckSection {
  const violations = new Violations();
  const open: string[] = [];
  let walked = 0;
  let sampled = 0;
  const rows = IMPLEMENTED.flatMap((name) =>
    walksOf(designByName(name)).flatMap(({ bounds, isLarge }) => {
      if (!only.instance(boundsName(bounds)) || (only.isBrief && !isBrief({ bounds, isLarge }))) return [];
      if (budget.isOver) open.push(`The time was up before ${boundsName(bounds)} was walked.`);
      if (budget.isOver) return [];
      const { pairs, isSample, handovers, counts } = walk(bounds, isLarge && !isFull, violations);
      if (isSample) sampled += pairs;
      else walked += pairs;
      return [[boundsName(bounds), isSample ? `${formatCell(pairs)} drawn` : formatCell(pairs), ...counts, handovers]];
    }),
  );
  printTable(['assigned device', 'pairs of states', 'steps', 'outputs', 'dwords', 'handovers that show nothing'], rows);
  print(
    `Every event in every pair of states, and a handover over and back in each; of what is larger, in ${SAMPLE.states} states that are drawn with the seed ${SAMPLE.seed}, and everywhere in a full check.`,
  );
  print();
  const clause = `${formatCell(walked)} pairs of states of the assigned device in lockstep`;
  return { clause: sampled === 0 ? clause : `${clause}, and ${formatCell(sampled)} drawn ones`, violations, open };
}

function walk(bounds: AssignedBounds, isSample: boolean, violations: Violations): Walked {
  const exploration = new AssignedInstance(bounds).explore();
  const driver = new AssignedDriver(exploration, bounds);
  const adapter = new AssignedAdapter(bounds);
  const instance = createInstance('assigned-device', bounds);
  let pairs = 0;
  const progress = startProgress(
    `lockstep of ${boundsName(bounds)}`,
    isSample ? SAMPLE.states : exploration.states.count,
  );
  violations.run(() => {
    pairs = isSample
      ? driver.sample(adapter, SAMPLE.states, SAMPLE.seed, (done) => progress.advance(done))
      : driver.walk(adapter, (done) => progress.advance(done));
  }, instance);
  progress.end();
  const { steps, outputs, dwords } = driver.counts;
  // Where the page goes with the host's MSI-X, there is no handover.
  const isHanded =
    bounds.design.free && bounds.design.moves !== true && bounds.vectors === 1 && bounds.messages === TWO && !isSample;
  let handovers = '-';
  if (isHanded) violations.run(() => (handovers = handOverEverywhere(driver, adapter, violations)), instance);
  return { pairs, isSample, handovers, counts: [steps, outputs, dwords] };
}

/** Hands the page over and back in every state of the machine that has a device. */
function handOverEverywhere(driver: AssignedDriver, adapter: AssignedAdapter, violations: Violations): string {
  let silent = 0;
  let without = 0;
  const count = driver.forEachState(adapter, (path) => {
    if (!adapter.device.monitor.isAssigned) {
      without++;
      return;
    }
    const difference = handOverAndBack(adapter);
    if (difference === undefined) silent++;
    else violations.add(`After ${path.join(' ')}, a handover shows: ${difference}.`);
  });
  return `${formatCell(silent)} of ${formatCell(count - without)}`;
}
