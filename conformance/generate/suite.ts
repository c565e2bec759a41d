/**
 * Tests of one function, as requests and permitted answers: what a path of the machine is on the wire, in one of the forms of each access,
 * and what devices of every profile answer. It knows neither files nor formats.
 */
import { compile } from '../../checker/compile/compile.ts';
import { explore } from '../../checker/explore/explore.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { eventSentence, functionEvents, readEvent, RESET, write } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { type MessageSet, wholeMessages } from '../../machines/messages.ts';
import type { ChoiceName, Choices } from '../../spec/choices.ts';
import type { Request } from '../device/device.ts';
import { requestLine } from '../device/protocol.ts';
import { readback } from '../device/words.ts';
import { type Action, actionsOf, MutableKnowledge } from '../judge/actions.ts';
import { MessageBook } from '../judge/messages.ts';
import { ProfileClasses } from './classes.ts';
import { Oracle, ProfileMachine } from './oracle.ts';
import { flagsOf, profileMask, PROFILES } from './profiles.ts';
import { type ReadRequest, READS, readSentence, readsOf } from './reads.ts';

/** The messages of the paths. Each test begins by writing the first, and writes it again after a reset: a vector without an address is not let send. */
const WRITTEN: MessageSet = wholeMessages('two', ['A', 'B']);
/** The messages that an entry may hold. */
const HELD: MessageSet = wholeMessages('three', ['zero', 'A', 'B']);

/** A path in words, for the name of its test; of a path that has no event, too. */
export const storyOf = (words: readonly string[]): string =>
  words.length === 0 ? 'nothing happens' : words.join('; ');

/** What is done, as far as answers depend on it. */
type ClassAction = Pick<Action, 'event' | 'vector'>;
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
  /** Events that the device lacks, by their names or verbs: `retire`. */
  readonly without?: readonly string[];
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

const MACHINES: ProfileMachine[] = [];

/** The machine of a profile, by its number. It is compiled when it is first asked for: all of them take some seconds. */
function machineOf(choices: Choices, profile: number): ProfileMachine {
  return (MACHINES[profile] ??= new ProfileMachine(choices, HELD));
}

/** Explores the machine: of one vector or two. */
export function suiteMachine({ vectors, without = [] }: SuiteOptions): SuiteMachine {
  const count = vectors === 2 ? 2 : 1;
  const only = eventsWithout(functionEvents(count, WRITTEN), without);
  const graph = explore(compile(createFunction({ vectors: count, messages: WRITTEN }), { only })).graph();
  return { graph, read: graph.states.map((value) => readback(value, count, WRITTEN).join()) };
}

