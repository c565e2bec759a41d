/**
 * The statecharts of MSI-X, and the words that they are written in. Events and outputs are text: `functionEvents` lists those of a machine,
 * `readEvent` takes one apart, `eventSentence` says it.
 */
export {
  CAPABILITY_EVENTS,
  eventSentence,
  functionEvents,
  hostEvents,
  type MachineEvent,
  type MachineOutput,
  outputSentence,
  OWNERSHIP_EVENTS,
  readEvent,
  readOutput,
  VECTOR_PAGE_EVENTS,
} from './alphabet.ts';
export { type AssignedDevice, type AssignedOptions, createAssignedDevice } from './assigned-device.ts';
export { capability } from './pages/capability.ts';
export { ownership } from './pages/ownership.ts';
export { vector } from './pages/vector.ts';
export {
  CHAIN,
  CHECKED,
  type Design,
  designByName,
  DESIGNS,
  POSTED,
  type Repair,
  REPAIRS,
  type Repairs,
  REVIEWED,
  without,
} from './designs.ts';
export { createFunction, type FunctionOptions } from './function.ts';
export { createHostFunction } from './host-function.ts';
export { createInterval } from './interval.ts';
export { HALVES, MESSAGE_SETS, type MessageSet, type MessageWrite, THREE, TWO, wholeMessages } from './messages.ts';
export { type MonitorName, MONITORS } from './monitors.ts';
export { createVector } from './vector.ts';
