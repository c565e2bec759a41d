/**
 * One machine of a family, read as the set of its sentences (`export/symbolic.ts`): on an event, if a condition holds, compound states get
 * values and outputs are put out. Each sentence belongs to a member, or to what members share.
 *
 * A sentence that reads, changes or names what it must not is refused here. That members are alike is seen in `family.ts`.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { shortened, tell, tellNames } from '../argument/argument.ts';
import { type Condition, conditionOf, printCondition, type SymbolicMachine, symbolicOf } from '../export/symbolic.ts';
import { machineGuards } from '../machine/guard.ts';
import type { NameOutput } from '../machine/output.ts';
import { ancestorsOf, childrenOf, isBelow, nodesOf } from '../machine/transition-sets.ts';

/** Gives each member another number. */
export type MemberMap = (member: number) => number;

/** A machine for each number of members. */
export interface Family {
  readonly name: string;
  /** The machine with so many members, 1 or more, and the events that can happen. */
  readonly at: (members: number) => { readonly machine: AnyStateMachine; readonly events: readonly string[] };
  /** The paths of the regions of a member, such as 'vector0'. All around them are parallel states. */
  readonly regions: (member: number) => readonly string[];
  /** Renames the members that the name of an event or an output has in it. */
  readonly rename: (name: string, of: MemberMap) => string;
  /** The same for the path of a state that members share, where such a state may name one: 'lock.held 0'. */
  readonly renameState?: (path: string, of: MemberMap) => string;
}

/** Thrown when nothing can be said of every number of members; its message names what stands in the way. */
export class CutoffError extends RangeError {
  override name = 'CutoffError';
}

/** Who a sentence belongs to: a member, or what is shared. */
type Owner = number | 'shared';

/** A sentence of a machine. */
export interface Sentence {
  readonly owner: Owner;
  /** The path of the region that it is of, where it is a member's. */
  readonly region: string | undefined;
  readonly event: string;
  readonly condition: Condition;
  readonly outputs: readonly string[];
  /** As it is told. */
  readonly text: string;
}

/** What is written, each with how often: of a member alone, of a member and another one, of what is shared, of that and a member. */
export class Writing {
  private readonly lists = new Map<string, Set<string>>();

  add(list: string, text: string): void {
    const texts = this.lists.get(list) ?? new Set<string>();
    this.lists.set(list, texts);
    let each = text;
    while (texts.has(each)) each += ', and again';
    texts.add(each);
  }

  of(list: string): ReadonlySet<string> {
    return this.lists.get(list) ?? new Set();
  }
}

/** So many characters of a sentence of a machine are told; what it begins with names it. */
export const SENTENCE_CHARACTERS = 400;

const quoted = (name: string): string => JSON.stringify(name);

export const SHARED = 'what is shared';
export const sharedWith = (other: number): string => `what is shared, of member ${other}`;
export const own = (region: string): string => region;
export const ownWith = (region: string, other: number): string => `${region}, of member ${other}`;

/** Parts of a formula as text: in no order that matters, and each once. */
export function textOfAll(kind: 'and' | 'or', parts: readonly string[]): string {
  const texts = new Set(parts);
  return texts.size === 1 ? [...texts][0] : `${kind}(${[...texts].toSorted().join(', ')})`;
}

/** The names of one machine of a family: whom its states, events and outputs are of. */
export class Names {
  readonly members: number;
  readonly machine: AnyStateMachine;
  protected readonly family: Family;
  private readonly guards: ReadonlyMap<string, Condition>;
  private readonly owners = new Map<AnyStateNode, { owner: Owner; region?: AnyStateNode; place: number }>();

  constructor(family: Family, members: number, machine: AnyStateMachine) {
    this.family = family;
    this.members = members;
    this.machine = machine;
    const guards = [...machineGuards(machine)].map(([key, guard]) => [key, conditionOf(machine, guard)] as const);
    this.guards = new Map(guards);
    this.findOwners();
  }

  // ---- Who owns what

