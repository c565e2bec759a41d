/**
 * Findings: what was wrong, grouped by cause (the rules, the kind of access, the situation before and after), each with its shortest
 * trace. What was found is excused from then on, so that the next cause shows.
 */
import { isRefusal, tellFailure } from '../device/failure.ts';
import type { Action } from './actions.ts';
import type { Failure } from './bench.ts';
import type { BlockedBy } from './evidence.ts';
import { MORE_SENDS, UNKNOWN_SEND } from './fields.ts';
import { OPEN_RULES } from '../../spec/choices.ts';
import type { Fault } from './judge.ts';
import type { MessageBook } from './messages.ts';
import { tellDifference } from './words.ts';

/** One cause, in one situation. */
export interface Finding {
  /** What tells it from the others. */
  signature: string;
  /**
   * The rules that are broken, or of which one is, the likeliest first. Of a device that fails no rule of MSI-X is broken: these are then the
   * rules that leave open what the access does.
   */
  rules: readonly string[];
  /** The kind of access: `unmask/4`, `control/1`, `read pba/8`. */
  access: string;
  /** Other widths of the access that show the same. */
  readonly otherAccesses: string[];
  /** What blocked the vector before the access and after it. */
  before: BlockedBy;
  after: BlockedBy;
  /** Where it went wrong, when that was before it showed: the access that should have brought the right message into force. */
  culprit?: Culprit;
  /** The signatures that it stands for beside its own. */
  readonly aliases: string[];
  /** What the device did instead of answering, where that is what is wrong; and what was sent ahead of that answer. */
  failure?: Failure;
  /** Whether it was run again, and told from what others show. */
  isLookedAt?: boolean;
  /** The signature of what went wrong before it on every path that shows it: then it is likely a consequence of that. */
  follows?: string;
  /** The signature of what shows where an event is left out of its trace: the same rule, broken by the same access in another situation. */
  reducesTo?: string;
  /** Whether it shows only where nothing is read in between: reading it back hides it. */
  isSparse?: boolean;
  /** Whether it shows where nothing is read before the last step but what the trace itself reads: one of these reads is to blame. */
  isUnread?: boolean;
  /** Whether it shows only where everything is read back after each step, and no single read is to blame for that. */
  needsReadback?: boolean;
  /** Whether the plain form of the access shows it as well, so that the form is not to blame. */
  isOfPlainForm?: boolean;
  /** The names of the actions, from a fresh instance; the last one is where it shows. */
  trace: readonly string[];
  /** What was got and what was expected, a sentence each. */
  differences: readonly string[];
  /** How often it was seen. */
  count: number;
  readonly scene: string;
  readonly strategy: string;
  /** Of how many tries on fresh instances the trace showed it; undefined when it was not tried. */
  reproduced?: { readonly shown: number; readonly tries: number };
  /**
   * Whether no shorter sequence of these actions shows it, or no event can be left out; or some were left out, and there was no time or were no tries
   * left for more; or none of that was found out.
   */
  shortness?: 'shortest' | 'minimal' | 'so far' | 'as found';
  /** The path in registers. */
  log?: readonly {
    readonly action: string;
    readonly requests: readonly string[];
    readonly messages: readonly string[];
  }[];
}

/** An access, and what blocked the vector before and after it. */
export interface Culprit {
  readonly access: string;
  readonly before: BlockedBy;
  readonly after: BlockedBy;
}

/** Where something was found. */
export interface Place {
  readonly scene: { readonly name: string };
  readonly strategy: string;
}

/** Gathers findings. */
export class Findings {
  readonly all: Finding[] = [];
  private readonly excused = new Map<string, Finding>();

