/**
 * maskbit: MSI-X of emulated and assigned PCI functions. This module and what it imports depend on nothing.
 */
export * as abi from './kernel/abi.ts';
export {
  ACCESS_EXITED,
  ACCESS_REFUSED,
  ACCESS_RETURNED,
  type AccessOutcome,
  AssignedDevice,
  type AssignedDeviceOptions,
} from './assigned-device.ts';
export { MsixFunction, Refusals } from './function/msix-function.ts';
export type { BarRegisters, MsixFunctionOptions, Placement, SendMessage } from './function/options.ts';
export { HostFunction, type HostFunctionOptions } from './host/host-function.ts';
export { type BusDevice, MmioBus } from './kernel/bus.ts';
export { type HostDevice, Kernel, type KernelOptions } from './kernel/kernel.ts';
export * from './kernel/message.ts';
export * from './outcome.ts';
export * from './registers.ts';
export * from './userspace/exit.ts';
export {
  type Work,
  WORK_DISABLE_ALL,
  WORK_ENABLE_ALL,
  WORK_NONE,
  WORK_PLACE,
  WORK_REBUILD,
} from './userspace/userspace-table.ts';
export {
  type AssignedDesign,
  type Owner,
  OWNER_KERNEL,
  OWNER_REGISTERING,
  OWNER_REMOVED,
  OWNER_RETURNING,
  OWNER_USERSPACE,
} from './userspace/monitor.ts';
