/**
 * Programs that save and restore are walked pair by pair, as devices in this process are: the same pairs, the same shortest traces.
 */
import { expect, test } from 'vitest';
import type { Request } from '../../../conformance/device/device.ts';
import { failed } from '../../../conformance/device/protocol.ts';
import { ask, remoteOf } from '../../../conformance/device/remote.ts';
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

/** A right program that answers with an error to what this says. */
function refusing(refuses: (request: Request, device: PlainDevice) => boolean): Subject {
  const Device = shared(PlainDevice);
  let device: PlainDevice;
  const right = remoteOf((options) => (device = new Device(options)), 1);
  return remoteSubject({
    ...right,
    run: (requests) =>
      Promise.resolve(
        requests.map((request) => (refuses(request, device) ? failed('error', 'no') : ask(device, request))),
      ),
  });
}

test.each<[string, (request: Request, device: PlainDevice) => boolean, trace: string[], at: string]>([
  [
    'the retirement of what is pending',
    ({ verb }, { pending }) => verb === 'retire' && pending[0] === 1,
    ['signal.0', 'retire.0'],
    'retire 0x0',
  ],
  [
    'data and mask as one, where Function Mask alone blocks',
    (request, { table, functionMask }) =>
      request.verb === 'tableWrite' && request.bytes === 8 && request.high === 1 && table[3] === 0 && functionMask,
    ['control.offMasked/2', 'unmask.0/4', 'mask.0/8'],
    'table-write 0x8 0x8 0x100000000',
  ],
])('one that refuses %s: that is told in its own words, and nothing else', async (_, refuses, trace, at) => {
  const { causes, outcomes } = await walked(refusing(refuses), ['one vector']);
  expect(causes.map(({ findings: [finding] }) => [finding.trace, finding.differences])).toEqual([
    [trace, [`Got refused: no; expected ok, at ${at}.`]],
  ]);
  expect(outcomes[0].isComplete).toBe(true);
});

test('one that refuses to save is told so: no path can show it again', async () => {
  const { causes, verdict } = await walked(
    refusing(({ verb }) => verb === 'save'),
    ['one vector'],
  );
  expect(causes.map(({ findings: [{ trace, differences }] }) => [trace, differences])).toEqual([
    [[], ['Got refused: no; expected ok, at save.']],
  ]);
  expect(verdict).toBe('violated');
});

test('one that refuses a read of an open entry, however it was opened, is told of one cause', async () => {
  const { causes } = await walked(
    refusing(({ verb }, device) => verb === 'tableRead' && !device.isBlocked(0)),
    ['one vector'],
  );
  expect(causes.map(({ findings: [{ trace, failure }] }) => [trace, failure?.form])).toEqual([
    [['control.on/2', 'unmask.0/4'], 'table-read/4'],
  ]);
});

test('one that has no table while MSI-X is disabled may refuse all of it then, where the profile says so', async () => {
  const gone = () => refusing(({ verb }, { enabled }) => verb.startsWith('table') && !enabled);
  const { causes } = await walked(gone(), ['one vector']);
  expect(causes.map(({ findings: [{ trace, differences }] }) => [trace, differences])).toEqual([
    [[], ['Got refused: no; expected ok, at table-read 0x0 0x4.']],
  ]);
  const choices = { ...STRICT_CHOICES, message: 'immediate', disabledTable: 'absent' } as const;
  const options = { scenes: ['one vector'], strategies: ['walk of pairs', 'all transitions'], seconds: 60 };
  const profile = { name: 'own', choices, assumptions: {} };
  expect((await conform(gone(), { profile, ...options })).verdict).toBe('holds');
});
