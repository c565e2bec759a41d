/**
 * MSI-X Enable: what a function does while MSI-X is disabled, and what enabling and disabling it do.
 */
import type { Rule } from './rule.ts';

/** The rules of MSI-X Enable. */
export const ENABLE_RULES: readonly Rule[] = [
  {
    id: 'MSIX-ENABLE-1',
    title: 'Disabled means no MSI-X',
    source: 'PCIe 7.7.2.2',
    strength: 'must',
    text: 'While MSI-X Enable is clear, the function must not send MSI-X messages.',
  },
  {
    id: 'MSIX-ENABLE-2',
    title: 'Events while disabled',
    source: 'PCIe 7.7.2.2',
    strength: 'permitted',
    text:
      'A function may drop events that come while MSI-X is disabled, and those still pending when MSI-X Enable ' +
      'changes. Whether the Pending bits show them is not said.',
    choice: {
      ours: 'Disabled is one more way to be blocked: events set Pending bits, and Pending bits are kept.',
      because: 'Nothing is lost to a guest that disables and enables again, and there is one rule instead of two.',
      others:
        "QEMU treats disabled as masked, too. AMD's QDMA fails the interrupt and leaves its Pending bit clear. " +
        'cloud-hypervisor, Firecracker and crosvm do not look at MSI-X Enable when a device triggers.',
    },
  },
  {
    id: 'MSIX-ENABLE-3',
    title: 'The table outlives disabling',
    source: 'PCIe 7.7.2',
    strength: 'must',
    text:
      'The table is memory of the function. ' +
      'Changing MSI-X Enable changes no address, no data and no Mask Bit in it.',
  },
  {
    id: 'MSIX-ENABLE-4',
    title: 'Either MSI-X or INTx',
    source: 'PCIe 7.7.2.2',
    strength: 'must',
    text: 'While MSI-X is enabled the function must not use INTx; while it is disabled it uses INTx again.',
    choice: {
      ours: 'A function says whether MSI-X is enabled; the device model, which owns the pin, acts on it.',
      because: 'Whether INTx is asserted is state of the device, not of its MSI-X.',
      others:
        'QEMU deasserts INTx in the same write. ' +
        'qemu-kvm, kvmtool and cloud-hypervisor had to be taught to bring INTx back on disabling.',
    },
  },
  {
    id: 'MSIX-ENABLE-5',
    title: 'Enabling with vectors unmasked',
    source: 'PCIe 6.1.4.5',
    strength: 'silent',
    text:
      'Software may unmask vectors first and enable MSI-X after that. ' +
      'Whether enabling is an unmasking of these vectors is not said.',
    choice: {
      ours: 'It is an unblocking edge of each: their entries come into force, and what is pending is sent.',
      because: 'Windows does it in this order, and each vector then has a message in force whenever it is not blocked.',
      others:
        "QEMU sees the same edge, since it treats disabled as masked. Xen's vPCI takes entries anew on enabling. " +
        'qemu-kvm set up its host vectors at this moment only, and left out those still masked.',
    },
  },
  {
    id: 'MSIX-ENABLE-6',
    title: 'One write changes both bits at once',
    source: 'PCIe 7.7.2.2',
    strength: 'silent',
    text:
      'A write of Message Control may change MSI-X Enable and Function Mask together. ' +
      'Whether the function ever sees one of them changed alone is not said.',
    choice: {
      ours: 'One write is one step. A vector has an edge only if the whole step blocks or unblocks it.',
      because: 'Linux enables and sets Function Mask in one write, so that no vector can send in between.',
      others: 'QEMU forms one flag of the two bits after the write and compares it with the one before.',
    },
  },
  {
    id: 'MSIX-ENABLE-7',
    title: 'Bus Master Enable',
    source: 'PCIe 7.5.1.1.3',
    strength: 'must',
    text: 'While Bus Master Enable is clear in the command register, the function must not send messages.',
    exempt: "The command register is the caller's; a message handed to it may be held back there.",
  },
  {
    id: 'MSIX-ENABLE-8',
    title: 'Memory Space Enable',
    source: 'PCIe 7.5.1.1.3',
    strength: 'must',
    text: 'While Memory Space Enable is clear in the command register, no access reaches the table or the PBA.',
    exempt: "The command register is the caller's; an access that it does not decode never comes here.",
  },
];
