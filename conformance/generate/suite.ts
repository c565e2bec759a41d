/**
 * Tests of one function, as requests and permitted answers: what a path of the machine is on the wire, in one of the forms of each access,
 * and what devices of every profile answer. It knows neither files nor formats.
 */
import { enumerate } from '../../checker/explore/enumerate.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { eventSentence, functionEvents, readEvent, RESET, write } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { type MessageSet, wholeMessages } from '../../machines/messages.ts';
import type { ChoiceName } from '../../spec/choices.ts';
import type { Request } from '../device/device.ts';
import { requestLine } from '../device/protocol.ts';
import { readback } from '../device/words.ts';
import { type Action, actionsOf, MutableKnowledge } from '../judge/actions.ts';
import { MessageBook } from '../judge/messages.ts';
import { Oracle, ProfileMachine } from './oracle.ts';
import { flagsOf, profileMask, PROFILES } from './profiles.ts';

/** The messages of the paths. Each test begins by writing the first, and writes it again after a reset: a vector without an address is not let send. */
const WRITTEN: MessageSet = wholeMessages('two', ['A', 'B']);
/** The messages that an entry may hold. */
const HELD: MessageSet = wholeMessages('three', ['zero', 'A', 'B']);

/** The answers that devices of some profiles give. */
export interface PermittedAnswers {
  /** The profiles, as bits of a number in hexadecimal. */
  readonly profiles: string;
  /** One answer for each request. */
  readonly answers: readonly string[];
}

/** One test. It begins with a fresh device, or a reset one. */
export interface SuiteTest {
  readonly number: number;
  /** The path in words. */
  readonly name: string;
  readonly rules: readonly string[];
  /** The choices on which the answers depend. */
  readonly flags: readonly ChoiceName[];
  /** Requests of the text protocol. */
  readonly requests: readonly string[];
  /** No answers of two of them are alike; a device must give all of one. */
  readonly permitted: readonly PermittedAnswers[];
}

/** What tests are made for. */
export interface SuiteOptions {
  /** 1 to 2048. Beyond two, the paths of one vector are taken at the places where words begin and end, while the others rest. */
  readonly vectors: number;
  /** How many profiles: all, or the strict one alone. Default all. */
  readonly profiles?: 'all' | 'strict';
}

/** The machine that the paths are of. */
export interface SuiteMachine {
  readonly graph: StateGraph;
  /** What a guest reads in each state. */
  readonly read: readonly string[];
}

/** Where the words of tables and of Pending Bit Arrays of `vectors` vectors begin and end. */
export function boundaries(vectors: number): number[] {
  return [0, 31, 32, 63, 64, vectors - 1].filter(
    (vector, index, all) => vector < vectors && all.indexOf(vector) === index,
  );
}

/** Explores the machine: of one vector or two. */
export function suiteMachine({ vectors }: SuiteOptions): SuiteMachine {
  const count = vectors === 2 ? 2 : 1;
  const graph = enumerate(createFunction({ vectors: count, messages: WRITTEN }), functionEvents(count, WRITTEN));
  return { graph, read: graph.states.map((value) => readback(value, count, WRITTEN).join()) };
}

/** Makes tests of paths. */
export class Suite {
  readonly machine: SuiteMachine;
  readonly vectors: number;
  /** The vectors that paths of one vector are taken at. */
  readonly places: readonly number[];
  private readonly book: MessageBook;
  private readonly forms: ReadonlyMap<string, readonly Action[]>;
  private readonly machines: readonly ProfileMachine[];

  constructor(options: SuiteOptions, onProfiles: (done: number, total: number) => void = () => {}) {
    const { vectors, profiles = 'all' } = options;
    const messages = HELD;
    this.vectors = vectors;
    this.places = vectors > 2 ? boundaries(vectors) : [0];
    this.machine = suiteMachine(options);
    this.book = new MessageBook(messages, vectors);
    const acted = vectors > 2 ? this.places : undefined;
    const alphabet = {
      vectorCount: vectors,
      messages,
      book: this.book,
      vectors: acted,
      reset: true,
      retire: true,
      reads: false,
    };
    const forms = new Map<string, Action[]>();
    for (const action of actionsOf(alphabet)) {
      // A form that does more than its event is another event.
      if (action.prelude !== undefined) continue;
      const key = `${action.event}@${action.vector}`;
      forms.set(key, [...(forms.get(key) ?? []), action]);
    }
    this.forms = forms;
    const asked = profiles === 'strict' ? PROFILES.slice(0, 1) : PROFILES;
    this.machines = asked.map((choices, index) => {
      onProfiles(index, asked.length);
      return new ProfileMachine(choices, messages);
    });
  }

