/**
 * The statecharts of MSI-X, and the words that they are written in.
 */
export * from './alphabet.ts';
export { createCapability } from './capability.ts';
export { createFunction, type FunctionOptions } from './function.ts';
export * from './messages.ts';
export { createVector } from './vector.ts';
