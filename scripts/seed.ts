/**
 * `npm run seed`: writes docs/seed.md, the patch of 2010 and its review line by line: which rule came of each, where machine and
 * code have it, and which tests fail without it; then what each call returns. Made from rule ids, so nothing of it is kept twice.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { traceRules } from '../cli/traceability.ts';
import { OBJECTIONS } from '../properties/assigned/objections.ts';
import { CALL_RESULTS } from '../spec/call-results.ts';

/** A line of the patch or a comment of its review. */
interface Item {
  readonly item: string;
  readonly says: string;
  readonly rules: readonly string[];
  /** Why no rule, or no machine, stands behind it. */
  readonly reason?: string;
}

const NOT_OF_PATCH = 'What must hold besides; the patch says nothing of it, so no trace of it is shown.';

const ITEMS: readonly Item[] = [
  { item: 'R1', says: 'Entries are masked or unmasked, nothing else.', rules: ['MSIX-ASSIGN-1', 'MSIX-POSTED-1'] },
  { item: 'R2', says: 'What a masked entry holds means nothing.', rules: ['MSIX-ASSIGN-2', 'MSIX-POSTED-1'] },
  {
    item: 'R3',
    says: 'The kernel learns Enable and Function Mask as two bits.',
    rules: ['MSIX-ASSIGN-3', 'MSIX-POSTED-4'],
    reason: 'It objects to nothing: "yes, but it\'s a simple global yes/no". So there is no trace.',
  },
  { item: 'R4', says: 'A message is injected from address and data.', rules: ['MSIX-ASSIGN-4', 'MSIX-POSTED-1'] },
  { item: 'R5', says: 'A Mask Bit has one owner.', rules: ['MSIX-ASSIGN-5', 'MSIX-POSTED-3', 'MSIX-POSTED-10'] },
  { item: 'R6', says: 'Reads must reach the device.', rules: ['MSIX-ASSIGN-6', 'MSIX-POSTED-5', 'MSIX-POSTED-9'] },
  { item: 'R7', says: 'A write to an unmasked entry is discarded.', rules: ['MSIX-ASSIGN-7', 'MSIX-POSTED-6'] },
  {
    item: 'R8',
    says: 'The kernel serves reads.',
    rules: ['MSIX-ASSIGN-13', 'MSIX-POSTED-5'],
    reason:
      'It objects to nothing: it says why reads are in the kernel. What it lacks is R6. That a read exits only where it must is counted: `maskbit replay --assigned`.',
  },
  {
    item: 'R9',
    says: 'A new entry tears down the others.',
    rules: ['MSIX-ASSIGN-10', 'MSIX-POSTED-2', 'MSIX-POSTED-4'],
  },
  {
    item: 'KVM_CAP_DEVICE_MSIX_EXT, S6',
    says: 'A flag of the machine, set through a vCPU.',
    rules: [],
    reason: 'The machine has no ioctls; `test/src/kernel.test.ts` sets it.',
  },
  {
    item: 'KVM_CAP_DEVICE_MSIX_MASK',
    says: 'Is there when asked for.',
    rules: [],
    reason: 'The machine has no ioctls; `test/src/kernel.test.ts` asks for it.',
  },
  {
    item: 'struct kvm_assigned_msix_mmio, S5',
    says: 'Holes behind the id and the flags.',
    rules: [],
    reason: 'The machine has no structs; `test/src/abi.test.ts` holds them against a C compiler, for 32 and 64 bits.',
  },
  {
    item: 'KVM_ASSIGN_REG_MSIX_MMIO',
    says: 'Stores the address, and returns 0.',
    rules: ['MSIX-POSTED-7', 'MSIX-CALL-5'],
    reason: 'A store alone breaks nothing: what comes of it is in the rows of S1 to S4.',
  },
  {
    item: 'kvm_iodevice_init, S1',
    says: 'Initialises a device again that is on the bus.',
    rules: ['MSIX-POSTED-7'],
    reason: 'The machine has no addresses; `test/src/kernel.test.ts` moves the page.',
  },
  {
    item: 'assigned_device_enable_host_msix, S2',
    says: 'Registers the page last, when vectors are live; a failure undoes MSI-X.',
    rules: ['MSIX-POSTED-7', 'MSIX-POSTED-8'],
  },
  {
    item: 'deassign_host_irq, S3',
    says: 'Unregisters the page first, while vectors are live.',
    rules: ['MSIX-POSTED-7', 'MSIX-POSTED-8', 'MSIX-ASSIGN-16'],
  },
  {
    item: 'msix_mmio_base, S4',
    says: 'The address is a snapshot; the guest may move its BAR.',
    rules: ['MSIX-ASSIGN-12', 'MSIX-POSTED-7'],
  },
  { item: 'disabled entries, S7', says: 'Their masks go to userspace.', rules: ['MSIX-POSTED-1', 'MSIX-POSTED-3'] },
  { item: 'not in the patch: a reset with an exit out', says: '', rules: ['MSIX-ASSIGN-15'], reason: NOT_OF_PATCH },
  { item: 'not in the patch: the next owner of a device', says: '', rules: ['MSIX-ASSIGN-16'], reason: NOT_OF_PATCH },
  {
    item: 'not in the patch: a page that changes hands',
    says: '',
    rules: ['MSIX-OWN-1', 'MSIX-OWN-2', 'MSIX-OWN-3'],
    reason: NOT_OF_PATCH,
  },
];

