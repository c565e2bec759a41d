/**
 * Calls out of a function: `send`, `use`, `release` and `poll`. The specification knows none of them.
 */
import type { Rule } from './rule.ts';

/** The rules of calls out. */
export const NOTIFY_RULES: readonly Rule[] = [
  {
    id: 'MSIX-NOTIFY-1',
    title: 'Use and release alternate',
    source: 'maskbit',
    strength: 'silent',
    text:
      'A device model is told when a vector stops being blocked (`use`), with the message in force, and when it ' +
      'becomes blocked (`release`).',
    choice: {
      ours:
        'The calls of one vector strictly alternate, `use` first. They come where the vector becomes blocked or ' +
        'stops being so, and from restoring a saved function (MSIX-SAVE-1); from nothing else.',
      because: 'What `use` sets up, a route say, is then taken down exactly once.',
      others:
        "The notifiers are QEMU's. Its users missed releases on disabling (3e40ba0faf, 089fd80376, aa22e82eae), " +
        'released a vector still in use (CVE-2024-4693), and were told without an edge (9a93b61730).',
    },
  },
  {
    id: 'MSIX-NOTIFY-2',
    title: 'Poll before a read of the PBA',
    source: 'maskbit',
    strength: 'silent',
    text: 'Events may stand elsewhere, in an eventfd say, when a guest reads Pending bits.',
    choice: {
      ours: 'Before every read the device model is told which vectors are about to be read (`poll`), and may signal.',
      because: 'What is read is then true (MSIX-PBA-4), also for events that bypass the function.',
      others:
        'QEMU has the same notifier. kvmtool reads the page of the device instead, and knows that this is useless.',
    },
  },
  {
    id: 'MSIX-NOTIFY-3',
    title: 'Calls out may re-enter and may throw',
    source: 'maskbit',
    strength: 'silent',
    text: 'A call out runs code that the function does not know.',
    choice: {
      ours:
        'It comes when the state is final. It may call the function, and it may throw: what else there is to say is ' +
        'said all the same, and the error is thrown after that.',
      because:
        'A device that answers a message with an access, or fails at it, must lose no message of another vector.',
      others:
        'QEMU left state behind when enabling failed, and freed it twice (d964d3b5ab); cloud-hypervisor miscounted ' +
        'users of a route that it failed to add (c5863ce628).',
    },
  },
];
