/**
 * The thread that `beside.ts` begins: does the sections about the assigned device, and says all that it prints and finds to the one that
 * began it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { divertOutput } from '../output.ts';
import { divertProgress } from '../report.ts';
import { DEVICE_SECTIONS, type DeviceSection, deviceWork, KEPT, type Message, type Order } from './beside.ts';
import { Budget } from './budget.ts';
import { WHOLE } from './only.ts';
import type { CheckSection } from './part.ts';

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const say = (message: Message): void => parentPort!.postMessage(message);

divertOutput((of, text) => say({ of, text }));
divertProgress((what, total) => {
  say({ of: 'begin', what, total });
  return { advance: (done) => say({ of: 'advance', done }), end: () => say({ of: 'end' }) };
});
const { isFull, budgets, manifest } = workerData as Order;
const work = deviceWork(isFull, new Budget(budgets), WHOLE, manifest);
const sections: Partial<Record<DeviceSection, CheckSection>> = {};
for (const section of DEVICE_SECTIONS) {
  if (KEPT.includes(section)) {
    say({ of: 'kept', section });
    continue;
  }
  const { violations, ...others } = work[section]();
  // What goes from thread to thread has no methods.
  sections[section] = { ...others, violations: { count: violations.count, untold: violations.untold } };
}
say({ of: 'sections', sections });