/** What the machine leaves out, and why. */
const ABSTRACT: readonly (readonly [string, string])[] = [
  [
    'locks',
    'A call is one step, but for the two windows of the patch (S2, S3), which are steps of their own; MSIX-POSTED-8 says what the lock of the kernel serialises.',
  ],
  [
    'the moment between loading a message and unmasking',
    'Both are done in one step, under a lock. Between the two the vector is still masked: an event waits as it did before, so a step more shows nothing new. The other order would send what is not loaded yet; `test/src/assigned-ends.test.ts` looks for it in the implementation.',
  ],
  [
    'two completions at the same moment',
    "Each completion takes effect in one step; with two vCPUs they come in every order, and in the windows of the other's building up and tearing down, which are steps of their own (MSIX-POSTED-8). Within a step there is a lock of userspace, so no more would be seen.",
  ],
  [
    'a BAR that one vCPU moves while the other is stopped in an access to it',
    'The machine moves BARs with one vCPU, where the question arises at a reset alone: the access is answered by nobody. With two it is tested in the implementation.',
  ],
  [
    'interrupt context',
    'A message that arrives is injected in that step. 2.6.37 hands it to a thread, which delays it once more. The flight of the machine is all of the way, from the device to the injection: also where the host flushes its own write of a mask, a message may still be on the part that is left.',
  ],
  [
    'how the kernel answers the page',
    'The message has the registration of the page, and not the functions behind it (`msix_mmio_ops`), which are in another part of the series. What they do is read from the cover text: points 2, 3 and 5, and its note on masks. Where it leaves a choice, a rule MSIX-POSTED has it, with the reason.',
  ],
  [
    'who discards a write',
    'In the patch the kernel has looked at its Mask Bit before a write exits; in the machine the write exits, and userspace asks for that Mask Bit (MSIX-POSTED-6). With one vCPU the guest cannot tell: nobody masks in between. With two the machine decides at the completion and the patch at the access; no trace that is shown depends on it.',
  ],
  ['INTx', 'MSIX-ASSIGN-11 is tested in the implementation.'],
  [
    'migration',
    'A saved state is restored in every pair of states of the lockstep; of up to two vectors, before each event.',
  ],
  ['addresses, widths', 'Tested in the implementation (S1, MSIX-ACCESS). Of a BAR the machine knows two places (S4).'],
  ['a full bus', 'Enabling that fails is tested in the implementation, with the results of its calls.'],
];

const list = (places: readonly string[]): string =>
  [...new Set(places.map((place) => place.replace(/:\d+$/, '')))].map((place) => `\`${place}\``).join(' ') || '-';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The page. */
export function printSeed(): string {
  const evidence = new Map(traceRules().map((each) => [each.rule.id, each]));
  const rows = ITEMS.map(({ item, says, rules, reason }) => {
    const found = rules.map((id) => evidence.get(id)!);
    const of = (kind: 'machine' | 'implementation' | 'test'): string => list(found.flatMap((each) => each[kind]));
    const asked = OBJECTIONS.filter((each) => each.of.split(', ').some((id) => item.split(/[ ,]+/).includes(id)));
    const broken = asked.map(({ property }) => property.name);
    const properties = list([...found.flatMap((each) => each.property), ...broken]);
    const shown = asked.map(({ name }) => `\`posted-${name}\``).join(' ') || '-';
    return `| ${cell([item, says].filter((each) => each !== '').join(': '))} | ${rules.join(' ') || '-'} | ${of('machine')} | ${properties} | ${of('implementation')} | ${of('test')} | ${shown} | ${reason ?? ''} |`;
  });
  const calls = CALL_RESULTS.map(
    ({ call, situation, patched, linux, ours, rule = '' }) =>
      `| \`${call}\` | ${cell(situation)} | ${patched} | ${linux} | ${ours} | ${rule} |`,
  );
  return [
    '# The patch of 2010, line by line',
    '',
    'Made by `npx tsx scripts/seed.ts` from rule ids. Each row is a comment of the review (R), a hazard of the patch (S) or a part of its diff; the',
    'machine, the properties, the code and the tests are those that cite its rules, and the properties that its traces break. A trace shows it in the design `posted`; `maskbit check --design posted` prints it.',
    '',
    '| item | rules | machine | properties | code | tests | trace | reason |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    '## What the machine leaves out',
    '',
    '| | |',
    '|---|---|',
    ...ABSTRACT.map(([what, why]) => `| ${what} | ${why} |`),
    '',
    '## What each call returns',
    '',
    'In Linux 2.6.37 with the patch, in Linux 4.11, and here. "-": the kernel has no such call. `test/src/call-results.test.ts` makes each.',
    '',
    '| call | situation | patched | 4.11 | ours | rule |',
    '|---|---|---|---|---|---|',
    ...calls,
    '',
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync('docs/seed.md.new', printSeed());
  renameSync('docs/seed.md.new', 'docs/seed.md');
}
