/**
 * Whose messages these are. A message does not say who sent it: several vectors may hold the same, and an entry that nobody has read may
 * hold any. Each vector can say only what it may have sent by itself; here it is found out which of that all of them together may have
 * sent, so that each message has a sender. Where more than one way is left, all are told, and the judge goes on with all of them.
 */

/** One thing that a vector may have sent. */
export interface Option {
  /** The message, by its place among those that were seen; -1 of nothing, or of what need not have been seen. */
  readonly word: number;
  readonly times: number;
  /** As a code (`fields.ts`). */
  readonly send: number;
  /** Whether it stands for any messages, however often, that no other option of the vector stands for. */
  readonly isAny?: boolean;
}

/** A vector, and all that it may have sent, nothing among it where that is possible. */
export interface Claim {
  readonly vector: number;
  readonly options: readonly Option[];
}

/** What some messages, and the vectors that may have sent them, come to. */
export interface Share {
  /** The messages, by their places. */
  readonly words: readonly number[];
  /** What each vector may have sent where every message has a sender; undefined where there is no such way. */
  readonly claims: readonly Claim[] | undefined;
}

/**
 * Shares messages out among vectors.
 * @param counts How often each message was seen.
 * @param isMerged Whether what was seen once may have been sent more often.
 */
export function shareOut(claims: readonly Claim[], counts: readonly number[], isMerged: boolean): Share[] {
  if (claims.length === 1 && counts.length === 1) return [shareOne([0], claims, counts, isMerged)];
  // Messages that one vector may have sent belong together: it has sent one of them at most.
  const root = counts.map((_, word) => word);
  const find = (word: number): number => (root[word] === word ? word : (root[word] = find(root[word])));
  for (const { options } of claims) {
    let first = -1;
    const join = (word: number): void => {
      if (first < 0) first = find(word);
      else root[find(word)] = first;
    };
    for (const { word, isAny } of options) {
      if (isAny === true) counts.forEach((_, each) => join(each));
      else if (word >= 0) join(word);
    }
  }
  const groups = new Map<number, { words: number[]; claims: Claim[] }>();
  counts.forEach((_, word) => {
    const group = groups.get(find(word));
    if (group === undefined) groups.set(find(word), { words: [word], claims: [] });
    else group.words.push(word);
  });
  const loose: Claim[] = [];
  for (const claim of claims) {
    const some = claim.options.find(({ word, isAny }) => word >= 0 || isAny === true);
    if (some === undefined) loose.push(claim);
    else groups.get(find(Math.max(0, some.word)))!.claims.push(claim);
  }
  return [
    ...[...groups.values()].map((group) => shareOne(group.words, group.claims, counts, isMerged)),
    ...(loose.length > 0 ? [{ words: [], claims: loose }] : []),
  ];
}

/** Shares out messages that belong together. */
function shareOne(
  words: readonly number[],
  claims: readonly Claim[],
  counts: readonly number[],
  isMerged: boolean,
): Share {
  const left = new Map(words.map((word) => [word, counts[word]]));
  // What a vector must have sent is taken off first, which leaves little to be searched.
  const open: Claim[] = [];
  for (const claim of claims) {
    const [only, ...others] = claim.options;
    if (others.length > 0 || only.isAny === true) open.push(claim);
    else if (only.word >= 0) left.set(only.word, left.get(only.word)! - only.times);
  }
  const wanted = words.map((word) => (isMerged ? Math.max(0, left.get(word)!) : left.get(word)!));
  if (wanted.some((count) => count < 0)) return { words, claims: undefined };
  const places = new Map(words.map((word, place) => [word, place]));
  const bases = wanted.map((_, place) => wanted.slice(0, place).reduce((product, count) => product * (count + 1), 1));
  const size = wanted.reduce((product, count) => product * (count + 1), 1);
  // To take all ways as possible accuses nobody.
  if (size * open.length > MOST) return { words, claims };

  const digit = (sum: number, place: number): number => Math.floor(sum / bases[place]) % (wanted[place] + 1);
  /** The sum of what was sent after one more option; -1 where that is more than was seen. */
  const add = (sum: number, { word, times }: Option): number => {
    const place = places.get(word);
    if (place === undefined) return sum;
    const before = digit(sum, place);
    const after = isMerged ? Math.min(wanted[place], before + times) : before + times;
    return after > wanted[place] ? -1 : sum + (after - before) * bases[place];
  };
  /** The sums that an option of some leads to. */
  const after = (sum: number, option: Option, options: readonly Option[]): number[] => {
    if (option.isAny !== true) return [add(sum, option)].filter((next) => next >= 0);
    const named = new Set(options.flatMap((each) => (each.isAny === true ? [] : [add(sum, each)])));
    return Array.from({ length: size }, (_, next) => next).filter(
      (next) =>
        (next > sum || isMerged) &&
        !named.has(next) &&
        wanted.every((__, place) => digit(next, place) >= digit(sum, place)),
    );
  };
  // Which sums the vectors before each may have come to, and then which of them those after it complete.
  const before: Set<number>[] = [new Set([0])];
  for (const { options } of open)
    before.push(
      new Set([...before.at(-1)!].flatMap((sum) => options.flatMap((option) => after(sum, option, options)))),
    );
  const shared: Claim[] = [];
  let completed = new Set(before.at(-1)!.has(size - 1) ? [size - 1] : []);
  for (let at = open.length - 1; at >= 0; at--) {
    const { vector, options } = open[at];
    const possible = new Set<Option>();
    const sums = new Set<number>();
    for (const sum of before[at])
      for (const option of options)
        if (after(sum, option, options).some((next) => completed.has(next))) {
          possible.add(option);
          sums.add(sum);
        }
    shared.push({ vector, options: [...possible] });
    completed = sums;
  }
  if (completed.size === 0) return { words, claims: undefined };
  return { words, claims: [...claims.filter((claim) => !open.includes(claim)), ...shared] };
}

/** So many sums of so many vectors are looked at. */
const MOST = 100_000;
