/** Scenes that tests ask for by themselves. */
import { type Scene, scenesOf } from '../../conformance/judge/scenes.ts';

/** Two vectors of a guest that gives them no messages of their own: both are opened with what they hold. */
export const ANY_MESSAGES: Scene = {
  ...scenesOf({ vectorCounts: [2], abilities: new Set(['reset', 'retire']) }).find(
    ({ name }) => name === 'two vectors',
  )!,
  isApart: false,
};
