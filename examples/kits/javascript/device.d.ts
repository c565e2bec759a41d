import type { DeviceFactory } from '../../../conformance/device/device.ts';

declare const createDevice: DeviceFactory;
export default createDevice;
