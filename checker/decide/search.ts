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
  /** What is asked of the steps of one event, where it is less than `ask`. Of most events it is nothing, and their steps need not be made. */
  readonly askOf?: (event: number) => EventQuestion<Step>;
}

/** What is asked of the steps of one event. */
export interface EventQuestion<Step> {
  /** The most that may be answered: where that is SILENT, nothing is asked; where it is SATISFIED, nothing after the first time. */
  readonly most: Answer;
  ask(step: Step): Answer;
}

/** Where to search: states in breadth-first order, and the steps from those that were expanded. */
export interface SearchSpace<Step> {
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
  ground: SearchSpace<Step>,
  questions: readonly Question<Step>[],
): { readonly found: readonly Found[]; readonly isWhole: boolean } {
  const searches = questions.map((question): Search<Step> => ({ question, found: {} }));
  const found = searches.map((each) => each.found);
  const isOpen = ({ found: { broken } }: Search<Step>): boolean => broken === undefined;
  let ofStates = searches.filter(({ question }) => question.of === 'states');
  const ofSteps = searches.filter(({ question }) => question.of === 'steps');
  const ofEvents = Array.from({ length: ground.events }, (_, event) => ({
    event,
    asked: ofSteps.map((each) => {
      const { question } = each;
      const asked = question.askOf?.(event) ?? { most: BROKEN, ask: (step: Step) => question.ask(step) };
      return { search: each, ...asked };
    }),
  }));
  let open = stillOpen(ofEvents);
  for (let state = 0; state < ground.states && ofStates.length + open.length > 0; state++) {
    if (state % STATES_BETWEEN === 0 && ground.goesOn?.(state) === false) return { found, isWhole: false };
    let isAnyNew = false;
    if (ofStates.length > 0) {
      const step = ground.at(state);
      for (const each of ofStates) isAnyNew = note(each, each.question.ask(step), { state }) || isAnyNew;
      if (isAnyNew) ofStates = ofStates.filter(isOpen);
    }
    if (state >= ground.expanded) continue;
    isAnyNew = false;
    for (const { event, asked } of open) {
      const step = ground.at(state, event);
      for (const each of asked) {
        if (!isOpen(each.search)) continue;
        const answer = each.ask(step);
        if (answer !== SILENT) isAnyNew = note(each.search, answer, { state, event }) || isAnyNew;
      }
    }
    if (isAnyNew) open = stillOpen(open);
  }
  return { found, isWhole: true };
}

interface Search<Step> {
  readonly question: Question<Step>;
  readonly found: { -readonly [Field in keyof Found]: Found[Field] };
}

/** What is asked of the steps of one event. */
interface OfEvent<Step> {
  readonly event: number;
  readonly asked: readonly (EventQuestion<Step> & { readonly search: Search<Step> })[];
}

/** Notes an answer; returns whether it is the first of its kind. */
function note<Step>({ found }: Search<Step>, answer: Answer, place: Place): boolean {
  if (answer === SILENT || (answer === SATISFIED && found.witness !== undefined)) return false;
  found.witness ??= place;
  if (answer === BROKEN) found.broken = place;
  return true;
}

/** The events of which something is left to ask: of nothing that is broken, and of nothing that can only be satisfied once more. */
function stillOpen<Step>(ofEvents: readonly OfEvent<Step>[]): readonly OfEvent<Step>[] {
  return ofEvents.flatMap(({ event, asked }) => {
    const left = asked.filter(({ search: { found }, most }) => {
      return found.broken === undefined && most !== SILENT && (most === BROKEN || found.witness === undefined);
    });
    return left.length === 0 ? [] : [{ event, asked: left }];
  });
}

/** What follows from what was found, a witness and where it is broken. Where not all was searched, a claim can fail, but not hold. */
export function verdictOf(witness: unknown, broken: unknown, isWhole: boolean): 'holds' | 'fails' | 'n/a' | 'open' {
  if (broken !== undefined) return 'fails';
  if (!isWhole) return 'open';
  return witness === undefined ? 'n/a' : 'holds';
}
