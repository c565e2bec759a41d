/**
 * The never claim of a leads-to under fairness: the automaton of the runs that break it. SPIN can make it of a formula, but
 * with four assumptions or more that takes minutes, so it is written here. Conditions are texts in Promela.
 *
 * A run breaks the claim if somewhere `from` holds, `to` does not from there on, and every assumption is satisfied.
 * A strong assumption is satisfied in one of two ways: its events can be taken only finitely often, or one is taken again and
 * again. The automaton guesses which, when the last of the finitely many has passed. What must happen again and again
 * is waited for in turn; an accepting state stands at the end of each round.
 */

/** What the automaton asks about an assumption of fairness. */
export interface FairnessConditions {
  readonly strength: 'weak' | 'strong';
  /** Whether one of the events can be taken. */
  readonly enabled: string;
  /** Whether the last step took one of them. */
  readonly took: string;
}

/** A leads-to in texts. Without `from`, it is claimed of the first state alone. */
export interface LeadsToConditions {
  readonly from?: string;
  readonly to: string;
  readonly fairness: readonly FairnessConditions[];
}

/** Prints the formula, for a reader. */
export function printLtl({ from, to, fairness }: LeadsToConditions): string {
  const goal = from === undefined ? `<> (${to})` : `[] ((${from}) -> <> (${to}))`;
  const premises = fairness.map(({ strength, enabled, took }) => {
    return strength === 'weak' ? `[] <> (${took} || !${enabled})` : `([] <> ${enabled} -> [] <> ${took})`;
  });
  return premises.length === 0 ? goal : `(${premises.join(' && ')}) -> ${goal}`;
}

/** Prints the automaton as a never claim called `name`. */
export function printNever(name: string, { from, to, fairness }: LeadsToConditions): string[] {
  const weak = fairness
    .filter(({ strength }) => strength === 'weak')
    .map(({ took, enabled }) => `(${took} || !${enabled})`);
  const strong = fairness.filter(({ strength }) => strength === 'strong');
  const rounds = subsetsOf(strong).map((over, index) => {
    const kept = [`!(${to})`, ...over.map(({ enabled }) => `!${enabled}`)].join(' && ');
    const again = strong.filter((each) => !over.includes(each)).map(({ took }) => took);
    return { label: `round${index}`, kept, awaited: [...weak, ...again] };
  });
  const starts = rounds.map(({ label, kept }) => `  :: ${kept} -> goto ${label}_0`);
  return [
    `never ${name} {`,
    '  do',
    ...(from === undefined ? [`  :: !(${to}) -> break`] : [`  :: (${from}) && !(${to}) -> break`, '  :: true']),
    '  od;',
    // Without strong assumptions there is nothing to guess.
    ...(strong.length === 0 ? [] : ['  do', ...starts, `  :: !(${to})`, '  od;']),
    ...rounds.flatMap(printRound),
    '}',
  ];
}

interface Round {
  readonly label: string;
  /** What holds all the time. */
  readonly kept: string;
  /** What must hold again and again. */
  readonly awaited: readonly string[];
}

function printRound({ label, kept, awaited }: Round): string[] {
  const waits = awaited.flatMap((condition, index) => [
    `${label}_${index}:`,
    '  do',
    `  :: ${kept} && ${condition} -> goto ${index === awaited.length - 1 ? `accept_${label}` : `${label}_${index + 1}`}`,
    `  :: ${kept}`,
    '  od;',
  ]);
  const first = awaited.length === 0 ? [`${label}_0:`] : [];
  return [...waits, ...first, `accept_${label}:`, '  do', `  :: ${kept} -> goto ${label}_0`, '  od;'];
}

function subsetsOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  const [first, ...others] = items;
  const without = subsetsOf(others);
  return [...without, ...without.map((subset) => [first, ...subset])];
}
