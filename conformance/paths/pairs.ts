/**
 * Paths through every pair of transitions, each with an ending that brings to light what the pair has left behind: every vector is opened, and has an event.
 *
 * A shortest path to a state has one history, and a device may remember more of it than the machine: the message that a vector had in force before it was
 * blocked, say. A pair takes the device to a state by another way, and the ending shows what it made of that.
 */
import type { AnyStateMachine } from 'xstate';
import { type Path, transitionPaths } from '../../checker/explore/paths.ts';
import { control, signal, unmask } from '../../machines/alphabet.ts';

/** Finds a path through every pair of transitions of a function: a shortest path to the source of the first, both events, and the ending. */
export function pairPaths(machine: AnyStateMachine, events: readonly string[], vectors: number): readonly Path[] {
  const ending = [
    control('on'),
    ...Array.from({ length: vectors }, (_, vector) => [unmask(vector), signal(vector)]).flat(),
  ];
  return transitionPaths(machine, events).flatMap((path) => events.map((event) => [...path, event, ...ending]));
}
