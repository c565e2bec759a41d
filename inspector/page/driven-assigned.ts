/**
 * The implementation of the assigned device, driven beside its machine in the designs that are implemented. It is fetched when the first of
 * them is looked at.
 */
import { AssignedAdapter, IMPLEMENTED } from '../../conformance/device/assigned.ts';
import { readbackDwords } from '../../conformance/device/readback.ts';
import { Snapshots } from '../../conformance/device/snapshots.ts';
import { expectedOf, outputsDifference, stateDifferences } from '../../conformance/paths/assigned-expectation.ts';
import type { StatesApart } from '../../conformance/paths/state-words.ts';
import { type Clause, tellClause } from '../../conformance/paths/story.ts';
import type { Instance } from '../../properties/instances.ts';
import type { DrivenDevice, Driver } from './driver.ts';

/** Drives the assigned device. */
export const ASSIGNED_DRIVER: Driver = {
  // The same code answers, whether the guest moves its BAR or not.
  refusal: ({ design }) =>
    IMPLEMENTED.some((name) => name === design?.name.replace(/ moved$/, ''))
      ? undefined
      : `Of the designs, ${IMPLEMENTED.join(', ')} are implemented.`,
  create: driveAssigned,
};

function driveAssigned({ vectors, messages, design, vcpus }: Instance): DrivenDevice {
  if (design === undefined) throw new Error('Got an assigned device without a design; expected one.');
  const bounds = { design, vectors, messages, vcpus };
  const adapter = new AssignedAdapter(bounds);
  const snapshots = new Snapshots();
  // A region is told by the names that the chart beside it has.
  const sentence = (what: Clause | StatesApart): string =>
    `Of the implementation: ${'region' in what ? `${what.region} is ${what.got}; expected ${what.expected}` : tellClause(what)}.`;
  return {
    vectors,
    notifies: false,
    perform: (event, value) => {
      const { entries } = expectedOf(value, bounds);
      return [...adapter.perform(event, (vector) => entries[vector])];
    },
    outputDifferences: (due, done) => {
      const what = outputsDifference(done, due);
      return what === undefined ? [] : [{ sentence: sentence(what) }];
    },
    differences: (value) =>
      Array.from(
        stateDifferences(adapter.device, expectedOf(value, bounds), new Uint32Array(readbackDwords(vectors))),
        ({ word, what }) => ({
          word,
          sentence: sentence(what),
        }),
      ),
    read: () => {
      const words = new Uint32Array(readbackDwords(vectors));
      adapter.device.peekInto(words);
      return words;
    },
    save: () => snapshots.handleOf(adapter.save()),
    restore: (snapshot) => adapter.restore(snapshots.stateOf(snapshot)),
  };
}
