/**
 * The devices that a guest of Debian's is recorded with: how each is put on QEMU's command line, what its driver is called, and what work
 * it can be given.
 */

/** One kind of devices. */
export interface RecordedDevice {
  readonly name: string;
  /** Vendor and device, as sysfs has them. */
  readonly id: string;
  /** The modules of its driver; those that are built in are passed over. */
  readonly modules: readonly string[];
  /** What its driver is called in the kernel, to tell whether it has one: a module or built in. */
  readonly driver: string;
  readonly kind: 'net' | 'disk';
  /** Properties for as many queues, where it has any. */
  readonly queues?: (count: number) => string;
  /** Properties and devices for virtual functions. */
  readonly virtualFunctions?: {
    readonly before: readonly string[];
    /** Instead of `property`. */
    readonly property: string;
    readonly behind: readonly string[];
  };
  /** Parameters besides `-device`. */
  readonly backend?: readonly string[];
  /** What makes it a disk: a device more, behind it. */
  readonly behind?: readonly string[];
  /** How its back end is called in a property of it. */
  readonly property: string;
}

/** How it is called on the command line. */
export const ID = 'recorded';
/** The port that it is behind, on a q35. */
export const PORT = 'downstream';

const DISK = ['-blockdev', 'driver=null-co,node-name=disk,size=67108864,read-zeroes=on'];

/** The devices. */
export const RECORDED: readonly RecordedDevice[] = [
  {
    name: 'nvme',
    id: '0x1b36:0x0010',
    modules: ['nvme'],
    driver: 'nvme',
    kind: 'disk',
    queues: (count) => `max_ioqpairs=${count},msix_qsize=${count + 1}`,
    virtualFunctions: {
      before: ['-device', 'nvme-subsys,id=subsystem'],
      property:
        'serial=1,subsys=subsystem,sriov_max_vfs=2,max_ioqpairs=8,msix_qsize=9,sriov_vq_flexible=6,sriov_vi_flexible=4',
      behind: ['-device', `nvme-ns,drive=disk,bus=${ID}`],
    },
    backend: DISK,
    property: 'drive=disk,serial=1',
  },
  {
    name: 'virtio-blk-pci',
    id: '0x1af4:0x1042',
    modules: ['virtio_pci', 'virtio_blk'],
    driver: 'virtio_blk',
    kind: 'disk',
    queues: (count) => `num-queues=${count},vectors=${count + 1}`,
    backend: DISK,
    property: 'drive=disk,disable-legacy=on',
  },
  {
    name: 'virtio-net-pci',
    id: '0x1af4:0x1041',
    modules: ['virtio_pci', 'virtio_net'],
    driver: 'virtio_net',
    kind: 'net',
    queues: (count) => `mq=on,vectors=${2 * count + 2}`,
    property: 'netdev=net,disable-legacy=on',
  },
  { name: 'e1000e', id: '0x8086:0x10d3', modules: ['e1000e'], driver: 'e1000e', kind: 'net', property: 'netdev=net' },
  {
    name: 'vmxnet3',
    id: '0x15ad:0x07b0',
    modules: ['vmxnet3'],
    driver: 'vmxnet3',
    kind: 'net',
    property: 'netdev=net',
  },
  {
    name: 'qemu-xhci',
    id: '0x1b36:0x000d',
    modules: ['xhci-pci', 'usb-storage', 'sd_mod'],
    driver: 'xhci-pci',
    kind: 'disk',
    backend: DISK,
    behind: ['-device', 'usb-storage,drive=disk,bus=recorded.0'],
    property: '',
  },
];
