/**
 * Programs that save and restore are walked pair by pair, as devices in this process are: the same pairs, the same shortest traces.
 */
import { expect, test } from 'vitest';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { Snapshots } from '../../../conformance/device/snapshots.ts';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import type { Finding } from '../../../conformance/judge/findings.ts';
import { remoteSubject, type Subject, subjectOf } from '../../../conformance/judge/subject.ts';
import { pieceNamed, PlainDevice } from '../../../conformance/museum/index.ts';
import type { PlainClass } from '../../../conformance/museum/plain.ts';
import { STRICT_CHOICES } from '../../../spec/choices.ts';

/** What saves into one place, so that a fresh instance restores what another one has saved, as a program does. */
function shared(Base: PlainClass): PlainClass {
  const states = new Snapshots<string>();
  return class extends Base {
    override save(): number {
      const { enabled, functionMask, table, pending, memory } = this;
      return states.handleOf(JSON.stringify([enabled, functionMask, table, pending, memory]));
    }
    override restore(snapshot: number): void {
      const saved = JSON.parse(states.stateOf(snapshot)) as [boolean, boolean, number[], number[], number[]];
      [this.enabled, this.functionMask] = saved;
      for (const [index, list] of [this.table, this.pending, this.memory].entries())
        list.splice(0, list.length, ...(saved[2 + index] as number[]));
    }
  };
}

const walked = (subject: Subject, scenes = ['one vector', 'two vectors']): Promise<Report> =>
  conform(subject, {
    profile: { name: 'own', choices: { ...STRICT_CHOICES, message: 'immediate' }, assumptions: {} },
    ...{ scenes, strategies: ['walk of pairs'], seconds: 60 },
  });
const remote = (Device: PlainClass): Subject =>
  remoteSubject(
    remoteOf((options) => new Device(options), 1),
    remoteOf((options) => new Device(options), 2),
  );
const told = ({ outcomes }: Report) => outcomes.map(({ paths, steps, isComplete }) => [paths, steps, isComplete]);

test('a right program: all pairs, as many as in this process', async () => {
  const there = await walked(remote(shared(PlainDevice)));
  expect(there.verdict).toBe('holds');
  const here = await walked(subjectOf((options) => new PlainDevice(options), [1, 2]));
  expect(told(there)).toEqual(told(here));
});

test.each(['unmask-does-not-send', 'third-masking'])('%s: the same shortest trace', async (name) => {
  const Wrong = pieceNamed(name).device(PlainDevice);
  const first = ({ causes: [{ rule, findings }] }: Report): [string, Finding['trace'], string | undefined] => [
    rule,
    findings[0].trace,
    findings[0].shortness,
  ];
  const there = await walked(remote(shared(Wrong)), ['one vector']);
  const here = await walked(
    subjectOf((options) => new Wrong(options), [1]),
    ['one vector'],
  );
  expect(first(there)).toEqual(first(here));
  expect(first(there)[2]).toBe('shortest');
});

test('one that ends at an access: that is told, a fresh one is asked the rest, and the access is left out after three times', async () => {
  const Crashing = shared(
    class extends PlainDevice {
      override retire(vector: number): void {
        if (this.pending[vector] === 1) throw new Error('assertion failed');
      }
    },
  );
  const { causes, outcomes } = await walked(remote(Crashing), ['one vector']);
  expect(causes.map(({ findings: [{ trace }] }) => trace)).toEqual([['signal.0', 'retire.0']]);
  expect(outcomes[0].isComplete).toBe(true);
  expect(outcomes[0].steps).toBeGreaterThan(1000);
});