  /** Takes up what is wrong with a step. Returns the finding when it is new. */
  add(
    faults: readonly Fault[],
    action: Action | undefined,
    book: MessageBook,
    trace: () => readonly string[],
    place: Place = NOWHERE,
  ): Finding | undefined {
    let unknown: { fault: Fault; signature: string }[] | undefined;
    for (const fault of faults) {
      const signature = signatureOf(fault, action);
      const known = this.excused.get(signature);
      if (known === undefined) (unknown ??= []).push({ fault, signature });
      else {
        known.count++;
        const access = action?.kind ?? FRESH;
        if (access !== known.access && !known.otherAccesses.includes(access)) known.otherAccesses.push(access);
      }
    }
    if (unknown === undefined) return undefined;
    const finding: Finding = {
      ...describe(
        unknown.map(({ fault }) => fault),
        action,
        book,
      ),
      otherAccesses: [],
      aliases: [],
      trace: trace(),
      count: 1,
      scene: place.scene.name,
      strategy: place.strategy,
    };
    for (const { signature } of unknown) {
      this.excused.set(signature, finding);
      finding.aliases.push(signature);
    }
    this.all.push(finding);
    return finding;
  }

  /** Takes up something that is wrong with the device itself: it threw, crashed, or hung. */
  addFailure(
    action: Action | undefined,
    failure: Failure,
    trace: () => readonly string[],
    place: Place = NOWHERE,
  ): Finding | undefined {
    const access = action?.kind ?? FRESH;
    const signature = failureSignature(access);
    const known = this.excused.get(signature);
    if (known !== undefined) {
      known.count++;
      return undefined;
    }
    const finding: Finding = {
      ...describeFailure(action, failure),
      otherAccesses: [],
      aliases: [],
      before: 'off',
      after: 'off',
      trace: trace(),
      count: 1,
      scene: place.scene.name,
      strategy: place.strategy,
    };
    this.excused.set(signature, finding);
    this.all.push(finding);
    return finding;
  }

  /** What was found that has a signature. */
  bySignature(signature: string): Finding | undefined {
    return this.excused.get(signature);
  }

  /** Tells something else in place of a finding, which a part of its trace shows. */
  retell(finding: Finding, told: Partial<Finding> & Pick<Finding, 'signature'>): void {
    finding.aliases.push(finding.signature);
    Object.assign(finding, told);
    this.excused.set(finding.signature, finding);
  }

  /** Takes a finding back for what others show: it stays excused. */
  merge(finding: Finding, into: Finding | undefined): void {
    const at = this.all.indexOf(finding);
    if (at >= 0) this.all.splice(at, 1);
    if (into === undefined) return;
    into.count += finding.count;
    into.aliases.push(finding.signature, ...finding.aliases);
    for (const [signature, each] of this.excused) if (each === finding) this.excused.set(signature, into);
  }

  /** Failures that turn out to be of one access, once each is made plain, are one: the one with the shortest trace. */
  mergeFailures(): void {
    const failures = this.all.filter(isFailure).toSorted((one, other) => one.trace.length - other.trace.length);
    for (const [index, finding] of failures.entries()) {
      const into = failures.slice(0, index).find((each) => isSameFailure(each, finding));
      if (into === undefined) continue;
      into.otherAccesses.push(...finding.otherAccesses);
      this.merge(finding, into);
    }
  }

  /** Takes a finding back: it was none, and is excused no more. */
  withdraw(finding: Finding): void {
    const at = this.all.indexOf(finding);
    if (at >= 0) this.all.splice(at, 1);
    for (const [signature, each] of this.excused) if (each === finding) this.excused.delete(signature);
  }
}

const NOWHERE: Place = { scene: { name: '' }, strategy: '' };
/** What a finding calls what was read before any access. */
export const FRESH = 'a fresh instance';

/** The signature of a device that does not answer an access. */
export const failureSignature = (access: string): string => `failure|${access}`;

/** What a finding says of an access that the device itself fails at. */
export const describeFailure = (
  action: Action | undefined,
  failure: Failure,
): Pick<Finding, 'signature' | 'rules' | 'access' | 'differences' | 'failure'> => ({
  signature: failureSignature(action?.kind ?? FRESH),
  rules: (action?.rules ?? []).filter((rule) => OPEN_RULES.has(rule)),
  access: action?.kind ?? FRESH,
  differences: [tellFailure(failure)],
  failure,
});

/** Whether a finding is that the device itself failed. */
export const isFailure = ({ failure }: Pick<Finding, 'failure'>): boolean => failure !== undefined;

