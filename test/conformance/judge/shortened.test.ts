/** No event can be left out of the trace of a cause so that its last access still breaks the same rule: by no other situation either. */
import { describe as group, expect, test } from 'vitest';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import { describe } from '../../../conformance/judge/findings.ts';
import { howRead, minimise } from '../../../conformance/judge/minimise.ts';
import { rerun } from '../../../conformance/judge/rerun.ts';
import { alphabetOf, modelOf, scenesOf } from '../../../conformance/judge/scenes.ts';
import { subjectOf } from '../../../conformance/judge/subject.ts';
import { pieceNamed, PlainDevice } from '../../../conformance/museum/index.ts';
import type { PlainClass } from '../../../conformance/museum/plain.ts';

const SCENE = 'one vector';

async function judged(Wrong: PlainClass): Promise<Report> {
  const subject = subjectOf((options) => new Wrong(options), [1]);
  return conform(subject, { learn: true, seconds: 60, scenes: [SCENE], strategies: ['walk of pairs'] });
}

const told = ({ causes }: Report): string[] =>
  causes.map(({ rule, access, findings: [{ trace }] }) => `${rule} by ${access}: ${trace.join(', ')}`);

/** What is left of each trace of a cause where an event is left out, and the last access breaks the same rule. */
async function shorterOf(Wrong: PlainClass, { causes, profile }: Report): Promise<string[]> {
  const subject = subjectOf((options) => new Wrong(options), [1]);
  const scene = scenesOf(subject).find(({ name }) => name === SCENE)!;
  const model = modelOf(scene, profile.choices, subject.abilities.has('notify'));
  const { book } = alphabetOf(scene, subject.abilities);
  const found: string[] = [];
  for (const { rule, findings } of causes) {
    const [first] = findings;
    for (let at = 0; at < first.trace.length - 1; at++) {
      const names = first.trace.filter((_, index) => index !== at);
      const { faults, trace } = await rerun(subject, scene, model, names, howRead(first));
      const last = faults.find(({ step }) => step === trace.length - 1);
      if (last !== undefined && describe(last.faults, last.action, book).rules[0] === rule)
        found.push(trace.join(', '));
    }
  }
  return found;
}

group('the trace of each cause', () => {
  test.each([
    ['sends-twice', 'MSIX-PEND-4 by control: unmask.0/4, signal.0, control.on/2'],
    ['event-leaks-across-reset', 'MSIX-PEND-4 by unmask: signal.0, reset, control.on/2, unmask.0/4'],
    ['message-of-the-event', 'MSIX-MSG-1 by unmask: control.on/2, signal.0, open.0.A/8'],
    ['poll-sees-the-past', 'MSIX-RESET-1 by read pba: signal.0, read.pba.0/4, reset'],
  ])('of %s is one from which nothing can be left out', async (name, cause) => {
    const Wrong = pieceNamed(name).device(PlainDevice);
    const report = await judged(Wrong);
    expect(told(report)).toContain(cause);
    expect(await shorterOf(Wrong, report)).toEqual([]);
  });
});

test('a message that is sent too often was in force: what brought it there is not to blame', async () => {
  const { causes } = await judged(pieceNamed('sends-twice').device(PlainDevice));
  const found = causes.flatMap(({ findings }) => findings);
  expect(found.length).toBeGreaterThan(2);
  expect(found.flatMap(({ culprit }) => culprit ?? [])).toEqual([]);
});

test('the QWORD that unmasks is not to blame where unmasking alone shows the same', async () => {
  // What is pending is sent by unmasking only where the data was written by a dword since.
  class Wrong extends PlainDevice {
    override signal(vector: number): void {
      this.memory[vector] = 0;
      super.signal(vector);
    }
    override writeDword(dword: number, value: number, bytes: number): void {
      if (bytes === 4 && dword % 4 === 2) this.memory[dword >> 2] = 1;
      super.writeDword(dword, value, bytes);
    }
    override writeVectorControl(vector: number, value: number): void {
      if (this.memory[vector] === 1) super.writeVectorControl(vector, value);
      else this.table[4 * vector + 3] = value & 1;
    }
  }
  const report = await judged(Wrong);
  const rules = report.causes.flatMap(({ findings }) => findings.flatMap((finding) => finding.rules));
  expect(rules).toContain('MSIX-PEND-2');
  expect(rules).not.toContain('MSIX-ACCESS-4');
});

test('a read is not to blame where there was no time to leave it out', async () => {
  const Wrong = pieceNamed('unmask-does-not-send').device(PlainDevice);
  const { causes, profile } = await judged(Wrong);
  const subject = subjectOf((options) => new Wrong(options), [1]);
  const scene = scenesOf(subject).find(({ name }) => name === SCENE)!;
  const model = modelOf(scene, profile.choices, subject.abilities.has('notify'));
  const [first] = causes[0].findings;
  const trace = ['control.on/2', 'signal.0', 'read.pba.0/4', 'unmask.0/4'];
  const found = { ...first, trace, shortness: undefined };
  await minimise(subject, scene, model, found, { runs: 1, deadline: Infinity });
  expect(found.trace).toEqual(trace);
  expect(found.culprit).toBeUndefined();
  await minimise(subject, scene, model, found, { runs: 100, deadline: Infinity });
  expect(found.trace).toEqual(trace.filter((name) => !name.startsWith('read')));
});
