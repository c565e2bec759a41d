/**
 * Damages the lines of recorded logs, and requires an answer or a sentence for each log: `npx tsx scripts/fuzz-replay.ts [LINES] [SEED]`.
 * A million damaged lines by default. Half of the logs are damaged all over, half in a few lines; half are read with damaged lines passed over, so
 * that what is left is judged, and one in eight is explained. A form of it with two thousand edits is in `test/conformance/replay/logs.test.ts`.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { explain } from '../conformance/replay/explain.ts';
import { ReplayError } from '../conformance/replay/lines.ts';
import { replay } from '../conformance/replay/replay.ts';

const [wanted = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
const LINES_OF_EACH = 400;
const NAMES = ['base', 'qtest-nvme-1', 'kvm', 'v2m', 'reboot', 'linux-6.1-qemu-xhci-q35', 'linux-6.1-vmxnet3-pc'];
/** Events that these guests' logs do not have. */
const EVENTS = [
  'pci_nvme_irq_msix raising MSI-X IRQ vector 0',
  'resettable_phase_hold_exec obj=0x55d0(nvme) method=1',
  'vfio_msi_interrupt  (0000:01:00.0) vector 0 0xfee01004/0x23',
  'vfio_pci_write_config  (0000:01:00.0, @0xb2, 0xc002, len=0x2)',
  'vfio_msix_early_setup 0000:01:00.0 PCI MSI-X CAP @0xb0, BAR 4, offset 0x0, entries 3, noresize 1',
  'msix_table_mmio_write (nvme, @12, 0x0, 4B)',
];
const logs = NAMES.map((name) => {
  const lines = gunzipSync(readFileSync(`traces/logs/${name}.gz`))
    .toString('latin1')
    .split('\n');
  return [...lines.slice(0, LINES_OF_EACH), ...EVENTS];
});
let state = seed >>> 0;
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const digits = '0123456789abcdef';
const answers = { holds: 0, violated: 0, 'n/a': 0, explained: 0, refused: 0 };
let [damagedLines, longest] = [0, 0];
while (damagedLines < wanted) {
  const lines = logs[random(logs.length)];
  // Few edits are judged, many are refused: both matter.
  const edits = random(2) === 0 ? 1 + random(4) : lines.length;
  const damaged = lines.slice();
  for (let edit = 0; edit < edits; edit++) {
    damaged[random(damaged.length)] = damage(damaged[random(damaged.length)], lines);
  }
  damagedLines += edits;
  const source = (): string[] => [damaged.join('\n'), '\n'];
  const skipDamaged = random(2) === 0;
  // Of the processor, for other work may run beside it.
  const start = process.cpuUsage();
  try {
    if (random(8) === 0) {
      explain(source, { vector: 0, skipDamaged });
      answers.explained++;
    } else answers[replay(source, { skipDamaged }).verdict]++;
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    answers.refused++;
  }
  const { user, system } = process.cpuUsage(start);
  longest = Math.max(longest, (user + system) / 1000);
}
process.stdout.write(
  `${damagedLines} damaged lines, seed ${seed}: ${JSON.stringify(answers)}; the longest took ${Math.round(longest)} ms of the processor\n`,
);

function damage(text: string, lines: readonly string[]): string {
  const place = random(text.length + 1);
  switch (random(6)) {
    case 0:
      return text.slice(0, place);
    case 1:
      return text.slice(place);
    case 2:
      return text.slice(0, place) + String.fromCharCode(random(256)) + text.slice(place + 1);
    case 3:
      return text.slice(0, place) + digits[random(16)] + text.slice(place + 1);
    case 4:
      return text + lines[random(lines.length)];
    default:
      return lines[random(lines.length)];
  }
}
