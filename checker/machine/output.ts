/**
 * What an action is called as an output. XState holds an action as its name, or as an object with a name and parameters.
 */
import { requireFunction, requireName } from '../argument/argument.ts';

/** How an action is written as an output. The default joins its type and the values of its parameters with dots. */
export type NameOutput = (type: string, params: Readonly<Record<string, unknown>> | undefined) => string;

/** The name of an output: its type and the values of its parameters, joined with dots. */
export const nameOutput: NameOutput = (type, params) => [type, ...Object.values(params ?? {})].join('.');

/** Requires a function that names outputs. What it gives is looked at when it is asked. */
export function requireNameOutput(place: string, value: unknown): NameOutput {
  const name = requireFunction(place, value, 'a function that names an output by the type and parameters of an action');
  if (value === nameOutput) return nameOutput;
  return (type, params) => requireName(`what ${place} gives for the action ${type}`, name(type, params));
}

/** The name of the output that an action of a machine is, as XState holds it. */
export function outputOf(action: unknown, name: NameOutput = nameOutput): string {
  if (typeof action === 'string') return name(action, undefined);
  const { type, params } = action as { type: string; params?: Readonly<Record<string, unknown>> };
  return name(type, params);
}