/** Whether two failures are of one kind: of one assertion, and both of a device that is still there, or of one that is not. */
export const isAlike = (one: Failure, other: Failure): boolean =>
  one.assertion === other.assertion && isRefusal(one) === isRefusal(other);

const isSameFailure = (one: Finding, other: Finding): boolean =>
  one.signature === other.signature && isAlike(one.failure!, other.failure!);

/** What a finding says of a step: its signature, its rules, and what was got and expected. */
export function describe(
  faults: readonly Fault[],
  action: Action | undefined,
  book: MessageBook,
): Pick<Finding, 'signature' | 'rules' | 'access' | 'before' | 'after' | 'differences'> {
  const sorted = faults.toSorted((one, other) => Number(one.isOfAnother) - Number(other.isOfAnother));
  const [first] = sorted;
  const told = sorted
    .slice(0, 4)
    .flatMap((fault) => fault.differences.map((each) => tellDifference(each, fault.vector, book)));
  return {
    signature: signatureOf(first, action),
    rules: [...new Set(sorted.flatMap(({ rules }) => rules))],
    access: action?.kind ?? FRESH,
    before: first.before,
    after: first.after,
    differences: [...new Set(told)],
  };
}

/** The family of an access: what it does, whatever its width. `write and unmask/8` unmasks. */
export const familyOf = (access: string): string => access.split('/')[0].replace('write and unmask', 'unmask');

/**
 * What tells one finding from another: what was wrong, after which kind of access, and what blocked the vector before and after it. The
 * width of an access is no part of it: what shows by every width is one finding. Neither are the rules, since those that are as
 * near as the right one depend on the message.
 */
export function signatureOf(fault: Fault, action: Action | undefined): string {
  // Bits that are of no vector show at every read of them.
  if (fault.differences[0]?.field === 'strayPending') return 'strayPending|||';
  const fields = fault.differences.map(({ field, expected, got }) => `${field}${directionOf(field, expected, got)}`);
  const access = (action?.kind ?? FRESH).split('/')[0];
  return [fields.join(','), access, fault.isOfAnother ? 'another' : '', `${fault.before}>${fault.after}`].join('|');
}

/** The signature without the access: whether another access shows the same. */
export const withoutAccess = (signature: string): string => {
  const [fields, , relation, situation] = signature.split('|');
  return [fields, relation, situation].join('|');
};

/** Whether each field that a signature is of is one of another one, and of the same vector, whatever the access and the situation. */
export const isPartOf = (part: string, whole: string): boolean => {
  const [fields, , relation] = part.split('|');
  const all = whole.split('|')[0].split(',');
  return whole.split('|')[2] === relation && fields.split(',').every((field) => all.includes(field));
};

function directionOf(field: string, expected: number, got: number): string {
  if (field === 'entry' || CONSTANT_FIELDS.has(field)) return '';
  if (field === 'send')
    return got === 0 ? '-' : expected === 0 ? '+' : got === UNKNOWN_SEND ? '?' : got >= MORE_SENDS ? '*' : '~';
  return `${expected}${got}`;
}

/** Whether what goes wrong later may be a consequence of a fault: what never changes has none. */
export const mayLead = ({ differences: [first] }: Fault): boolean => !CONSTANT_FIELDS.has(first?.field ?? '');

const CONSTANT_FIELDS: ReadonlySet<string> = new Set(['constant', 'tableOffset', 'pbaOffset', 'strayPending']);

/** Whether a signature is of what was wrong from birth. It goes before everything, and leads to what comes while it is in doubt only. */
export const isOfBirth = (signature: string): boolean => signature.split('|')[1] === FRESH;

/** Findings that are likely one cause. */
export interface Cause {
  /** Empty where the device itself fails at an access that no rule leaves open. */
  readonly rule: string;
  /** The family of the access that went wrong. */
  readonly access: string;
  /** The most telling first, which is mostly that with the shortest trace. */
  readonly findings: readonly Finding[];
}

/**
 * Groups findings by cause, those with the shortest trace first. Two are one cause when they break the same rule first by the same kind
 * of access; or when the same access in the same situation fails to send, to hold and to take up the message, for one edge
 * does all of that. What goes wrong only after something else has, is of the same cause as that; so is what a part of its trace shows in
 * another situation.
 */
