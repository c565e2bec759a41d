/**
 * What calls of the kernel half return where Linux does not say, or says what can only go wrong. What each call returns, in Linux and
 * here, is listed in `call-results.ts`; a difference there names one of these.
 */
import type { Rule } from './rule.ts';

/** The rules of calls. */
export const CALL_RULES: readonly Rule[] = [
  {
    id: 'MSIX-CALL-1',
    title: 'Only what is named is taken back',
    source: 'maskbit',
    strength: 'silent',
    text: 'KVM_DEASSIGN_DEV_IRQ names types of interrupts. What it does where another type is assigned than is named is not said.',
    choice: {
      ours: 'Nothing: of the interrupts that are assigned, those that are named are taken back.',
      because: 'A call that means INTx must not tear MSI-X down.',
      others: 'Linux tears down whatever the host has, once any type of the host is named.',
    },
  },
  {
    id: 'MSIX-CALL-2',
    title: 'Entries are told whole, and exist',
    source: 'maskbit',
    strength: 'silent',
    text:
      "The host's MSI-X may be enabled with entries that were counted and never told, and an entry may be told that the device does " +
      'not have.',
    choice: {
      ours: 'Enabling is refused until each entry that was counted is told, and an entry beyond the table is refused when it is told.',
      because: 'An entry that nobody told would be entry 0 with GSI 0, and interrupt whoever has that line.',
      others:
        'Linux takes memory that is zero for entry 0, and an entry with GSI 0 for one that was not told (HB-09); it learns of one that does ' +
        'not exist when it enables.',
    },
  },
  {
    id: 'MSIX-CALL-3',
    title: 'A refused number of entries is forgotten',
    source: 'maskbit',
    strength: 'silent',
    text: 'KVM_ASSIGN_SET_MSIX_NR takes a number once. What is left of one that it refuses is not said.',
    choice: {
      ours: 'Nothing: the next number is looked at as if it were the first. 256 is a number like any other.',
      because: 'See MSIX-ASSIGN-14.',
      others: 'Linux keeps the refused number (HB-38), and refused 256 until 2.6.38 (HB-07).',
    },
  },
  {
    id: 'MSIX-CALL-4',
    title: 'A message unknown to x86 makes no interrupt',
    source: 'maskbit',
    strength: 'silent',
    text: 'KVM_SIGNAL_MSI takes any address and data.',
    choice: {
      ours: 'It returns EINVAL where no interrupt comes of them: outside of 0xfee00000 to 0xfeefffff, or with a mode or vector that is none.',
      because: 'A device that sends there writes to memory, or nowhere.',
      others: 'Linux takes the address apart without looking where it lies, so that address 0 interrupts processor 0.',
    },
  },
  {
    id: 'MSIX-CALL-5',
    title: 'A page is where an access can come',
    source: 'maskbit',
    strength: 'silent',
    text: 'KVM_ASSIGN_REG_MSIX_MMIO of the patch takes any address but 0, and as often as it is called.',
    choice: {
      ours:
        'An address within an entry or beyond physical memory is refused. Where the page is on the bus at once, it is refused while it is ' +
        'there already, and where another range is.',
      because: 'It could match no access, or hide a neighbour.',
      others: 'The patch stores it; the bus of Linux takes the first device that answers.',
    },
  },
  {
    id: 'MSIX-CALL-6',
    title: 'A device needs an IOMMU',
    source: 'maskbit',
    strength: 'silent',
    text: 'KVM_ASSIGN_PCI_DEVICE has a flag that says that the memory accesses of the device go through an IOMMU.',
    choice: {
      ours: 'It is refused without. The other flags, those of a shared INTx, say nothing here and are let pass.',
      because: 'Without it a guest writes wherever its device can.',
      others: 'Linux requires it since 3.3.',
    },
  },
];
