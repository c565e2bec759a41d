/**
 * The statecharts of MSI-X, and the words that they are written in.
 */
export { type Access, accessesOf } from './access.ts';
export * from './alphabet.ts';
export { type AssignedDevice, type AssignedOptions, createAssignedDevice } from './assigned-device.ts';
export { capability } from './pages/capability.ts';
export { ownership } from './pages/ownership.ts';
export { vector } from './pages/vector.ts';
export * from './designs.ts';
export { createFunction, type FunctionOptions } from './function.ts';
export { createHostFunction } from './host-function.ts';
export { createInterval } from './interval.ts';
export * from './messages.ts';
export { type MonitorName, MONITORS } from './monitors.ts';
export { createVector } from './vector.ts';
