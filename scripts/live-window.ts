/**
 * Where the lost interrupt is lost, by the host kernel's own trace: runs the races until an event is lost, and prints what vfio-pci, the
 * vector code and the handlers of L1 did just then. Kprobes are at the entry of every device interrupt (`entry`) and of vfio's change of an
 * event descriptor (`vfio`); an entry without an `irq_handler_entry` behind it is an interrupt that nobody took.
 *
 *     npx tsx scripts/live-window.ts [SECONDS [LEVEL]]
 */
import { startAssigned } from '../conformance/device/nested/assigned.ts';
import type { Level } from '../conformance/device/nested/names.ts';
import { RACES, runRace } from '../conformance/live/races.ts';

const [seconds = '60', level = 'guest'] = process.argv.slice(2);
const TRACING = '/sys/kernel/tracing';
const NAMES = ['unmask', 'add', 'mask'];
const START = [
  `cd ${TRACING}; echo 1 > tracing_on`,
  'echo "p:entry __common_interrupt vector=%si:u32" >> kprobe_events; echo "p:vfio vfio_msi_set_vector_signal" >> kprobe_events',
  'for e in kprobes irq/irq_handler_entry irq_vectors/vector_activate irq_vectors/vector_deactivate irq_vectors/vector_update irq_vectors/vector_clear; do echo 1 > events/$e/enable; done',
].join('; ');
/** L1's second processor, which takes the device's interrupts, and what is done to their vectors. */
const SHOW = `grep -F -e " [001] " -e vector_ -e "vfio: " ${TRACING}/trace | tail -60`;

const device = await startAssigned({ cpus: 2, level: level as Level, onProgress: console.error });
try {
  await device.levels.agent.ask(START, 15_000);
  const end = performance.now() + 1000 * Number(seconds);
  for (let turn = 0; performance.now() < end; turn++) {
    const race = RACES.find(({ name }) => name === NAMES[turn % NAMES.length])!;
    await device.levels.agent.ask(`echo > ${TRACING}/trace`);
    // One repetition, so that the trace is of it alone.
    const { counts, places } = await runRace(device, race, { repetitions: 1, delay: 60 });
    if (counts.lost === 0) continue;
    console.log(`${race.words}: lost; ${[...places.keys()].join('; ')}. After ${turn + 1} repetitions.`);
    console.log(await device.levels.agent.ask(SHOW, 15_000));
    process.exitCode = 1;
    break;
  }
} finally {
  await device.close();
}