  private findOwners(): void {
    const { machine, members, family } = this;
    const nodes = nodesOf(machine.root);
    const paths = new Set(nodes.map(({ path }) => path.join('.')));
    if (paths.size < nodes.length) {
      throw new CutoffError(
        `Got ${family.name} with two states of one path; expected keys without dots, or other ones.`,
      );
    }
    for (const node of nodes) this.owners.set(node, { owner: 'shared', place: 0 });
    const { length } = family.regions(0);
    const given = new Map<string, number>();
    for (let member = 0; member < members; member++) {
      const regions = family.regions(member);
      if (regions.length !== length) {
        throw new CutoffError(
          `Got ${family.name} with ${regions.length} regions of member ${member}; expected ${length}, as of member 0.`,
        );
      }
      for (const [place, path] of regions.entries()) {
        const other = given.get(path);
        if (other !== undefined) throw this.overlap(path, other, member);
        given.set(path, member);
        const region = nodes.find((node) => node.path.length > 0 && node.path.join('.') === path);
        // What nobody reads may be left out, such as a monitor: then the member is not like the others, and that is found.
        if (region === undefined) continue;
        const odd = ancestorsOf(region).find(({ type }) => type !== 'parallel');
        if (odd !== undefined) {
          throw new CutoffError(
            `Got the region ${path} below ${odd.path.join('.')}; expected only parallel states around it.`,
          );
        }
        for (const node of nodes) {
          if (node !== region && !isBelow(node, region)) continue;
          const before = this.ownerOf(node);
          if (before !== 'shared') throw this.overlap(node.path.join('.'), before, member);
          this.owners.set(node, { owner: member, region, place });
        }
      }
    }
  }

  private overlap(path: string, one: number, other: number): CutoffError {
    return new CutoffError(
      `Got ${this.family.name} with ${path} in two regions, of the members ${one} and ${other}; expected regions that are apart.`,
    );
  }

  ownerOf(node: AnyStateNode): Owner {
    return this.owners.get(node)!.owner;
  }

  /** The path of the region of a member that a state lies in; undefined where it is shared. */
  regionOf(node: AnyStateNode): string | undefined {
    return this.owners.get(node)!.region?.path.join('.');
  }

  /** The paths of the regions of a member that the machine has. */
  regionsOf(member: number): readonly (string | undefined)[] {
    const has = new Set([...this.owners.values()].map(({ region }) => region?.path.join('.')));
    return this.family.regions(member).map((path) => (has.has(path) ? path : undefined));
  }

  // ---- Names

  /** The name with other members in it. */
  renamed(name: string, of: MemberMap): string {
    return this.family.rename(name, of);
  }

  /** The members that a name has in it. */
  mentioned(name: string): number[] {
    return this.membersIn(name, (of) => this.family.rename(name, of));
  }

  /** The path of a state, with other members in it. */
  pathOf(node: AnyStateNode, of: MemberMap): string {
    const { owner, region, place } = this.owners.get(node)!;
    const path = node.path.join('.');
    if (owner === 'shared') return this.family.renameState?.(path, of) ?? path;
    const rest = node.path.slice((region as AnyStateNode).path.length);
    return [this.family.regions(of(owner))[place], ...rest].join('.');
  }

  /** The members that a state is of: its owner, or those that the path of a shared state has in it. */
  membersOf(node: AnyStateNode): number[] {
    const owner = this.ownerOf(node);
    if (owner !== 'shared') return [owner];
    return this.membersIn(node.path.join('.'), (of) => this.pathOf(node, of));
  }

  /** The members that a renaming finds in a name. Each must be one of those that there are: of another one no list is compared. */
  private membersIn(name: string, rename: (of: MemberMap) => string): number[] {
    const named = new Set<number>();
    rename((member) => (named.add(member), member));
    const found = [...named];
    const odd = found.findIndex((member) => !(Number.isSafeInteger(member) && member >= 0 && member < this.members));
    if (odd < 0) return found;
    throw new CutoffError(
      `Got ${this.family.name} with ${name}, which names member ${tell(found[odd])}; expected one of the members 0 to ${this.members - 1}.`,
    );
  }

  /** A condition as text: parts in no order that matters, and each once. */
  textOf(condition: Condition, of: MemberMap): string {
    switch (condition.kind) {
      case 'is':
        return quoted(this.pathOf(condition.child, of));
      case 'named':
        return this.textOf(this.guardNamed(condition.name), of);
      case 'not':
      case 'next':
        return `${condition.kind}(${this.textOf(condition.part, of)})`;
      default:
        return textOfAll(
          condition.kind,
          condition.parts.map((part) => this.textOf(part, of)),
        );
    }
  }

  /** @throws {RangeError} when the machine has no such guard, which a claim may name. */
  guardNamed(name: string): Condition {
    const guard = this.guards.get(name);
    if (guard !== undefined) return guard;
    const known = tellNames([...this.guards.keys()]) || 'there is none';
    throw new RangeError(`Got the guard ${tell(name)}; expected one that the machine has: ${known}.`);
  }
}

/** One machine of a family, read. */
export class Instance extends Names {
  readonly sentences: readonly Sentence[];
  readonly writing = new Writing();
  /** The first sentence that speaks of another member than its own, if there is one. */
  readonly hearing: Sentence | undefined;
  private readonly symbolic: SymbolicMachine;

