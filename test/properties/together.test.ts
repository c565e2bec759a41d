/**
 * Properties of a design decided together, on explorations that have more monitors than each of them needs.
 */
import { expect, test } from 'vitest';
import { POSTED } from '../../machines/designs.ts';
import { TWO } from '../../machines/messages.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { ASSIGNED_PROPERTIES } from '../../properties/assigned/index.ts';
import type { AssignedVerdict } from '../../properties/assigned/property.ts';

const BOUNDS = { design: POSTED, vectors: 1, messages: TWO, vcpus: 1 };
const properties = ASSIGNED_PROPERTIES.filter((property) => !('compare' in property));
const told = (verdicts: readonly AssignedVerdict[]) => verdicts.map(({ states: _states, ...others }) => others);

test('they come to what they come to by themselves', () => {
  const alone = new AssignedInstance(BOUNDS).decideAll(properties);
  const together = new AssignedInstance(BOUNDS).decideTogether(properties);
  expect(told(together)).toEqual(told(alone));
  expect(together.map(({ states }) => states)).not.toEqual(alone.map(({ states }) => states));
});

// How it was found: a breaker asked with a bound that the machine and one monitor stay within.
test('where they meet a bound together, they are decided by themselves', () => {
  const { states } = new AssignedInstance(BOUNDS).explore().summary;
  const limits = { states: states + 1 };
  const alone = new AssignedInstance(BOUNDS, { limits }).decideAll(properties);
  expect(alone.map(({ result }) => result)).toContain('open');
  expect(told(new AssignedInstance(BOUNDS, { limits }).decideTogether(properties))).toEqual(told(alone));
});
