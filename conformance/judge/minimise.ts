/**
 * Makes traces short: by running them again on fresh instances with events left out, until none can be.
 */
import type { Action } from './actions.ts';
import {
  describe,
  describeFailure,
  type Finding,
  type Findings,
  FORMS,
  isAlike,
  isFailure,
  mayLead,
  signatureOf,
  isPartOf,
  withoutAccess,
} from './findings.ts';
import type { Model } from './judge.ts';
import { actionsByName, alphabetOf, type Scene } from './scenes.ts';
import { rerun, type Rerun, type RerunFault, type RerunOptions } from './rerun.ts';
import type { Instance } from './instance.ts';
import type { Subject } from './subject.ts';
import { OverTime } from './time-limit.ts';

/** How much may be spent on one trace. */
export interface EffortLimit {
  readonly runs: number;
  readonly deadline: number;
}

/** Runs a trace again. Returns the part of it up to where the finding shows; undefined when it does not. */
async function shownBy(
  subject: Subject,
  scene: Scene,
  model: Model,
  finding: Finding,
  names: readonly string[],
  used?: Instance,
): Promise<readonly string[] | undefined> {
  const isStepwise = isFailure(finding);
  const { faults, failure, trace } = await rerun(subject, scene, model, names, {
    ...howRead(finding),
    ...{ used, isStepwise },
  });
  const hit = faults.find((each) => each.faults.some((fault) => signatureOf(fault, each.action) === finding.signature));
  if (hit !== undefined) return trace.slice(0, hit.step + 1);
  if (failure === undefined || !isStepwise) return undefined;
  if (!isAlike(failure, finding.failure!)) return undefined;
  return trace.slice(0, failure.step + 1);
}

/** What is read while a finding is run again. */
export const howRead = ({ isSparse = false, isUnread = false }: Finding): RerunOptions => ({
  isSparse: isSparse || isUnread,
  isUnread,
});

/**
 * Leaves out what came before the last reset but one, or before the last: what was found on an instance that was reset again and again
 * has a trace of thousands of steps, and mostly the last few will do.
 */
export async function cutAtReset(subject: Subject, scene: Scene, model: Model, finding: Finding): Promise<void> {
  const last = finding.trace.lastIndexOf('reset');
  if (subject.isLocal || last < 0 || finding.trace.length < LONG) return;
  // A reset may be what it takes, and then something before it.
  const before = finding.trace.lastIndexOf('reset', last - 1);
  for (const from of [last + 1, before + 1]) {
    const shown = await shownBy(subject, scene, model, finding, finding.trace.slice(from));
    if (shown === undefined) continue;
    finding.trace = shown;
    return;
  }
}

/**
 * Whether what shows where little is read back is no consequence of anything that shows before, once everything is: its trace is made short,
 * and run again. If so, the short trace is kept.
 */
export async function isAlone(
  subject: Subject,
  scene: Scene,
  model: Model,
  finding: Finding,
  deadline: number,
): Promise<boolean> {
  const canReset = !subject.isLocal && subject.abilities.has('reset') && !finding.trace.includes('reset');
  const used = canReset ? await subject.open(scene.vectorCount) : undefined;
  const sparse = { ...finding, isSparse: true };
  let runs = 0;
  const shows: Shows = async (names) => {
    runs++;
    return shownBy(subject, scene, model, sparse, names, used);
  };
  const isSpent = (): boolean => runs > ALONE_RUNS || performance.now() > deadline;
  const first = (await cut(finding, shows, isSpent)) ?? (await shows(finding.trace));
  if (first === undefined) return false;
  const trace = await shorten(first, shows, isSpent);
  const { faults } = await rerun(subject, scene, model, trace);
  if (faults.length > 0) return false;
  finding.trace = trace;
  return true;
}

/** So often a path is run to find out whether it shows something of its own. */
const ALONE_RUNS = 100;

/** Traces shorter than this cost little as they are. */
const LONG = 40;

/**
 * Shortens the trace of a finding, makes its accesses plain, finds out what is to blame, and counts how often a fresh instance shows
 * it. Where a fresh instance is costly, one that is reset serves in between, as long as fresh ones agree in the end. Where the time of the subject
 * is over in between, the finding keeps what was made of it until then.
 */