  /** @throws {CutoffError} when a sentence reads, writes or names what it must not. */
  constructor(family: Family, members: number, { machine, events }: ReturnType<Family['at']>, name?: NameOutput) {
    super(family, members, machine);
    this.symbolic = symbolicOf(machine, events, name);
    // Whatever names a member is looked at once, whether a sentence says more of it or not.
    for (const node of nodesOf(machine.root)) this.membersOf(node);
    this.declare();
    const read = this.readSentences();
    this.sentences = read.map(({ sentence }) => sentence);
    this.hearing = read.find(({ speaksOfOther }) => speaksOfOther)?.sentence;
  }

  /** The members that a shared state names. */
  private mentionedByState(node: AnyStateNode): number[] {
    return this.ownerOf(node) === 'shared' ? this.membersOf(node) : [];
  }

  /** The states that a condition of a sentence asks for. They are as before the step: the proof knows of no others. */
  private atomsOf(sentence: Sentence, condition: Condition): AnyStateNode[] {
    switch (condition.kind) {
      case 'is':
        return [condition.child];
      case 'named':
        return this.atomsOf(sentence, this.guardNamed(condition.name));
      case 'not':
        return this.atomsOf(sentence, condition.part);
      case 'next':
        // `symbolicOf` makes none: this kind is for printed claims.
        throw this.refusal('it asks for values as they are after the step', sentence);
      default:
        return condition.parts.flatMap((part) => this.atomsOf(sentence, part));
    }
  }

  /** Whether a condition holds only where a state that names `member` is active. */
  private asksFor(condition: Condition, member: number): boolean {
    switch (condition.kind) {
      case 'is':
        return this.mentionedByState(condition.child).includes(member);
      case 'named':
        return this.asksFor(this.guardNamed(condition.name), member);
      case 'and':
        return condition.parts.some((part) => this.asksFor(part, member));
      case 'or':
        return condition.parts.length > 0 && condition.parts.every((part) => this.asksFor(part, member));
      default:
        return false;
    }
  }

  // ---- Sentences

  private readSentences(): { sentence: Sentence; speaksOfOther: boolean }[] {
    return this.symbolic.events.flatMap(({ name: event, transitions }) =>
      transitions.map(({ transition, condition, writes, outputs }) => {
        const owner = this.ownerOf(transition.source);
        const text = (of: MemberMap): string => {
          const written = writes.map(({ compound, child }) => {
            return `${quoted(this.pathOf(compound, of))} := ${child === undefined ? 'nothing' : quoted(this.pathOf(child, of))}`;
          });
          const put = outputs.map((each) => {
            const when = this.textOf(each.condition, of);
            return quoted(this.family.rename(each.name, of)) + (when === 'and()' ? '' : ` where ${when}`);
          });
          const said = [...written.toSorted(), ...(put.length === 0 ? [] : [`out ${put.join(' ')}`])];
          return `on ${quoted(this.family.rename(event, of))}, if ${this.textOf(condition, of)}: ${said.join(', ') || 'nothing'}`;
        };
        const told = this.tell(event, condition, writes, outputs);
        const region = this.regionOf(transition.source);
        const sentence = { owner, region, event, condition, outputs: outputs.map(({ name }) => name), text: told };
        const asked = [condition, ...outputs.map((each) => each.condition)];
        const atoms = new Set(asked.flatMap((each) => this.atomsOf(sentence, each)));
        for (const atom of atoms) this.requireReadable(sentence, atom);
        for (const { compound } of writes) this.requireWritable(sentence, compound);
        const conclusion = [
          ...writes.flatMap(({ child }) => (child === undefined ? [] : this.mentionedByState(child))),
          ...sentence.outputs.flatMap((name) => this.mentioned(name)),
        ];
        const other = this.requireOneOther(sentence, [...atoms], conclusion);
        this.writeDown(transition.source, other, text);
        return { sentence, speaksOfOther: other !== undefined };
      }),
    );
  }

  private requireReadable(sentence: Sentence, atom: AnyStateNode): void {
    const of = this.ownerOf(atom);
    if (of === 'shared' || of === sentence.owner) return;
    const path = atom.path.join('.');
    throw this.refusal(
      sentence.owner === 'shared'
        ? `what is shared reads ${path}, of a member`
        : `member ${sentence.owner} reads ${path}, of member ${of}`,
      sentence,
    );
  }

  private requireWritable(sentence: Sentence, compound: AnyStateNode): void {
    const of = this.ownerOf(compound);
    if (of === sentence.owner) return;
    const who = sentence.owner === 'shared' ? 'what is shared' : `member ${sentence.owner}`;
    throw this.refusal(`${who} changes ${compound.path.join('.')}, which is not its own`, sentence);
  }

