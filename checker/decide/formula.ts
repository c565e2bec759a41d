/**
 * Formulas over atoms, simplified as they are made: negations stand before atoms only, what is said twice is said once, and what one
 * part says for sure is not asked again by the parts beside it.
 */

/** What a formula is made of. Equal texts are one atom. */
export interface Atom {
  /** An expression of JavaScript. */
  readonly text: string;
  /** What is asked first costs least. */
  readonly cost: number;
  /** Whether it is known of the state before a step. */
  readonly isOfState: boolean;
}

export type Formula = boolean | Literal | Junction;

interface Literal {
  readonly kind: 'literal';
  readonly atom: Atom;
  readonly isTrue: boolean;
}

interface Junction {
  readonly kind: 'all' | 'any';
  readonly parts: readonly (Literal | Junction)[];
}

/** The formula of an atom. */
export function literal(atom: Atom): Formula {
  return { kind: 'literal', atom, isTrue: true };
}

/** The negation. */
export function negate(formula: Formula): Formula {
  if (typeof formula === 'boolean') return !formula;
  if (formula.kind === 'literal') return { ...formula, isTrue: !formula.isTrue };
  const parts = formula.parts.map(negate);
  return formula.kind === 'all' ? any(parts) : all(parts);
}

/** The conjunction. */
export function all(parts: readonly Formula[]): Formula {
  return join('all', parts);
}

/** The disjunction. */
export function any(parts: readonly Formula[]): Formula {
  return join('any', parts);
}

/** A conjunction, which a false part decides and true ones add nothing to; or a disjunction, the other way round. */
function join(kind: Junction['kind'], parts: readonly Formula[]): Formula {
  const deciding = kind === 'any';
  const flat = parts.flatMap((part): readonly Formula[] =>
    typeof part !== 'boolean' && part.kind === kind ? part.parts : [part],
  );
  const known = new Map<string, boolean>();
  for (const part of flat) {
    if (part === deciding) return deciding;
    if (typeof part === 'boolean' || part.kind !== 'literal') continue;
    // What is one of both is decided; what is asked twice is asked once.
    if (known.has(part.atom.text) && known.get(part.atom.text) !== part.isTrue) return deciding;
    known.set(part.atom.text, part.isTrue);
  }
  const left = new Map<string, Literal | Junction>();
  let isAnyNew = false;
  for (const part of flat) {
    if (typeof part === 'boolean') continue;
    // Beside a literal, the other parts are asked only where it does not decide: there they may take it for given.
    const rest = part.kind === 'literal' ? part : given(part, known, deciding);
    if (rest === deciding) return deciding;
    if (typeof rest === 'boolean') continue;
    isAnyNew ||= rest !== part && (rest.kind === 'literal' || rest.kind === kind);
    left.set(print(rest), rest);
  }
  const rest = [...left.values()];
  if (isAnyNew) return join(kind, rest);
  if (rest.length === 0) return !deciding;
  return rest.length === 1 ? rest[0] : { kind, parts: rest };
}

/** What is left of a formula when these atoms are what they are said to be; or the other way round, beside literals of a disjunction. */
function given(formula: Formula, known: ReadonlyMap<string, boolean>, isOther: boolean): Formula {
  if (typeof formula === 'boolean' || known.size === 0) return formula;
  if (formula.kind === 'literal') {
    const truth = known.get(formula.atom.text);
    return truth === undefined ? formula : (truth !== isOther) === formula.isTrue;
  }
  const parts = formula.parts.map((part) => given(part, known, isOther));
  return parts.every((part, index) => part === formula.parts[index]) ? formula : join(formula.kind, parts);
}

/** What the state before a step must be for a formula to hold: the formula, with all else taken for true. */
export function ofState(formula: Formula): Formula {
  if (typeof formula === 'boolean') return formula;
  if (formula.kind === 'literal') return formula.atom.isOfState ? formula : true;
  return join(formula.kind, formula.parts.map(ofState));
}

/** All atoms of a formula. */
export function atomsOf(formula: Formula): readonly Atom[] {
  if (typeof formula === 'boolean') return [];
  return formula.kind === 'literal' ? [formula.atom] : formula.parts.flatMap(atomsOf);
}

/** A formula as an expression of JavaScript. */
export function print(formula: Formula): string {
  if (typeof formula === 'boolean') return String(formula);
  if (formula.kind === 'literal') return formula.isTrue ? formula.atom.text : `!${formula.atom.text}`;
  const parts = formula.parts.toSorted((one, other) => costOf(one) - costOf(other)).map(print);
  return `(${parts.join(formula.kind === 'all' ? ' && ' : ' || ')})`;
}

function costOf(formula: Formula): number {
  return atomsOf(formula).reduce((sum, { cost }) => sum + cost, 0);
}