  /** Makes the test of a path, at one of `places`. Nothing depends on what was made before. */
  make(path: readonly number[], number: number, place = 0): SuiteTest {
    const { graph } = this.machine;
    const names = path.map((event) => graph.events[event]);
    const actions = this.actionsOn(names, number, place);
    const knowledge = new MutableKnowledge(this.vectors);
    const requests: Request[] = [];
    for (const action of actions) {
      for (const request of action.requests(knowledge)) requests.push(request);
      action.learn(knowledge);
      requests.push({ verb: 'outputs' });
    }
    const final = this.readback(place);
    requests.push(...final);

    const rules = new Set<string>();
    const groups = new Map<string, Set<number>>();
    for (const [profile, machine] of this.machines.entries()) {
      const oracle = new Oracle(machine, this.book, this.vectors);
      const answers: string[] = [];
      for (const action of actions) {
        const sent = oracle.perform(action);
        for (let request = 0; request < action.requests(knowledge).length; request++) answers.push('ok');
        answers.push(sent);
      }
      for (const request of final) answers.push(oracle.answer(request));
      if (profile === 0) for (const rule of oracle.rules) rules.add(rule);
      const key = answers.join('|');
      const group = groups.get(key) ?? new Set();
      groups.set(key, group.add(profile));
    }
    return {
      number,
      name: `${place === 0 ? '' : `vector ${place}: `}${names.map((name) => eventSentence(name)).join('; ')}`,
      rules: [...rules].toSorted(),
      flags: this.machines.length === 1 ? [] : flagsOf([...groups.values()]),
      requests: requests.map((request) => requestLine(request, () => '')),
      permitted: Array.from(groups, ([key, group]) => ({ profiles: profileMask(group), answers: key.split('|') })),
    };
  }

  /** The actions of a path, each in one of its lawful forms: which one follows from its place and the number of the test. */
  private actionsOn(names: readonly string[], number: number, place: number): Action[] {
    const knowledge = new MutableKnowledge(this.vectors);
    const take = (event: string, vector: number, choice: number): Action => {
      const forms = (this.forms.get(`${event}@${vector}`) ?? []).filter((form) => form.isLawful(knowledge));
      if (forms.length === 0) throw new Error(`Got the event ${event}; expected one that a guest can make.`);
      const form = forms[choice % forms.length];
      form.learn(knowledge);
      return form;
    };
    const acted = this.vectors === 2 ? [0, 1] : [place];
    const begin = (choice: number): Action[] => acted.map((vector) => take(write(0, 'A'), vector, choice));
    return [
      ...begin(number),
      ...names.flatMap((name, step) => {
        const { vector } = readEvent(name);
        const choice = number * 31 + step * 7;
        // Actions are of vector 0 of the machine of one vector, whichever vector they are of.
        const form =
          vector === undefined
            ? take(name, -1, choice)
            : take(name.replace(`.${vector}`, '.0'), vector + place, choice);
        return name === RESET ? [form, ...begin(choice)] : [form];
      }),
    ];
  }

  /** Reads everything of the vectors that were acted upon, and of their neighbours. */
  private readback(place: number): Request[] {
    const shown = this.vectors <= 2 ? [0, 1] : [place - 1, place, place + 1];
    const vectors = shown.filter((vector) => vector >= 0 && vector < this.vectors);
    const dwords = new Set(vectors.map((vector) => vector >>> 5));
    return [
      { verb: 'configRead', offset: 2, bytes: 2 },
      ...vectors.flatMap((vector): Request[] => [
        { verb: 'tableRead', offset: 16 * vector, bytes: 8 },
        { verb: 'tableRead', offset: 16 * vector + 8, bytes: 4 },
        { verb: 'tableRead', offset: 16 * vector + 12, bytes: 4 },
      ]),
      ...Array.from(dwords, (dword): Request => ({ verb: 'pbaRead', offset: 4 * dword, bytes: 4 })),
      { verb: 'pbaRead', offset: 8 * (place >>> 6), bytes: 8 },
    ];
  }
}