  /**
   * The other member that a sentence speaks of, if it does. It may be one alone, and where it is asked for must be one place: the event, or
   * what one compound state must be. So it makes no difference which of the others it is.
   */
  private requireOneOther(
    sentence: Sentence,
    atoms: readonly AnyStateNode[],
    conclusion: readonly number[],
  ): number | undefined {
    const { owner, event, condition } = sentence;
    const isOther = (member: number): boolean => member !== owner;
    const naming = atoms.filter((atom) => this.mentionedByState(atom).some(isOther));
    const inEvent = this.mentioned(event).filter(isOther);
    const inAtoms = naming.flatMap((atom) => this.mentionedByState(atom).filter(isOther));
    const [other, ...more] = new Set([...inEvent, ...inAtoms, ...conclusion.filter(isOther)]);
    if (other === undefined) return undefined;
    if (more.length > 0)
      throw this.refusal(`it speaks of the members ${[other, ...more].join(' and ')} at once`, sentence);
    const places = new Set<unknown>([...(inEvent.length > 0 ? [event] : []), ...naming.map(({ parent }) => parent)]);
    if (places.size === 0)
      throw this.refusal(`it makes something of member ${other} that it does not ask for`, sentence);
    if (places.size > 1) {
      throw this.refusal(`it asks in two places at once whether they name member ${other}`, sentence);
    }
    if (inEvent.length === 0 && !this.asksFor(condition, other)) {
      throw this.refusal(`it asks for a state that does not name member ${other}`, sentence);
    }
    return other;
  }

  private refusal(what: string, { text }: Sentence): CutoffError {
    return new CutoffError(`Got ${this.family.name}, in which ${what}: ${shortened(text, SENTENCE_CHARACTERS)}.`);
  }

  private tell(
    event: string,
    condition: Condition,
    writes: readonly { compound: AnyStateNode; child: AnyStateNode | undefined }[],
    outputs: readonly { name: string }[],
  ): string {
    const asked = printCondition(condition, {
      and: ' and ',
      or: ' or ',
      not: 'not ',
      yes: 'anything',
      no: 'nothing',
      is: (child) => child.path.join('.'),
      named: (name) => `"${name}"`,
      next: (part) => part.kind,
    });
    const said = [
      ...writes.map(({ compound, child }) => `${compound.path.join('.')} becomes ${child?.key ?? 'nothing'}`),
      ...(outputs.length === 0 ? [] : [`out comes ${outputs.map(({ name }) => name).join(' ')}`]),
    ];
    return `on ${event}, if ${asked}, ${said.join(', ') || 'nothing'}`;
  }

  // ---- What is written

  /** Writes a text about a state down with the members in it called 0, for its own, and 1, for the other one. */
  private writeDown(node: AnyStateNode, other: number | undefined, text: (of: MemberMap) => string): void {
    const owner = this.ownerOf(node);
    const region = this.regionOf(node);
    const list =
      region === undefined
        ? other === undefined
          ? SHARED
          : sharedWith(other)
        : other === undefined
          ? own(region)
          : ownWith(region, other);
    this.writing.add(
      list,
      text((member) => (member === owner ? 0 : 1)),
    );
  }

  /** Events and states are sentences too: that there is such an event, that a compound state may be this, and that it begins so. */
  private declare(): void {
    for (const { name } of this.symbolic.events) {
      const [member, ...more] = this.mentioned(name);
      if (more.length > 0)
        throw new CutoffError(`Got the event ${name} of several members; expected events of one at most.`);
      this.writeDown(this.machine.root, member, (of) => `there is an event ${quoted(this.family.rename(name, of))}`);
    }
    for (const node of nodesOf(this.machine.root)) {
      const owner = this.ownerOf(node);
      const say = (of: AnyStateNode, text: (map: MemberMap) => string): void => {
        const [other, ...more] = this.mentionedByState(of);
        if (more.length > 0) {
          throw new CutoffError(
            `Got the state ${of.path.join('.')} of several members; expected states of one at most.`,
          );
        }
        this.writeDown(node, other, text);
      };
      if (node.type === 'compound') {
        if (this.mentionedByState(node).length > 0) {
          throw new CutoffError(
            `Got the compound state ${node.path.join('.')}, which is shared and of one member; expected it among the regions of that member.`,
          );
        }
        const initial = this.symbolic.variables.get(node);
        for (const child of childrenOf(node)) {
          const begins = child === initial ? ', and is so at first' : '';
          say(child, (of) => `${quoted(this.pathOf(node, of))} may be ${quoted(this.pathOf(child, of))}${begins}`);
        }
      } else if (node.type === 'parallel' && owner !== 'shared') {
        const keys = childrenOf(node).map(({ key }) => key);
        say(node, (of) => `${quoted(this.pathOf(node, of))} is ${keys.map(quoted).join(' beside ')}`);
      }
    }
  }
}
