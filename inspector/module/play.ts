/**
 * Drives a module along a run of the machine: each step as the accesses that it stands for. What it reads and sends is held against the machine, dword
 * by dword, and against the judge, who knows what the standard leaves open.
 */
import { valueOf } from '../../checker/machine/regions.ts';
import { makeTrace } from '../../checker/trace/trace.ts';
import type { Ability, DeviceOutput } from '../../conformance/device/device.ts';
import { tellFailure, thrown } from '../../conformance/device/failure.ts';
import { hex, wideHex } from '../../conformance/device/hexadecimal.ts';
import { readbackInto } from '../../conformance/device/read-whole.ts';
import { dwordName, dwordsOf, readbackDwords } from '../../conformance/device/readback.ts';
import type { WasmDevice } from '../../conformance/device/wasm.ts';
import { type Action, MutableKnowledge } from '../../conformance/judge/actions.ts';
import { Bench } from '../../conformance/judge/bench.ts';
import { type Fault, Judge } from '../../conformance/judge/judge.ts';
import { registersOf } from '../../conformance/judge/messages.ts';
import { profileNamed } from '../../conformance/judge/profile.ts';
import { actionsByName, alphabetOf, modelOf, type Scene } from '../../conformance/judge/scenes.ts';
import { tellDifference } from '../../conformance/judge/words.ts';
import { readEvent, readOutput } from '../../machines/alphabet.ts';
import type { MessageSet } from '../../machines/messages.ts';
import { compiledSubject, instanceByName } from '../../properties/subject.ts';
import { machineView } from '../../properties/view.ts';
import type { ModuleDifference, ModuleQuestions, ModuleState } from './messages.ts';

const ABILITIES: ReadonlySet<Ability> = new Set(['reset', 'retire']);

/** The module along a run, a state for each position. */
export function play(
  create: (options: { vectorCount: number }) => WasmDevice,
  { bounds, events, script, choices = profileNamed('pcie').choices }: ModuleQuestions['play']['ask'],
): ModuleState[] {
  const instance = instanceByName('function', bounds);
  const { vectors, messages } = instance;
  const subject = compiledSubject(instance);
  const { start, steps } = makeTrace(
    subject,
    events.map((event) => subject.events.indexOf(event)),
  );
  const player = new Player(create({ vectorCount: vectors }), sceneOf(vectors, messages, script), choices);
  const viewOf = machineView(vectors, messages);
  const states: ModuleState[] = [];
  const regions: Record<string, string> = { ...start };
  for (let position = 0; position <= steps.length; position++) {
    const step = steps[position - 1];
    if (position > 0) Object.assign(regions, step.changes);
    const names = script[position] ?? (position === 0 ? [] : [accessOf(events[position - 1])]);
    const view = viewOf(valueOf(subject.machine, regions));
    const expected = dwordsOf(vectors, { ...view, message: (vector) => registersOf(view.entry(vector), vector) });
    const due = position === 0 ? [] : step.outputs;
    const isBetween = position > 0 && names.length === 0;
    states.push(player.perform(names, expected, due, isBetween));
  }
  return states;
}

/** The plain access that an event stands for. */
function accessOf(event: string): string {
  const { verb, vector, value } = readEvent(event);
  switch (verb) {
    case 'control':
      return `control.${value}/2`;
    case 'write':
      return `write.${vector}.${value}/4`;
    case 'mask':
    case 'unmask':
      return `${verb}.${vector}/4`;
    default:
      return vector === undefined ? verb : `${verb}.${vector}`;
  }
}

/** A scene with all the accesses that a script has. */
function sceneOf(vectorCount: number, messages: MessageSet, script: ModuleQuestions['play']['ask']['script']): Scene {
  const isOdd = script.some((names) => names?.some((name) => /ones$|^scribble|^(un)?mask\.\d+\/[12]$/.test(name)));
  return {
    name: 'the page',
    asks: 'what is played',
    vectorCount,
    vectors: Array.from({ length: vectorCount }, (_, vector) => vector),
    messages,
    ...{ widths: true, reads: true, reserved: isOdd, narrow: isOdd, pbaWrites: false, isSmall: true },
  };
}

/** A module, and a judge who looks on. */
class Player {
  private readonly device: WasmDevice;
  private readonly bench: Bench;
  private readonly judge: Judge;
  private readonly byName: ReadonlyMap<string, Action>;
  private readonly knowledge: MutableKnowledge;
  private words: Uint32Array<ArrayBuffer>;
  /** What ended it. */
  private end: string | undefined;

