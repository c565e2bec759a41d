/**
 * Findings: what was wrong, grouped by cause (the rules, the kind of access, the situation before and after), each with its shortest
 * trace. What was found is excused from then on, so that the next cause shows.
 */
import type { Action } from './actions.ts';
import type { Standing } from './evidence.ts';
import { UNKNOWN_SEND } from './fields.ts';
import type { Fault } from './judge.ts';
import type { MessageBook } from './messages.ts';
import { tellDifference } from './words.ts';

/** One cause, in one situation. */
export interface Finding {
  /** What tells it from the others. */
  readonly signature: string;
  /** The rules that are broken, or of which one is, the likeliest first. */
  readonly rules: readonly string[];
  /** The kind of access: `unmask/4`, `control/1`, `read pba/8`. */
  readonly access: string;
  /** Other widths of the access that show the same. */
  readonly otherAccesses: string[];
  /** What blocked the vector before the access and after it. */
  readonly before: Standing;
  readonly after: Standing;
  /** The names of the actions, from a fresh instance; the last one is where it shows. */
  trace: readonly string[];
  /** What was got and what was expected, a sentence each. */
  readonly differences: readonly string[];
  /** How often it was seen. */
  count: number;
  readonly scene: string;
  readonly strategy: string;
  /** Of how many tries on fresh instances the trace showed it; undefined when it was not tried. */
  reproduced?: { readonly shown: number; readonly tries: number };
  /** Whether no shorter sequence of these actions shows it, or no event can be left out, or neither was found out. */
  shortness?: 'shortest' | 'minimal' | 'as found';
  /** The path in registers. */
  log?: readonly {
    readonly action: string;
    readonly requests: readonly string[];
    readonly messages: readonly string[];
  }[];
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
    const [first] = unknown;
    const told = unknown
      .slice(0, 4)
      .flatMap(({ fault }) => fault.differences.map((each) => tellDifference(each, fault.vector, book)));
    const finding: Finding = {
      signature: first.signature,
      rules: [...new Set(unknown.flatMap(({ fault }) => fault.rules))],
      access: action?.kind ?? FRESH,
      otherAccesses: [],
      before: first.fault.before,
      after: first.fault.after,
      trace: trace(),
      differences: [...new Set(told)],
      count: 1,
      scene: place.scene.name,
      strategy: place.strategy,
    };
    for (const { signature } of unknown) this.excused.set(signature, finding);
    this.all.push(finding);
    return finding;
  }

  /** Takes up something that is wrong with the device itself: it threw, crashed, or hung. */
  addFailure(
    action: Action | undefined,
    request: string,
    text: string,
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
      signature,
      rules: action === undefined ? ['MSIX-ACCESS-2'] : [...new Set([...action.rules, 'MSIX-ACCESS-2'])],
      access,
      otherAccesses: [],
      before: 'off',
      after: 'off',
      trace: trace(),
      differences: [`Got ${text.trim().replace(/\.$/, '')} at ${request}; expected an answer.`],
      count: 1,
      scene: place.scene.name,
      strategy: place.strategy,
    };
    this.excused.set(signature, finding);
    this.all.push(finding);
    return finding;
  }

  /** Takes a finding back: it was none, and is excused no more. */
  withdraw(finding: Finding): void {
    const at = this.all.indexOf(finding);
    if (at >= 0) this.all.splice(at, 1);
    for (const [signature, each] of this.excused) if (each === finding) this.excused.delete(signature);
  }
}

const NOWHERE: Place = { scene: { name: '' }, strategy: '' };
const FRESH = 'a fresh instance';

/** The signature of a device that does not answer an access. */
export const failureSignature = (access: string): string => `failure|${access}`;

/**
 * What tells one cause from another. The width of an access is no part of it where the plain form is meant: what shows by every
 * width is one cause. Where a rule says that a form means the same as the plain one, that rule and the form are part of it.
 */
export function signatureOf(fault: Fault, action: Action | undefined): string {
  const fields = fault.differences.map(({ field, expected, got }) => `${field}${directionOf(field, expected, got)}`);
  const access = (action?.kind ?? FRESH).split('/')[0];
  const rules = fault.rules.filter((rule) => action?.rules.includes(rule) !== true);
  const relation = fault.isOfAnother ? 'another' : '';
  return [rules.join('+'), fields.join('+'), access, relation, `${fault.before}>${fault.after}`].join('|');
}

function directionOf(field: string, expected: number, got: number): string {
  if (field === 'entry' || field === 'constant' || field === 'strayPending') return '';
  if (field === 'send') return got === 0 ? '-' : expected === 0 ? '+' : got === UNKNOWN_SEND ? '?' : '~';
  return `${expected}${got}`;
}

/** Findings that are likely one cause: the same rule first, by the same kind of access. */
export interface Cause {
  readonly rule: string;
  readonly access: string;
  /** The shortest trace first. */
  readonly findings: readonly Finding[];
}

/** Groups findings by cause, those with the shortest trace first. */
export function causesOf(findings: readonly Finding[]): Cause[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings.toSorted((one, other) => one.trace.length - other.trace.length)) {
    const key = `${finding.rules[0]}|${finding.access.split('/')[0]}`;
    const group = groups.get(key) ?? [];
    group.push(finding);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({
    rule: group[0].rules[0],
    access: group[0].access.split('/')[0],
    findings: group,
  }));
}
