/**
 * Puts the museum to the judge: each piece alone, pairs of pieces in one device, and lawful devices.
 */
import { CHOICES, type ChoiceName, type Choices } from '../../spec/choices.ts';
import type { Device, DeviceOptions } from '../device/device.ts';
import { conform, type Report } from '../judge/conform.ts';
import type { Finding } from '../judge/findings.ts';
import { Random } from '../judge/random.ts';
import { STRATEGIES } from '../judge/strategies.ts';
import { subjectOf } from '../judge/subject.ts';
import { differingChoices, Lawful, type LawfulPiece } from './lawful.ts';
import { MUSEUM, type Piece, PlainDevice } from './index.ts';

/** How a piece is shown. */
export interface ShowOptions {
  readonly seed?: number;
  /** Default 20 of many vectors, where random walks take all there is; 60 of few, whose walks end by themselves. */
  readonly seconds?: number;
}

/** A piece, and what the judge found in it. */
export interface Shown {
  readonly piece: Piece;
  readonly report: Report;
  /** The finding that cites a rule that the piece breaks, with the shortest trace. */
  readonly finding: Finding | undefined;
  /** Findings that cite none of the rules that it breaks first. */
  readonly others: readonly Finding[];
}

/** The numbers of vectors that a piece is shown with. */
export function countsOf({ vectors = 1 }: Piece): number[] {
  return vectors <= 3 ? [1, 2, 3].slice(0, Math.max(1, vectors)) : [1, 2, 3, vectors];
}

/** Puts one piece to the judge, which is told nothing of it. */
export async function showPiece(piece: Piece, options: ShowOptions = {}): Promise<Shown> {
  const { seed = 1, seconds = (piece.vectors ?? 1) > 3 ? 20 : 60 } = options;
  const Wrong = piece.device(PlainDevice);
  const subject = subjectOf((made) => new Wrong(made), countsOf(piece));
  const report = await conform(subject, { learn: true, seconds, seed });
  const all = report.causes
    .flatMap(({ findings }) => findings)
    .toSorted((one, other) => one.trace.length - other.trace.length);
  const isOf = ({ rules }: Finding): boolean => rules.some((rule) => piece.rules.includes(rule));
  return { piece, report, finding: all.find(isOf), others: all.filter((finding) => !isOf(finding)) };
}

/** What it costs one strategy to find a piece. */
export interface Cost {
  readonly strategy: string;
  /** Steps until the run that found it was over; undefined when it did not. */
  readonly steps: number | undefined;
  readonly milliseconds: number;
  readonly trace: number | undefined;
}

/** Lets each strategy look for a piece by itself; all but the walk are given a device that neither saves nor restores. */
export async function costsOf(piece: Piece, { seed = 1, seconds = 5 }: ShowOptions = {}): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (const { name } of STRATEGIES) {
    const isWalk = name === 'walk of pairs';
    const Wrong = piece.device(PlainDevice);
    const make = (options: DeviceOptions): Device =>
      isWalk ? new Wrong(options) : withoutSnapshots(new Wrong(options));
    const subject = subjectOf(make, countsOf(piece));
    const report = await conform(subject, { learn: true, seconds, seed, strategies: [name] });
    const found = report.causes
      .flatMap(({ findings }) => findings)
      .filter(({ rules }) => rules.some((rule) => piece.rules.includes(rule)));
    const shortest = found.toSorted((one, other) => one.trace.length - other.trace.length)[0];
    costs.push({
      strategy: name,
      steps: shortest === undefined ? undefined : report.steps,
      milliseconds: report.milliseconds,
      trace: shortest?.trace.length,
    });
  }
  return costs;
}