/** Leaves out events, by their names or verbs. @throws {RangeError} where one of them is no event. */
export function eventsWithout(events: readonly string[], without: readonly string[]): readonly string[] {
  const isNamed = (event: string, name: string): boolean => event === name || readEvent(event).verb === name;
  for (const name of without) {
    if (events.some((event) => isNamed(event, name))) continue;
    const verbs = new Set(events.map((event) => readEvent(event).verb));
    throw new RangeError(`Got --without ${name}; expected of ${[...verbs].join(', ')}, or the whole name of an event.`);
  }
  return events.filter((event) => !without.some((name) => isNamed(event, name)));
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
  private readonly classes: ProfileClasses;
  private readonly flags = new Map<string, readonly ChoiceName[]>();

  constructor(options: SuiteOptions) {
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
    this.machines = (profiles === 'strict' ? PROFILES.slice(0, 1) : PROFILES).map(machineOf);
    this.classes = new ProfileClasses(this.machines, this.actedAt(0).length);
  }

  /** Makes the test of a path, at one of `places`. Nothing depends on what was made before. */
  make(path: readonly number[], number: number, place = 0): SuiteTest {
    const acted = this.actedAt(place);
    const { actions, requests } = this.performed(path, number, place);
    const final = this.readback(place);
    const steps = actions.map(({ event, vector }) => ({ event, slot: vector < 0 ? -1 : acted.indexOf(vector) }));

    const rules = new Set<string>();
    const groups = new Map<string, Set<number>>();
    for (const alike of this.classes.classesOf(steps)) {
      const oracle = new Oracle(this.machines[alike[0]], this.book, this.vectors, acted);
      const answers: string[] = [];
      for (const [step, action] of actions.entries()) {
        const sent = oracle.perform(action);
        for (const request of requests[step]) answers.push(oracle.answer(request));
        answers.push(sent);
      }
      for (const request of final) answers.push(oracle.answer(request));
      if (alike[0] === 0) for (const rule of oracle.rules) rules.add(rule);
      const key = answers.join('|');
      const group = groups.get(key) ?? new Set();
      for (const profile of alike) group.add(profile);
      groups.set(key, group);
    }
    const permitted = Array.from(groups, ([key, group]) => ({ profiles: profileMask(group), answers: key.split('|') }));
    const asked = [...requests.flatMap((each) => [...each, { verb: 'outputs' } as const]), ...final];
    return {
      number,
      name: this.nameOf(path, place),
      rules: [...rules].toSorted(),
      flags: this.flagsOf(permitted.map(({ profiles }) => profiles).join(), [...groups.values()]),
      requests: asked.map((request) => requestLine(request, () => '')),
      permitted,
    };
  }

  /** The rules that the test of a path exercises: those of the steps that a strict device takes. */
  rulesOf(path: readonly number[], number: number, place = 0): ReadonlySet<string> {
    const oracle = new Oracle(this.machines[0], this.book, this.vectors, this.actedAt(place));
    for (const action of this.performed(path, number, place).actions) oracle.perform(action);
    return oracle.rules;
  }

  /** The path in words. */
  private nameOf(path: readonly number[], place: number): string {
    const { events } = this.machine.graph;
    const words = path.map((each) => {
      if (each < events.length) return eventSentence(events[each]);
      const number = each - events.length;
      return readSentence(number % READS, this.vectors === 2 ? Math.floor(number / READS) : undefined);
    });
    return `${this.places.length === 1 ? '' : `vector ${place}: `}${storyOf(words)}`;
  }

  private flagsOf(key: string, groups: readonly ReadonlySet<number>[]): readonly ChoiceName[] {
    let flags = this.flags.get(key);
    if (flags === undefined) {
      flags = this.machines.length === 1 ? [] : flagsOf(groups);
      this.flags.set(key, flags);
    }
    return flags;
  }

  /** The vectors that a path at a place acts on. */
  private actedAt(place: number): readonly number[] {
    return this.vectors === 2 ? [0, 1] : [place];
  }

  /** A read of an acted vector, by its number: READS of each. */
  private readAt(number: number, place: number): ReadRequest {
    const vector = this.actedAt(place)[Math.floor(number / READS)];
    return readsOf(vector)[number % READS];
  }

  /** What a path does, each event in one of its lawful forms: which one follows from its place and the number of the test. */
  private performed(
    path: readonly number[],
    number: number,
    place: number,
  ): { readonly actions: readonly ClassAction[]; readonly requests: readonly (readonly Request[])[] } {
    const { events } = this.machine.graph;
    // Where a write to an open entry may be dropped, a guest does not know what the entry holds, and cannot write its data again as it is.
    const knowledge = new MutableKnowledge(this.vectors, this.machines.length === 1);
    const actions: ClassAction[] = [];
    const requests: (readonly Request[])[] = [];
    const take = (event: string, vector: number, choice: number): void => {
      const forms = (this.forms.get(`${event}@${vector}`) ?? []).filter((form) => form.isLawful(knowledge));
      if (forms.length === 0) throw new Error(`Got the event ${event}; expected one that a guest can make.`);
      const form = forms[choice % forms.length];
      actions.push(form);
      requests.push(form.requests(knowledge));
      form.learn(knowledge);
    };
    const begin = (choice: number): void => {
      for (const vector of this.actedAt(place)) take(write(0, 'A'), vector, choice);
    };
    begin(number);
    for (const [step, each] of path.entries()) {
      const choice = number * 31 + step * 7;
      if (each >= events.length) {
        actions.push({ event: undefined, vector: -1 });
        requests.push([this.readAt(each - events.length, place)]);
        continue;
      }
      const name = events[each];
      const { vector } = readEvent(name);
      // Actions are of vector 0 of the machine of one vector, whichever vector they are of.
      if (vector === undefined) take(name, -1, choice);
      else take(name.replace(`.${vector}`, '.0'), vector + place, choice);
      if (name === RESET) begin(choice);
    }
    return { actions, requests };
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
