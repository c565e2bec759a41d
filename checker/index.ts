/**
 * The checker of XState machines: explores them, decides properties over them, enumerates their paths, makes their mutants.
 * It knows nothing of MSI-X.
 */
export { ArgumentError } from './argument/argument.ts';
export type { Alphabet } from './machine/alphabet.ts';
export { BoundError } from './explore/bound.ts';
export { enumerate } from './explore/enumerate.ts';
export { type GuardExpression, machineGuards, readGuard } from './machine/guard.ts';
export { type Mutant, mutate } from './machine/mutate.ts';
export {
  compareWithAdjacency,
  countSimplePaths,
  type Path,
  shortestPaths,
  simplePaths,
  transitionPaths,
} from './explore/paths.ts';
export {
  decideProperties,
  type Invariant,
  type Occurrence,
  type Property,
  type StepProperty,
  type StepView,
  type Verdict,
} from './decide/property.ts';
export * from './decide/manifest.ts';
export type { StateGraph } from './explore/state-graph.ts';
export { printSequence } from './export/sequence.ts';
export { printTypeScript } from './export/typescript.ts';
export { type DotOptions, printDot } from './export/dot.ts';
export { fingerprintOf } from './machine/fingerprint.ts';
export { printItf } from './export/itf.ts';
export { type Arrow, type Cast, printMermaid } from './export/mermaid.ts';
export { type Regions, regionsOf } from './machine/regions.ts';
export * from './trace/codec.ts';
export { TRACE_FORMAT, TRACE_SCHEMA, TRACE_VERSION } from './trace/schema.ts';
export { tellTrace, tellVerdict } from './trace/text.ts';
export {
  makeTrace,
  type PackedTrace,
  reduceTrace,
  replayTrace,
  type Trace,
  TraceError,
  type TraceInstance,
  type TraceOptions,
  type TraceStep,
  type TraceSubject,
  type TraceVerdict,
  type TraceWords,
} from './trace/trace.ts';
export { audit, type Audit } from './explore/audit.ts';
export { compile } from './compile/compile.ts';
export { type ClaimAt, cutoffOf, decideEvery, type EveryVerdict } from './cutoff/every.ts';
export { CheckedFamily } from './cutoff/family.ts';
export { CutoffError, type Family, type MemberMap } from './cutoff/instance.ts';
export { compileCondition } from './compile/condition.ts';
export type { Claim, Decision, StatePredicate, StepPredicate } from './decide/claim.ts';
export { decide, startAt } from './decide/decide.ts';
export { count } from './explore/count.ts';
export { type Count, type Exploration, explore } from './explore/explore.ts';
export type { ExploreLimits, ExploreOptions, Progress, Summary } from './explore/tally.ts';
export type { CompiledMachine } from './compile/format.ts';
export type { Fairness, Lasso } from './decide/claim.ts';
export {
  compareRuns,
  type Correspondence,
  type Observe,
  type Observed,
  refine,
  type Refinement,
  type RunComparison,
  type Seen,
} from './decide/refine.ts';
export type { ObservedStep } from './decide/seen-symmetry.ts';
export { type Interchangeable, Symmetry, SymmetryError } from './explore/symmetry.ts';
export { Stepper } from './compile/step.ts';
export { checkSpec, SubsetError } from './machine/subset.ts';
export { holdsBySpin, printPromela, type PromelaOptions, SPIN_OFFSET } from './export/promela.ts';
export { type SymbolicMachine, symbolicOf } from './export/symbolic.ts';
export { printTla, type TlaModule, type TlaOptions } from './export/tla.ts';