/** The same device, unable to save and restore. */
export function withoutSnapshots(device: Device): Device {
  return new Proxy(device, {
    get: (target, key) => {
      if (key === 'save' || key === 'restore') return undefined;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Two pieces in one device, and what became of each. */
export interface ShownPair {
  readonly first: Piece;
  readonly second: Piece;
  /** The findings of each, by the signatures that it shows alone. */
  readonly found: readonly [Finding | undefined, Finding | undefined];
  readonly causes: number;
  /** Whether both are told as one cause. */
  readonly isTogether: boolean;
  /** Why one of them does not show, where it does not. */
  readonly reason: string | undefined;
}

/** Pairs of pieces, by a seed: of those that need at most two vectors, and of which one at most remembers anything. */
export function pairsOf(number: number, seed: number): [Piece, Piece][] {
  const random = new Random(seed);
  const some = MUSEUM.filter(({ vectors = 1 }) => vectors <= 2);
  const pairs: [Piece, Piece][] = [];
  while (pairs.length < number) {
    const [first, second] = [random.pick(some), random.pick(some)];
    if (first === second || (remembers(first) && remembers(second)) || isTelling(first) !== isTelling(second)) continue;
    if (pairs.some(([one, other]) => (one === first && other === second) || (one === second && other === first)))
      continue;
    pairs.push([first, second]);
  }
  return pairs;
}

const remembers = (piece: Piece): boolean => piece.device.toString().includes('memory');
const isTelling = (piece: Piece): boolean => piece.rules.includes('MSIX-NOTIFY-1');

/** Puts two pieces in one device, and that to the judge. */
export async function showPair(first: Piece, second: Piece, options: ShowOptions = {}): Promise<ShownPair> {
  const alone = [await showPiece(first, options), await showPiece(second, options)];
  const Together = second.device(first.device(PlainDevice));
  const counts = Math.max(first.vectors ?? 1, second.vectors ?? 1) > 1 ? [1, 2] : [1];
  const subject = subjectOf((wanted) => new Together(wanted), counts);
  const { seed = 1, seconds = 15 } = options;
  const report = await conform(subject, { learn: true, seconds, seed });
  const all = report.causes.flatMap(({ findings }) => findings);
  const signatures = alone.map(
    ({ report: own }) => new Set(own.causes.flatMap(({ findings }) => findings.map(({ signature }) => signature))),
  );
  const find = (own: number): Finding | undefined => {
    const { rules } = own === 0 ? first : second;
    const other = signatures[1 - own];
    // Its own signature, which the other does not show; or a rule of its own, where both interfere.
    return (
      all.find(({ signature }) => signatures[own].has(signature) && !other.has(signature)) ??
      all.find(({ signature, rules: cited }) => !other.has(signature) && cited.some((rule) => rules.includes(rule)))
    );
  };
  const found = [find(0), find(1)] as const;
  const hidden = [first, second].find((_, index) => found[index] === undefined);
  const reason =
    hidden === undefined
      ? undefined
      : `${hidden.name} is masked: ${signatures[0].size > 0 && [...signatures[hidden === first ? 0 : 1]].every((each) => signatures[hidden === first ? 1 : 0].has(each)) ? 'alone it shows nothing that the other does not show as well' : 'what it does wrong is overruled by the other, or happens only where the other keeps a vector from coming'}.`;
  const causeOf = (finding: Finding | undefined): number =>
    report.causes.findIndex(({ findings }) => finding !== undefined && findings.includes(finding));
  const isTogether = hidden === undefined && causeOf(found[0]) === causeOf(found[1]);
  return { first, second, found, causes: report.causes.length, reason, isTogether };
}

/** A lawful device, and what the judge made of it. */
export interface ShownLawful {
  readonly piece: LawfulPiece;
  readonly report: Report;
  /** The choices that were learnt otherwise than the device has made them. */
  readonly differing: readonly ChoiceName[];
  /** Those of them that no guest could tell. */
  readonly untold: readonly ChoiceName[];
}

/** Puts a lawful device to the judge, which is told nothing of it. */
export async function showLawful(
  piece: LawfulPiece,
  { seed = 1, seconds = 10 }: ShowOptions = {},
): Promise<ShownLawful> {
  const subject = subjectOf((options) => new Lawful(options, piece.choices), [1, 2]);
  const report = await conform(subject, { learn: true, seconds, seed });
  const differing = differingChoices(piece.choices, report.profile.choices);
  return {
    piece,
    report,
    differing,
    untold: differing.filter((name) => isUntold(name, piece.choices, report.profile.choices)),
  };
}

/**
 * Whether a stricter value was learnt. The device kept to it in every pair that was walked, so it chose what is stricter, or another
 * choice leaves nothing of the difference; no guest can tell.
 */
function isUntold(name: ChoiceName, made: Choices, learnt: Choices): boolean {
  const values = CHOICES.find((choice) => choice.name === name)!.values as readonly { name: string }[];
  const place = (value: string): number => values.findIndex((each) => each.name === value);
  return place(learnt[name]) < place(made[name]);
}
