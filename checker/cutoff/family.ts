/**
 * Families of machines: one for each number of members, such as the vectors of a function. Here is the premise under which a few
 * members stand for any number of them; what follows from it, and why, is in `README.md` beside this file.
 *
 * The premise is checked on the machines themselves, and refused with the sentence that breaks it.
 */
import type { AnyStateMachine } from 'xstate';
import {
  Brand,
  refuse,
  requireCount,
  requireFields,
  requireFunction,
  requireList,
  requireText,
  shortened,
  within,
} from '../argument/argument.ts';
import { requireMachine } from '../machine/machine.ts';
import { type NameOutput, nameOutput } from '../machine/output.ts';
import { nodesOf } from '../machine/transition-sets.ts';
import {
  CutoffError,
  type Family,
  Instance,
  type MemberMap,
  Names,
  own,
  ownWith,
  SENTENCE_CHARACTERS,
  SHARED,
  sharedWith,
  type Writing,
} from './instance.ts';

/** More members than any machine has that is read whole. */
export const MEMBERS_MAX = 4096;

/** What the constructor of `CheckedFamily` has made. */
export const CHECKED_FAMILY: Brand<CheckedFamily> = new Brand('a CheckedFamily');

/** A family whose premise was checked. */
export class CheckedFamily {
  readonly family: Family;
  /** The numbers of members at which the machine was seen to be written by the template. */
  readonly sizes: readonly number[];
  /** A sentence of what a member reads that speaks of another member, as it is told; undefined where members are deaf to each other. */
  readonly hearing: string | undefined;
  private readonly instances = new Map<number, Instance>();
  private readonly named = new Map<number, Names>();
  private readonly seen = new WeakMap<AnyStateMachine, Map<string, Instance>>();
  private readonly template: Writing;

  /**
   * Checks the premise.
   * @param sizes The numbers of members at which the machine is compared with the template, which is read at 3.
   * @throws {CutoffError} when a sentence breaks it.
   */
  constructor(family: Family, sizes: readonly number[] = [1, 2, 3, 4]) {
    this.family = readFamily('family of CheckedFamily', family);
    this.sizes = requireList('sizes of CheckedFamily', sizes, requireSize);
    if (this.sizes.length === 0) refuse('sizes of CheckedFamily', sizes, 'numbers of members, one at least');
    CHECKED_FAMILY.mark(this);
    const three = this.instance(3);
    this.template = three.writing;
    this.hearing = three.hearing?.text;
    this.requireNames(three);
    for (const size of new Set([3, ...this.sizes])) this.requireTemplate(this.instance(size), true);
  }

  /** The names of the machine with so many members. */
  names(members: number): Names {
    const known =
      this.instances.get(members) ??
      this.named.get(members) ??
      new Names(this.family, members, this.family.at(members).machine);
    this.named.set(members, known);
    return known;
  }

  /** The machine with so many members, read. */
  instance(members: number): Instance {
    const known = this.instances.get(members) ?? new Instance(this.family, members, this.family.at(members));
    this.instances.set(members, known);
    return known;
  }

  /**
   * Requires that a machine is the one with so many members. It may lack regions of members that only observe, such as monitors: what is there
   * does not read them, and they put out nothing.
   * @param events Those of the machine, whether they happen or not, and how its outputs are named.
   */
  requireMachine(
    machine: AnyStateMachine,
    members: number,
    { events = machine.events, name = nameOutput }: { events?: readonly string[]; name?: NameOutput } = {},
  ): Instance {
    const key = JSON.stringify([members, ...events]);
    const ofMachine = this.seen.get(machine) ?? new Map<string, Instance>();
    this.seen.set(machine, ofMachine);
    // What a function makes of names is not known before it is asked.
    const known = name === nameOutput ? ofMachine.get(key) : undefined;
    const instance = known ?? new Instance(this.family, members, { machine, events }, name);
    if (name === nameOutput) ofMachine.set(key, instance);
    this.requireTemplate(instance, false);
    return instance;
  }

