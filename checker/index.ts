/**
 * The checker of XState machines: explores them, decides properties over them, enumerates their paths, makes their mutants.
 * It knows nothing of MSI-X.
 */
export { BoundError, enumerate } from './enumerate.ts';
export { type GuardExpression, machineGuards, readGuard } from './guard.ts';
export { type Mutant, mutate } from './mutate.ts';
export {
  compareWithAdjacency,
  countSimplePaths,
  type Path,
  shortestPaths,
  simplePaths,
  transitionPaths,
} from './paths.ts';
export * from './property.ts';
export type { StateGraph } from './state-graph.ts';
export { printTypeScript } from './typescript.ts';
export { type DotOptions, printDot } from './dot.ts';
export { fingerprintOf } from './fingerprint.ts';
export { printItf } from './itf.ts';
export { type Arrow, type Cast, printMermaid } from './mermaid.ts';
export { type Regions, regionsOf } from './regions.ts';
export * from './trace-codec.ts';
export { TRACE_FORMAT, TRACE_SCHEMA, TRACE_VERSION } from './trace-schema.ts';
export { tellTrace, tellVerdict } from './trace-text.ts';
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
} from './trace.ts';
export { audit, type Audit } from './audit.ts';
export { compile, compileCondition } from './compile.ts';
export { type Claim, decide, type Decision, startAt, type StatePredicate, type StepPredicate } from './decide.ts';
export {
  count,
  type Count,
  Exploration,
  explore,
  type ExploreLimits,
  type ExploreOptions,
  type Progress,
  type Summary,
} from './explore.ts';
export type { CompiledMachine } from './format.ts';
export type { Fairness, Lasso } from './liveness.ts';
export { compareRuns, type Observe, refine, type Refinement } from './refine.ts';
export { Stepper } from './step.ts';
export { checkSpec, SubsetError } from './subset.ts';
export { holdsBySpin, printPromela, type PromelaOptions, SPIN_OFFSET } from './promela.ts';
export { type SymbolicMachine, symbolicOf } from './symbolic.ts';
export { printTla, type TlaModule, type TlaOptions } from './tla.ts';
