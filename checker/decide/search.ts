/**
 * The one search behind every decision: goes through all states, or all steps, in breadth-first order, and finds for each claim where its
 * premise is satisfied first, and where it is broken first. Both are shortest. How a claim is written is of no account here: it is asked
 * of a step, and answers.
 */

/** What a claim says of a state or a step: nothing, since its premise is not satisfied; that it holds; that it is broken. */
export type Answer = 0 | 1 | 2;
export const SILENT = 0;
export const SATISFIED = 1;
export const BROKEN = 2;

/** What is asked of each state, or of each step. */
export interface Question<Step> {
  readonly of: 'states' | 'steps';
  ask(step: Step): Answer;
}

/** Where to search: states in breadth-first order, and the steps from those that were expanded. */
export interface Ground<Step> {
  readonly states: number;
  /** The first so many states are those that were expanded. */
  readonly expanded: number;
  readonly events: number;
  /** The step from a state by an event; of the state alone where there is no event. It need not outlast the next call. */
  at(state: number, event?: number): Step;
  /** Is asked now and then, with the number of states done; when it says no, the search ends. */
  readonly goesOn?: (done: number) => boolean;
}

/** A state, or a step from it. */
export interface Place {
  readonly state: number;
  readonly event?: number;
}

/** What was found of one question. */
export interface Found {
  /** The first place of which it says anything. */
  readonly witness?: Place;
  /** The first place that breaks it. */
  readonly broken?: Place;
}

// So many states between two questions whether to go on.
const STATES_BETWEEN = 256;

/** Asks all questions in one pass. One that is broken is not asked again. */
export function search<Step>(
  ground: Ground<Step>,
  questions: readonly Question<Step>[],
): { readonly found: readonly Found[]; readonly isWhole: boolean } {
  const searches = questions.map((question): Search<Step> => ({ question, found: {} }));
  const found = searches.map((each) => each.found);
  let ofStates = searches.filter(({ question }) => question.of === 'states');
  let ofSteps = searches.filter(({ question }) => question.of === 'steps');
  for (let state = 0; state < ground.states && ofStates.length + ofSteps.length > 0; state++) {
    if (state % STATES_BETWEEN === 0 && ground.goesOn?.(state) === false) return { found, isWhole: false };
    if (ofStates.length > 0) ofStates = askAll(ofStates, ground.at(state), state);
    if (state >= ground.expanded) continue;
    for (let event = 0; event < ground.events && ofSteps.length > 0; event++) {
      ofSteps = askAll(ofSteps, ground.at(state, event), state, event);
    }
  }
  return { found, isWhole: true };
}

interface Search<Step> {
  readonly question: Question<Step>;
  readonly found: { -readonly [Field in keyof Found]: Found[Field] };
}

/** Asks some questions at one place; returns those that are not broken yet. */
function askAll<Step>(searches: Search<Step>[], step: Step, state: number, event?: number): Search<Step>[] {
  let isAnyBroken = false;
  for (const { question, found } of searches) {
    const answer = question.ask(step);
    if (answer === SILENT) continue;
    found.witness ??= { state, event };
    if (answer !== BROKEN) continue;
    found.broken = { state, event };
    isAnyBroken = true;
  }
  return isAnyBroken ? searches.filter(({ found }) => found.broken === undefined) : searches;
}

/** What follows from what was found, a witness and where it is broken. Where not all was searched, a claim can fail, but not hold. */
export function verdictOf(witness: unknown, broken: unknown, isWhole: boolean): 'holds' | 'fails' | 'n/a' | 'open' {
  if (broken !== undefined) return 'fails';
  if (!isWhole) return 'open';
  return witness === undefined ? 'n/a' : 'holds';
}