  constructor(device: WasmDevice, scene: Scene, choices: Parameters<typeof modelOf>[1]) {
    const alphabet = alphabetOf(scene, ABILITIES);
    this.device = device;
    this.bench = new Bench(device, alphabet.book);
    this.judge = new Judge(modelOf(scene, choices, device.notifies === true, true), alphabet.book, scene.vectorCount);
    this.byName = actionsByName(scene, alphabet);
    this.knowledge = new MutableKnowledge(
      scene.vectorCount,
      choices.openWrites === 'kept',
      choices.disabledTable === 'there',
    );
    this.words = new Uint32Array(readbackDwords(scene.vectorCount));
    device.takeOutputs();
    this.lookAt(() => {
      if (this.bench.readBack() === undefined) this.judge.begin(this.bench.observation);
      this.bench.inform(this.knowledge);
    });
  }

  /** Performs actions, and tells in what the device differs from what the machine does and reads. */
  perform(
    names: readonly string[],
    expected: readonly number[],
    due: readonly string[],
    isBetween: boolean,
  ): ModuleState {
    const sent: DeviceOutput[] = [];
    const faults: Fault[] = [];
    for (const name of names) {
      if (this.end !== undefined) break;
      const action = this.byName.get(name);
      if (action === undefined) continue;
      this.act(action, sent, faults);
    }
    if (this.end !== undefined)
      return { words: this.words.slice(), differences: [{ sentence: `The module has ended. ${this.end}` }] };
    // The first half of what is one access, so that there is nothing to compare yet.
    if (isBetween) return { words: this.words.slice(), differences: [] };
    const differences = [...this.outputDifferences(due, sent), ...this.wordDifferences(expected)];
    const told = faults.flatMap(({ rules, differences: wrong, vector }) => {
      const [first] = wrong;
      return first === undefined ? [] : [`${rules[0]}: ${tellDifference(first, vector, this.judge.book)}`];
    });
    if (told.length > 0) differences.push(...told.slice(0, 2).map((sentence) => ({ sentence })));
    else if (differences.length > 0)
      differences.push({
        sentence: 'The judge finds no rule broken here: the standard leaves this open, or it was told before.',
      });
    return { words: this.words.slice(), differences };
  }

  private act(action: Action, sent: DeviceOutput[], faults: Fault[]): void {
    const { bench, judge, knowledge } = this;
    const failure = bench.perform(action, knowledge);
    if (failure !== undefined) {
      this.end = tellFailure(failure);
      return;
    }
    action.learn(knowledge);
    const { observation } = bench;
    observation.complete(judge.book, knowledge);
    const { outputs } = observation;
    sent.push(...outputs);
    const isRead = action.event === undefined;
    if (isRead) faults.push(...judge.step(action, observation));
    this.lookAt(() => {
      observation.clear();
      observation.outputs = isRead ? [] : outputs;
      const broken = bench.readBack();
      if (broken === undefined) faults.push(...judge.step(action, observation));
      else this.end = tellFailure(broken);
      bench.inform(knowledge);
    });
  }

  /** Looks at the device, and puts it back: what looking does to it is no part of the run. */
  private lookAt(look: () => void): void {
    const state = this.device.save();
    try {
      readbackInto(this.device, this.words);
      this.device.restore(state);
      look();
    } catch (error) {
      this.end = tellFailure(thrown(error));
    }
    this.device.restore(state);
  }

  private wordDifferences(expected: readonly number[]): ModuleDifference[] {
    const { words, device } = this;
    return expected.flatMap((each, word) => {
      // The other bits of Message Control are as the device is made.
      const relevant = word === 0 ? 0xc000 : 0xffffffff;
      if (((words[word] ^ each) & relevant) === 0) return [];
      const name = dwordName(word, device.vectorCount);
      return [
        { word, sentence: `${name} is ${hex(each >>> 0)} in the machine, and ${hex(words[word])} in the module.` },
      ];
    });
  }

  private outputDifferences(due: readonly string[], sent: readonly DeviceOutput[]): ModuleDifference[] {
    const wanted = due.flatMap((output) => {
      const { verb, vector, message = '' } = readOutput(output);
      return verb === 'send' ? [tellMessage(registersOf(message, vector))] : [];
    });
    const got = sent
      .filter(({ verb }) => verb === 'send')
      .map(({ addressLow, addressHigh, data }) => tellMessage([addressLow, addressHigh, data]));
    // Which vector sends first, where one access opens several, is open.
    if (wanted.toSorted().join() === got.toSorted().join()) return [];
    return [{ sentence: `The machine sends ${told(wanted)}; the module sends ${told(got)}.` }];
  }
}

const tellMessage = ([low, high, data]: readonly number[]): string =>
  `${wideHex(low >>> 0, high >>> 0)}:${hex(data >>> 0)}`;
const told = (messages: readonly string[]): string => (messages.length === 0 ? 'nothing' : messages.join(', then '));