export async function minimise(
  subject: Subject,
  scene: Scene,
  model: Model,
  finding: Finding,
  effort: EffortLimit,
  findings?: Findings,
): Promise<void> {
  // What a walk is put back by, no path does.
  if (/^(save|restore)\b/.test(finding.failure?.request ?? '')) return;
  let runs = 0;
  /** Whether a run had no end within the time: it says nothing. */
  let isCut = false;
  const isSpent = (): boolean => isCut || runs >= effort.runs || performance.now() > effort.deadline;
  const shownOn = async (names: readonly string[], used?: Instance): Promise<readonly string[] | undefined> => {
    runs++;
    try {
      return await shownBy(subject, scene, model, finding, names, used);
    } catch (error) {
      if (!(error instanceof OverTime)) throw error;
      isCut = true;
      return undefined;
    }
  };
  const onFresh: Shows = (names) => shownOn(names);
  // A trace of thousands of steps is cut before it is run whole: mostly the last few will do.
  finding.trace = (await cut(finding, onFresh, isSpent)) ?? finding.trace;
  let first = await onFresh(finding.trace);
  if (isCut) return;
  if (
    first === undefined &&
    finding.shortness === 'shortest' &&
    finding.trace.at(-1)?.startsWith('read.') === false &&
    (await rerun(subject, scene, model, finding.trace)).faults.length === 0
  ) {
    // A walk forgets what it has read back; on a fresh instance that may hide it. Where it shows something else first, that is told.
    finding.isUnread = true;
    first = await onFresh(finding.trace);
    if (first === undefined) finding.isUnread = false;
  }
  if (first !== undefined) {
    let best = first;
    const canReset = !subject.isLocal && subject.abilities.has('reset') && !best.includes('reset');
    const used = canReset ? await subject.open(scene.vectorCount) : undefined;
    const shows: Shows = canReset ? (names) => shownOn(names, used) : onFresh;
    const wasShortest = finding.shortness === 'shortest';
    let isShortest = wasShortest;
    const walked = finding.trace.length;
    let isWhole = true;
    const shortened = async (trace: readonly string[], shown: Shows): Promise<readonly string[]> => {
      const shorter = await shorten(trace, shown, isSpent);
      // Of one event, none can be left out; of more, that was found out where there was time to the end.
      isWhole = shorter.length <= 1 || !isSpent();
      return shorter;
    };
    // Where all is read back, an access of the walk, which forgets what it reads, may have become needless.
    isShortest &&= (await withoutSingles(best, shows, isSpent)).length === best.length;
    if (!isShortest) best = await shortened(best, shows);
    const plain = await makePlain(best, shows, isSpent);
    // Where all messages are one, a write of it may have become needless.
    best = isShortest || plain.join() === best.join() ? plain : await shortened(plain, shows);
    if (canReset) best = (await onFresh(best)) ?? (await shortened(first, onFresh));
    const isShorter = best.length < finding.trace.length;
    finding.trace = best;
    if (!isShortest) finding.shortness = isWhole ? 'minimal' : isShorter ? 'so far' : 'as found';
    // Who does not answer is not asked why.
    if (isFailure(finding)) await takeUpFailure(subject, scene, model, finding);
    else {
      await takeUp(subject, scene, model, finding);
      await blamePlainForm(subject, scene, model, finding);
      await blameForm(subject, scene, model, finding);
      await blameReads(subject, scene, model, finding, isSpent);
      // What was left out may be a read that it takes: then the walk has found nothing shorter.
      if (wasShortest && finding.trace.length >= walked && isShort(finding)) finding.shortness = 'shortest';
      while (findings !== undefined && (await reduce(subject, scene, model, finding, findings, isSpent)));
    }
  }
  let shown = first === undefined ? 0 : 1;
  let tries = 1;
  while (tries < TRIES && !isSpent()) {
    const again = await onFresh(finding.trace);
    if (isCut) break;
    tries++;
    if (again !== undefined) shown++;
  }
  finding.reproduced = { shown, tries };
}

