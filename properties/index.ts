/**
 * What must hold of a function, the bounds within which it is decided, and the instances of the machines as subjects of traces.
 */
export { ASSIGNED_CAST, CAST, castOf } from './cast.ts';
export { CHANNEL_PROPERTIES } from './channel.ts';
export { FUNCTION_PROPERTIES } from './function.ts';
export {
  type Bounds,
  createInstance,
  FULL_INSTANCES,
  type Instance,
  instanceName,
  INSTANCES,
  LARGER_INSTANCES,
} from './instances.ts';
export { MACHINE_NAMES, type MachineName } from './names.ts';
export { MACHINE_PROPERTIES } from './machines.ts';
export { type FunctionView, machineView } from './view.ts';
export {
  compiledSubject,
  type CompiledSubject,
  instanceByName,
  type MutatedInstance,
  subjectByName,
  traceSubject,
} from './subject.ts';
export { TEMPORAL_PROPERTIES, type TemporalProperty, type TemporalVerdict } from './temporal.ts';