  /** That a machine is written by the template. */
  private requireTemplate(instance: Instance, isWhole: boolean): void {
    const { writing, members } = instance;
    const compare = (list: string, model: string): void => {
      const found = writing.of(list);
      const expected = this.template.of(model);
      const missing = [...expected].find((text) => !found.has(text));
      const odd = missing ?? [...found].find((text) => !expected.has(text));
      if (odd === undefined) return;
      throw new CutoffError(
        `Got ${this.family.name} with ${members} members, where ${list} ${missing === undefined ? 'has besides' : 'lacks'}, with the member ` +
          `called 0 and another one 1: ${shortened(odd, SENTENCE_CHARACTERS)}; expected what ${model} has among 3.`,
      );
    };
    const indices = Array.from({ length: members }, (_, member) => member);
    compare(SHARED, SHARED);
    for (const member of indices) compare(sharedWith(member), sharedWith(0));
    for (const member of indices) {
      for (const [place, model] of this.family.regions(0).entries()) {
        const region = instance.regionsOf(member)[place];
        if (region === undefined && !isWhole) {
          this.requireObserver(model, instance);
          continue;
        }
        const path = region ?? this.family.regions(member)[place];
        compare(own(path), own(model));
        for (const other of indices) if (other !== member) compare(ownWith(path, other), ownWith(model, 1));
      }
    }
  }

  /** That a region of a member may be left out: it puts out nothing. That others do not read it shows in what they are compared with. */
  private requireObserver(model: string, { members }: Instance): void {
    const odd = this.instance(3).sentences.find(({ region, outputs }) => region === model && outputs.length > 0);
    if (odd === undefined) return;
    throw new CutoffError(
      `Got ${this.family.name} with ${members} members, which lacks a region like ${model}; expected it there, for it puts something out: ` +
        `${shortened(odd.text, SENTENCE_CHARACTERS)}.`,
    );
  }

  /** That renaming is what it is called: names are renamed one by one, and back. */
  private requireNames({ machine, sentences }: Instance): void {
    const { rename, renameState } = this.family;
    const swap: MemberMap = (member) => (member === 0 ? 1 : member === 1 ? 0 : member);
    const names = [...sentences.flatMap(({ event, outputs }) => [event, ...outputs])];
    const paths = renameState === undefined ? [] : nodesOf(machine.root).map(({ path }) => path.join('.'));
    const check = (name: string, by: Family['rename']): void => {
      const there = by(name, swap);
      if (by(name, (member) => member) !== name || by(there, swap) !== name) {
        throw new CutoffError(
          `Got ${there} for ${name} with 0 and 1 exchanged; expected a renaming that is undone by itself.`,
        );
      }
    };
    for (const name of names) check(name, rename);
    for (const path of paths) check(path, renameState!);
  }
}

/** Requires a number of members that a machine may have. */
function requireSize(place: string, value: unknown): number {
  if (value === 0) return refuse(place, value, `a whole number from 1 to ${MEMBERS_MAX}`);
  return requireCount(place, value, MEMBERS_MAX);
}

function readFamily(place: string, value: unknown): Family {
  const fields = requireFields(place, value, ['name', 'at', 'regions', 'rename', 'renameState']);
  const at = requireFunction(within(place, 'at'), fields.at);
  const regions = requireFunction(within(place, 'regions'), fields.regions);
  const renaming = (what: 'rename' | 'renameState'): Family['rename'] => {
    const given = requireFunction(within(place, what), fields[what]);
    return (name, of) => {
      const word: unknown = given(name, of);
      return typeof word === 'string' ? word : refuse(`what ${within(place, what)} gives for ${name}`, word, 'a name');
    };
  };
  return {
    name: requireText(within(place, 'name'), fields.name),
    at: (members) => {
      const what = `what ${within(place, 'at')} gives for ${members}`;
      const { machine, events } = requireFields(what, at(members), ['machine', 'events']);
      return {
        machine: requireMachine(within(what, 'machine'), machine),
        events: requireList(within(what, 'events'), events, requireText),
      };
    },
    regions: (member) => requireList(within(place, 'regions'), regions(member), requireText),
    rename: renaming('rename'),
    ...(fields.renameState === undefined ? {} : { renameState: renaming('renameState') }),
  };
}