/** The end of a long trace that shows the finding, or what of it is of the vectors that are told of; undefined where neither does. */
async function cut(
  { trace, differences }: Finding,
  shows: Shows,
  isSpent: () => boolean,
): Promise<readonly string[] | undefined> {
  if (trace.length < LONG) return undefined;
  const told = Array.from(differences.join(' ').matchAll(/(?:vector|entry) (\d+)/g), ([, vector]) => vector);
  const vectors = new Set([...told, vectorOf(trace.at(-1)!)]);
  const own = trace.filter((name) => vectors.has(vectorOf(name) ?? [...vectors][0]));
  for (const source of own.length < trace.length ? [own, trace] : [trace]) {
    for (let length = 8; length < source.length; length *= 4) {
      // The first two cost next to nothing, however late it is.
      if (length > 32 && isSpent()) break;
      const shown = await shows(source.slice(-length));
      if (shown !== undefined) return shown;
    }
  }
  return isSpent() || own.length === trace.length ? undefined : shows(own);
}

/** The vector of an action, as its name has it; undefined of one that is of none. */
const vectorOf = (name: string): string | undefined => /\.(\d+)/.exec(name)?.[1];

/** Takes up what the trace of a finding shows now: with other messages and widths it may say more clearly what is wrong. */
async function takeUp(subject: Subject, scene: Scene, model: Model, finding: Finding): Promise<void> {
  const { book } = alphabetOf(scene, subject.abilities);
  const { faults } = await rerun(subject, scene, model, finding.trace, { ...howRead(finding), wantsCulprit: true });
  const hit = faults.find((each) => each.faults.some((fault) => signatureOf(fault, each.action) === finding.signature));
  if (hit === undefined) return;
  Object.assign(finding, describe(hit.faults, hit.action, book), { signature: finding.signature });
  finding.culprit ??= hit.culprit;
  finding.follows = followed(finding, faults);
}

/** The same of a device that does not answer: made short and plain, the trace may end in another access, and that is the one to be told. */
async function takeUpFailure(subject: Subject, scene: Scene, model: Model, finding: Finding): Promise<void> {
  const { failure } = await rerun(subject, scene, model, finding.trace, { isStepwise: true });
  if (failure === undefined) return;
  const last = finding.trace.at(-1);
  const action = last === undefined ? undefined : actionNamed(scene, subject, last);
  const { access, signature } = finding;
  Object.assign(finding, describeFailure(action, failure));
  if (finding.access === access) return;
  finding.otherAccesses.push(access);
  finding.aliases.push(signature);
}

/** The signature of the first thing that goes wrong along a path, where that is before a finding shows. */
export function followed(finding: Finding, faults: readonly RerunFault[]): string | undefined {
  const shown = faults.find((each) =>
    each.faults.some((fault) => signatureOf(fault, each.action) === finding.signature),
  );
  const first = faults.find(
    ({ faults: [fault], action }) => mayLead(fault) && (action !== undefined || shown?.wasCertain !== true),
  );
  if (first === undefined || first.step >= finding.trace.length - 1) return undefined;
  const signature = signatureOf(first.faults[0], first.action);
  return signature === finding.signature ? undefined : signature;
}

/**
 * Where the last access is of a form that a rule says means the same as the plain one: finds out whether the plain one shows the same.
 * If it does, the form is not to blame, and its rule is cited no more.
 */
async function blamePlainForm(subject: Subject, scene: Scene, model: Model, finding: Finding): Promise<void> {
  const last = finding.trace.at(-1);
  const action = last === undefined ? undefined : actionNamed(scene, subject, last);
  if (action === undefined || action.rules.length === 0) return;
  const wanted = withoutAccess(finding.signature);
  const { length } = finding.trace;
  let isShown = false;
  for (const plain of plainWays(finding.trace)) {
    const { faults } = await rerun(subject, scene, model, [...finding.trace.slice(0, -1), ...plain], howRead(finding));
    // What one access does, several do one after the other: the first may show it before the last has unmasked the vector.
    isShown ||= faults.some(({ step, action: plainAction, faults: each }) =>
      each.some((fault) => {
        const signature = signatureOf(fault, plainAction);
        return withoutAccess(signature) === wanted || (step >= length - 1 && isPartOf(finding.signature, signature));
      }),
    );
  }
  if (!isShown) return;
  finding.isOfPlainForm = true;
  const rest = finding.rules.filter((rule) => !action.rules.includes(rule));
  if (rest.length > 0) finding.rules = rest;
}

