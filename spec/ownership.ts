/**
 * Who answers the page of the MSI-X Table of an assigned device: our own rules, where the thread leaves the handover open.
 */
import type { Rule } from './rule.ts';

/** The rules of the page. */
export const OWNERSHIP_RULES: readonly Rule[] = [
  {
    id: 'MSIX-OWN-1',
    title: 'One answers the page at a time',
    source: 'thread R5',
    strength: 'must',
    text:
      'The page of the table is answered by the kernel, or each access to it exits to userspace. While it changes hands ' +
      'accesses exit.',
  },
  {
    id: 'MSIX-OWN-2',
    title: 'A handover changes nothing else',
    source: 'maskbit',
    strength: 'silent',
    text: 'The page may change hands at any time, in either direction, also while an access is stopped in an exit.',
    choice: {
      ours:
        'A handover changes who answers, and nothing that a guest can read or receive: there is nothing to copy, for the ' +
        'table has one home.',
      because:
        'What is copied is old by the time at which an access under way takes effect. Forbidding a handover during an exit ' +
        'does not help: an access may exit during the handover.',
      others:
        "The posted patch has no handover: the page goes with the host's MSI-X (MSIX-POSTED-7), and userspace's record is copied then.",
    },
  },
  {
    id: 'MSIX-OWN-3',
    title: 'An exit completes whoever owns the page',
    source: 'maskbit',
    strength: 'silent',
    text: 'An access that exited is completed later, when the page may have changed hands.',
    choice: {
      ours: 'Its completion goes to the one home of the table, in every state of the page.',
      because:
        'If it waited for a handover to end, a userspace that hands the page to and fro could stop a vCPU for ever.',
      others: 'Xen replays the access to whoever took it first, and has replayed it to the wrong address (284ffb4f9b).',
    },
  },
];
