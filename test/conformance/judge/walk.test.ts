/**
 * The judge and the walk of pairs: our own function and a plain one are right under the strictest profile and the loosest, and the
 * museum's devices of up to three vectors are wrong in the way that is written beside them.
 */
import { describe, expect, test } from 'vitest';
import { createInProcessDevice } from '../../../conformance/device/in-process.ts';
import { createModel } from '../../../conformance/judge/judge.ts';
import { MessageBook } from '../../../conformance/judge/messages.ts';
import { walkPairs } from '../../../conformance/judge/walk.ts';
import { JUDGED, SMALL } from '../../../machines/permitted/index.ts';
import { LOOSE_CHOICES, STRICT_CHOICES } from '../../../spec/choices.ts';

const CHOICES = { strict: STRICT_CHOICES, loose: LOOSE_CHOICES } as const;

describe('the walk of pairs', () => {
  // Under the strict profile a pair is a state of the machine: 4 * 8^N of them with two messages. Under the loose one the guest is not sure what a
  // write does while MSI-X is disabled, and what it knows is part of a pair.
  test.each([
    ['strict', 1, 32, 992],
    ['loose', 1, 38, 1160],
    ['strict', 2, 256, 12_032],
    ['loose', 2, 372, 16_980],
  ] as const)('finds nothing wrong with MsixFunction, %s, of %i vectors', (profile, vectorCount, pairs, steps) => {
    const model = createModel({ choices: CHOICES[profile], messages: SMALL, notifies: true });
    const book = new MessageBook(SMALL, vectorCount);
    const alphabet = { vectorCount, messages: SMALL, book, reset: true, retire: true };
    const walk = walkPairs(createInProcessDevice(vectorCount), model, alphabet);
    expect(walk.findings.all).toEqual([]);
    expect(walk).toMatchObject({ isComplete: true, pairs, steps });
  });

  //= MSIX-CAP-8, MSIX-ACCESS-3, MSIX-ACCESS-4 type=test
  test('walks every width of every access, with four messages', () => {
    const model = createModel({ choices: STRICT_CHOICES, messages: JUDGED });
    const book = new MessageBook(JUDGED, 1);
    const device = createInProcessDevice(1, { notifies: false });
    const walk = walkPairs(device, model, { vectorCount: 1, messages: JUDGED, book, reset: true, retire: true });
    expect(walk.findings.all).toEqual([]);
    expect(walk).toMatchObject({ isComplete: true, pairs: 72, steps: 2592 });
  });
});