/**
 * Where an access before the last is of a form that a rule says means the same as the plain one: finds out whether the plain one shows it, too.
 * If it does not, the form is to blame, though that shows only later.
 */
async function blameForm(subject: Subject, scene: Scene, model: Model, finding: Finding): Promise<void> {
  const { trace, signature, before, after, culprit } = finding;
  // The last one is to blame already.
  if (FORMS.has(finding.rules[0])) return;
  for (let at = trace.length - 2; at >= 0; at--) {
    const plain = plainForms(trace[at]);
    const action = plain === undefined ? undefined : actionNamed(scene, subject, trace[at]);
    if (plain === undefined || action === undefined || action.rules.length === 0) continue;
    const names = [...trace.slice(0, at), ...plain, ...trace.slice(at + 1)];
    const { faults } = await rerun(subject, scene, model, names, howRead(finding));
    if (faults.some((each) => each.faults.some((fault) => signatureOf(fault, each.action) === signature))) continue;
    finding.culprit = culprit?.access === action.kind ? culprit : { access: action.kind, before, after };
    finding.rules = [...new Set([...action.rules, ...finding.rules])];
    return;
  }
}

const actionNamed = (scene: Scene, subject: Subject, name: string): Action | undefined =>
  actionsByName(scene, alphabetOf(scene, subject.abilities)).get(name);

/** The plain accesses that mean what an action means; undefined of one that is plain. */
function plainForms(name: string): readonly string[] | undefined {
  const [verb, vector] = name.split(/[./]/);
  if (verb === 'open') return [name.replace('open', 'write').replace('/8', '/4'), `unmask.${vector}/4`];
  if (verb === 'control') return name.endsWith('/2') ? undefined : [name.replace(/\/.*/, '/2')];
  if (verb === 'mask' || verb === 'unmask' || verb === 'write')
    return name.endsWith('/4') ? undefined : [name.replace(/\/.*/, '/4')];
  return undefined;
}

/**
 * Where an event can be left out, and the last access breaks the same rule all the same, in another situation: then that is what it takes. What was found
 * before is told as more of the same cause; what was not is told in place of it. Returns whether it is.
 */
async function reduce(
  subject: Subject,
  scene: Scene,
  model: Model,
  finding: Finding,
  findings: Findings,
  isSpent: () => boolean,
): Promise<boolean> {
  if (finding.follows !== undefined) return false;
  const { trace, rules } = finding;
  const { book } = alphabetOf(scene, subject.abilities);
  for (let at = trace.length - 2; at >= 0 && !isSpent(); at--) {
    const names = trace.filter((_, index) => index !== at);
    const again = await rerun(subject, scene, model, names, { ...howRead(finding), wantsCulprit: true });
    const [hit, ...others] = again.faults;
    if (hit?.action === undefined || others.length > 0) continue;
    const { action, step, culprit } = hit;
    if (action.name !== trace.at(-1) || step < again.trace.length - 1) continue;
    const told = describe(hit.faults, action, book);
    const forms = action.rules;
    const cited = told.rules.filter((rule) => finding.isOfPlainForm !== true || !forms.includes(rule));
    if (cited[0] !== rules[0]) continue;
    const known = findings.bySignature(told.signature);
    if (known === undefined || told.signature === finding.signature) {
      findings.retell(finding, { ...told, rules: cited, culprit, trace: again.trace, shortness: 'minimal' });
      return true;
    }
    // What showed together with something else is told by that, which may be of another rule. A form that is not to blame there is not to blame here.
    const isForm = known.isOfPlainForm === true && forms.includes(rules[0]);
    if (known === finding || (known.rules[0] !== rules[0] && !(isForm && isPartOf(told.signature, finding.signature))))
      continue;
    finding.reducesTo = told.signature;
    return false;
  }
  return false;
}

