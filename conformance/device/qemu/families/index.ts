/** The kinds of devices that are known. */
import type { Family } from '../family.ts';
import { E1000E } from './e1000e.ts';
import { IVSHMEM } from './ivshmem.ts';
import { NVME } from './nvme.ts';
import { ROCKER } from './rocker.ts';
import { ROOT_PORT } from './root-port.ts';
import { VIRTIO_BLOCK, VIRTIO_NET } from './virtio.ts';
import { XHCI } from './xhci.ts';

export const FAMILIES: readonly Family[] = [ROCKER, IVSHMEM, E1000E, NVME, VIRTIO_BLOCK, VIRTIO_NET, XHCI, ROOT_PORT];
