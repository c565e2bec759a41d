/**
 * Devices under test, and what drives them: the paths of the machines, and the accesses of a real guest. All of it runs in a browser
 * too; what needs Node, files and processes, is in `node.ts`.
 */
export type { Device, DeviceFactory, DeviceOptions, DeviceOutput } from './device/device.ts';
export type { DeviceMaker, DwordDevice, MakerOptions } from './device/dwords.ts';
export { createInProcessDevice } from './device/in-process.ts';
export { ConformanceError, type Failure, tellFailure } from './paths/failure.ts';
export { ReplayError, type TraceSource } from './replay/log.ts';
export { replay, type ReplayOptions } from './replay/replay.ts';
export type { Disagreement, Replay, ReplayFigures } from './replay/results.ts';
export { runSuite, type SuiteCount, type SuiteOptions, type SuitePart, type SuiteReport } from './suite.ts';