/**
 * Where a finding does not show without the reads before it, one of these is to blame: it changes something. It stands in the trace then, and
 * nothing else is read.
 */
async function blameReads(
  subject: Subject,
  scene: Scene,
  model: Model,
  finding: Finding,
  isSpent: () => boolean,
): Promise<void> {
  const last = finding.trace.at(-1);
  if (last === undefined || finding.isSparse === true) return;
  // The reads of a trace that is not made short may be there for nothing.
  if (!isShort(finding) && readsBefore(finding.trace).length > 0) return;
  const blameRead = (kind: string): void => {
    finding.culprit = { access: kind, before: finding.before, after: finding.before };
    const { rules = [] } = actionNamed(scene, subject, last) ?? {};
    const rest = finding.rules.filter((rule) => !rules.includes(rule));
    if (rest.length > 0) finding.rules = rest;
  };
  const isShown = ({ faults }: Rerun): boolean =>
    faults.some((each) => each.faults.some((fault) => signatureOf(fault, each.action) === finding.signature));
  const shown: Shows = async (names) => {
    const again = await rerun(subject, scene, model, names, { isUnread: true });
    return isShown(again) ? again.trace : undefined;
  };
  if (readsBefore(finding.trace).length === 0) {
    const unread = await rerun(subject, scene, model, finding.trace, { isUnread: true });
    if (isShown(unread)) return;
    // The device does the same: then it is only that less is known of it.
    if (unread.end === (await rerun(subject, scene, model, finding.trace)).end) return;
    const trace = await withItsReads(finding.trace, shown, isSpent);
    if (trace === undefined) {
      // Where something else goes wrong without these reads, it is not they that it takes.
      if (unread.faults.length > 0) return;
      const sparse = await rerun(subject, scene, model, finding.trace, { isSparse: true });
      if (sparse.faults.length === 0) finding.needsReadback = true;
      return;
    }
    finding.isUnread = true;
    finding.trace = trace;
    if (isSpent()) finding.shortness = 'as found';
  }
  // A read may stand there only to know where the device is. The one to blame is one without which the device does something else.
  const whole = await rerun(subject, scene, model, finding.trace, { isUnread: true });
  const places = readsBefore(finding.trace).toReversed();
  let guilty = places[0];
  for (const place of places.length > 1 ? places : []) {
    const names = finding.trace.filter((_, at) => at !== place);
    if ((await rerun(subject, scene, model, names, { isUnread: true })).end === whole.end) continue;
    guilty = place;
    break;
  }
  blameRead(actionNamed(scene, subject, finding.trace[guilty])!.kind);
}

/** Whether no event can be left out of the trace of a finding. */
const isShort = ({ shortness }: Finding): boolean => shortness === 'shortest' || shortness === 'minimal';

/** The places of the reads in a trace, but for its end. */
const readsBefore = (trace: readonly string[]): number[] =>
  trace.slice(0, -1).flatMap((name, at) => (name.startsWith('read.') ? [at] : []));

/** A trace with the reads in it that it takes: one, where that will do, or some of those that a readback is made of. */
async function withItsReads(
  trace: readonly string[],
  shown: Shows,
  isSpent: () => boolean,
): Promise<readonly string[] | undefined> {
  const vectors = new Set(trace.flatMap((name) => vectorOf(name) ?? []));
  const of = (name: string): string[] =>
    [...(vectors.size === 0 ? ['0'] : vectors)].map((each) => name.replace('V', each));
  const reads = [...new Set(READS.flatMap(of))];
  for (let at = trace.length - 1; at >= 0; at--) {
    for (const name of reads) {
      if (isSpent()) return undefined;
      const found = await shown([...trace.slice(0, at), name, ...trace.slice(at)]);
      if (found !== undefined) return shorten(found, shown, isSpent);
    }
  }
  const found = await shown(trace.flatMap((name) => [...reads, name]));
  return found === undefined ? undefined : shorten(found, shown, isSpent);
}

