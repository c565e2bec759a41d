/**
 * Saving a function and restoring it. The specification knows neither.
 */
import type { Rule } from './rule.ts';

/** The rules of saving and restoring. */
export const SAVE_RULES: readonly Rule[] = [
  {
    id: 'MSIX-SAVE-1',
    title: 'Restored equals saved',
    source: 'maskbit',
    strength: 'silent',
    text: 'A function may be saved at any time, and restored into another one with the same number of vectors.',
    choice: {
      ours:
        'No guest can tell the restored function from the saved one, now or later. ' +
        'Vectors in use are released, and those that the restored function has in use are put into use.',
      because:
        'The message in force is state, too: a change of an unmasked entry must not come into force by being saved.',
      others:
        'QEMU saves table and Pending bits, and restores as if every vector were unmasked at that moment. ' +
        'cloud-hypervisor (490e338e1), crosvm (275a32070) and Firecracker (9c70d1532) each had to repair functions ' +
        'that came back different.',
    },
  },
  {
    id: 'MSIX-SAVE-2',
    title: 'A bad buffer is refused whole',
    source: 'maskbit',
    strength: 'silent',
    text: 'What is to be restored may be of another version, of another size, or damaged.',
    choice: {
      ours: 'A state that no function of this size can be in is refused in a sentence, before anything has changed.',
      because: 'Half a state is worse than none, and a saved function may come from someone else.',
      others: 'Firecracker refuses sizes that do not match.',
    },
  },
];