export function causesOf(findings: readonly Finding[]): Cause[] {
  const groups: { readonly keys: Set<string>; readonly findings: Finding[] }[] = [];
  const signatures = new Map(
    findings.flatMap((each) => [each.signature, ...each.aliases].map((signature) => [signature, each] as const)),
  );
  const leader = ({ follows }: Finding): Finding | undefined =>
    follows === undefined ? undefined : signatures.get(follows);
  const isOwn = (finding: Finding): boolean => leader(finding) === undefined || leader(finding) === finding;
  const byLength = findings.toSorted((one, other) => one.trace.length - other.trace.length);
  for (const finding of [...byLength.filter(isOwn), ...byLength.filter((each) => !isOwn(each))]) {
    // A consequence is told with what it follows, and what a part of its trace shows with that.
    const simpler = finding.reducesTo === undefined ? undefined : signatures.get(finding.reducesTo);
    const keys = [(isOwn(finding) ? simpler : leader(finding))?.signature ?? keysOf(finding)].flat();
    const group = groups.find((each) => keys.some((key) => each.keys.has(key)));
    if (group === undefined) groups.push({ keys: new Set([...keys, finding.signature]), findings: [finding] });
    else {
      group.findings.push(finding);
      for (const key of [...keys, finding.signature]) group.keys.add(key);
    }
  }
  // What comes to be told first of one group may be of the rule and the access that another one is told by.
  const byHead = new Map<string, Finding[]>();
  for (const { findings: each } of groups) {
    const [head] = keysOf(each.reduce((best, other) => (weightOf(other) < weightOf(best) ? other : best)));
    byHead.set(head, [...(byHead.get(head) ?? []), ...each]);
  }
  return [...byHead.values()].map((group) => {
    const sorted = group.toSorted((one, other) => weightOf(one) - weightOf(other));
    const [first] = sorted;
    // What fails by accesses of several kinds is no matter of the form of one.
    const rule = isFailure(first)
      ? first.rules.find((each) => sorted.every(({ rules }) => rules.includes(each)))
      : first.rules[0];
    return { rule: rule ?? '', access: familyOf((first.culprit ?? first).access), findings: sorted };
  });
}

/**
 * What is told first of a cause: the shortest trace, but a message that must not be sent says more than a bit that is not set, what is wrong with the vector
 * that was acted upon more than what is wrong with another one, and a rule that every function keeps more than one that leaves a choice.
 */
function weightOf({ trace, signature, follows, rules }: Finding): number {
  const isOfAnother = signature.split('|')[2] === 'another';
  return (
    trace.length +
    (isOfAnother ? 0.5 : signature.startsWith('send+') ? -1.5 : 0) +
    (OPEN_RULES.has(rules[0]) ? 10 : 0) +
    (follows === undefined ? 0 : 1e6)
  );
}

/** The rules that say that an access of another form means what the plain one does. */
export const FORMS: ReadonlySet<string> = new Set(['MSIX-ACCESS-3', 'MSIX-ACCESS-4', 'MSIX-CAP-8']);

function keysOf(finding: Finding): string[] {
  const { rules, access, before, after, culprit, signature } = finding;
  if (finding.failure !== undefined) {
    const { assertion, form } = finding.failure;
    if (assertion !== undefined) return [`assertion|${assertion}`];
    return [form === undefined ? `failure|${familyOf(access)}` : `refused|${form}`];
  }
  const at = culprit ?? { access, before, after };
  const family = familyOf(at.access);
  const [fields, , relation] = signature.split('|');
  const isOfEdge = fields.split(',').every((field) => /^(send|pending|usage)/.test(field));
  return [
    // Where a form is to blame, it is so whatever it is used for.
    FORMS.has(rules[0]) ? `${rules[0]}|${at.access.split('/')[1]}` : `${rules[0]}|${family}`,
    ...(isOfEdge && relation === '' ? [`${family}|${at.before}>${at.after}`] : []),
    // A read that changes something is to blame, whatever is missed later.
    ...(culprit !== undefined && family.startsWith('read') ? [`changed by|${family}`] : []),
  ];
}
