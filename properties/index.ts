/**
 * What must hold of a function, the bounds within which it is decided, and the mutants that show that each property can fail.
 */
export * from './cast.ts';
export * from './channel.ts';
export * from './function.ts';
export * from './instances.ts';
export * from './mutants.ts';
export { blocked, type FunctionView, machineView } from './view.ts';
export * from './subject.ts';
export * from './temporal.ts';
