/**
 * Devices under test, and what drives them: the paths of the machines, and the accesses of a real guest.
 */
export type { Device, DeviceOutput } from './device/device.ts';
export { ConformanceError, createDriver, type DriveCounts, type Driver } from './paths/drive.ts';
export { DIALECTS, type Dialect, messageOf, readback } from './device/words.ts';
export { createInProcessDevice } from './device/in-process.ts';
export { type Lockstep, type RestorableDevice, walkInLockstep } from './paths/lockstep.ts';
export { fileSource } from './replay/file.ts';
export { ReplayError } from './replay/log.ts';
export { type FileReplay, replayFile } from './replay/record.ts';
export { replay, type ReplayOptions } from './replay/replay.ts';
export type { Disagreement, Replay, ReplayFigures } from './replay/run.ts';
export * from './random/implementation.ts';
export * from './random/judge.ts';
export * from './random/projection.ts';
export * from './random/runs.ts';
