/**
 * Whether a form of access is to blame for a failure: the same path is driven once more with another form in its place, and where the failure is gone, the rule that
 * says that both mean the same is named first.
 */
import { type Form, FORMS } from '../device/forms.ts';
import type { Dialect } from '../device/words.ts';
import { type Failure, kindOf } from './failure.ts';

/** Drives a fresh device along a path; returns what it fails in. */
export type Again = (path: readonly string[], dialect: Dialect) => Failure | undefined;

/** Puts the rules of the forms that are to blame before the others of a failure. It is the failure itself where none is, or where no fresh device shows it. */
export function blamedOnForms(failure: Failure, dialect: Dialect, again: Again): Failure {
  const shows = (each: Dialect): boolean => {
    const got = again(failure.path, each);
    return got?.path.length === failure.path.length && kindOf(got) === kindOf(failure);
  };
  const others = Object.values<Form>(FORMS)
    .map((form) => ({ ...form, dialect: form.without(dialect) }))
    .filter((each) => each.dialect !== dialect);
  if (failure.path.length === 0 || !shows(dialect)) return failure;
  const blamed = others.filter((each) => !shows(each.dialect));
  const sentences = blamed.map(({ rule, clause }) => `${clause}; without this form, nothing differs here. [${rule}]`);
  const { cause } = failure;
  return {
    ...failure,
    cause: {
      rules: [...new Set([...blamed.map(({ rule }) => rule), ...cause.rules])],
      sentences: [...sentences, ...cause.sentences],
    },
  };
}
