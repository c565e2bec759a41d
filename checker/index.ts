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