/** The reads that a readback is made of; V is the vector. */
const READS = ['read.pba.V/4', 'read.control.V/4', 'read.address.V/8', 'read.data.V/8', 'read.capability/4'];

/** The sequences of plain accesses that the last access of a trace may mean. A QWORD of data and control writes the data, too. */
function plainWays(trace: readonly string[]): (readonly string[])[] {
  const last = trace.at(-1)!;
  const plain = plainForms(last);
  if (plain === undefined) return [];
  const opened = bare(last);
  if (opened !== last) return [plain, [opened]];
  const vector = /^(?:mask|unmask)\.(\d+)\/8$/.exec(last)?.[1];
  if (vector === undefined) return [plain];
  const written = trace.findLast((name) => name.startsWith(`write.${vector}.`) || name.startsWith(`open.${vector}.`));
  return [plain, [`write.${vector}.${written?.split(/[./]/)[2] ?? 'zero'}/4`, ...plain]];
}

/** An access that unmasks without what it writes besides. */
const bare = (name: string): string => name.replace(/^open\.(\d+)\..*/, 'unmask.$1/4');

/** Puts the plain form in the place of others, the first vector in that of another one, and one message in that of all. */
async function makePlain(trace: readonly string[], shows: Shows, isSpent: () => boolean): Promise<readonly string[]> {
  let best = trace;
  const attempt = async (names: readonly string[]): Promise<void> => {
    if (isSpent() || names.join() === best.join()) return;
    const shown = await shows(names);
    if (shown !== undefined && shown.length <= best.length) best = shown;
  };
  // All at once first, as that is mostly enough.
  const plain = (name: string): string => {
    const forms = plainForms(name);
    return forms?.length === 1 ? forms[0] : name;
  };
  const message = (name: string): string => name.replace(/^(write|open)\.(\d+)\.(zero|B|C|far|high)\//, '$1.$2.A/');
  const vectors = new Set(best.flatMap((name) => /^(?!control|scribble)[a-z.]+\.(\d+)/.exec(name)?.[1] ?? []));
  if (vectors.size === 1 && !vectors.has('0')) await attempt(best.map((name) => name.replace(/\.(\d+)/, '.0')));
  await attempt(best.map((name) => message(plain(name))));
  for (const change of [bare, plain, message])
    for (let at = best.length - 1; at >= 0 && !isSpent(); at--)
      await attempt(best.map((name, index) => (index === at ? change(name) : name)));
  return best;
}

type Shows = (names: readonly string[]) => Promise<readonly string[] | undefined>;

/** Leaves events out, in large pieces first, until none can be left out. */
async function shorten(trace: readonly string[], shows: Shows, isSpent: () => boolean): Promise<readonly string[]> {
  let best = trace;
  // What came before the last reset mostly does not matter.
  const reset = best.lastIndexOf('reset');
  if (reset >= 0) best = (await shows(best.slice(reset + 1))) ?? best;
  for (let size = best.length >> 1; size >= 1 && !isSpent(); size = size >> 1) {
    for (let end = best.length - 1; end > 0 && !isSpent();) {
      const begin = Math.max(0, end - size);
      const shorter: readonly string[] | undefined = await shows([...best.slice(0, begin), ...best.slice(end)]);
      if (shorter !== undefined && shorter.length < best.length) best = shorter;
      end = Math.min(begin, best.length - 1);
    }
  }
  return withoutSingles(best, shows, isSpent);
}

/** Leaves single events out, until none can be. */
async function withoutSingles(
  trace: readonly string[],
  shows: Shows,
  isSpent: () => boolean,
): Promise<readonly string[]> {
  let best = trace;
  for (let changed = true; changed && !isSpent();) {
    changed = false;
    for (let at = best.length - 2; at >= 0 && !isSpent(); at--) {
      const shorter: readonly string[] | undefined = await shows(best.filter((_, index) => index !== at));
      if (shorter === undefined || shorter.length >= best.length) continue;
      best = shorter;
      changed = true;
    }
  }
  return best;
}

const TRIES = 3;
