/**
 * The kernel half: the ioctls of one virtual machine, and what they act on. A failed call changes nothing.
 *
 * A pointer is a buffer and an offset into it; one that leaves too few bytes is a bad one (`EFAULT`). Results are 0, or what the
 * call counts, or a negative errno, as Linux has them; where Linux lets something pass that can only go wrong, the call says so.
 */
import * as abi from './abi.ts';
import { isPointer } from './structs.ts';
import { MmioBus } from './bus.ts';
import { KernelDevice } from './device.ts';
import type { InjectMessage } from './table.ts';
import { DecodedMessage } from './message.ts';
import { RoutingTable } from './routing.ts';
import type { Listener } from '../calls-out.ts';
import { HostFunction } from '../host/host-function.ts';
import {
  dwordOf,
  requireBoolean,
  requireFunction,
  requireInteger,
  requireNumber,
  requireList,
  requireOptionsOf,
  told,
} from '../sentences.ts';

/** A device of the host that may be assigned, and where it is. */
export interface HostDevice {
  /** Segment. Default 0. */
  readonly segnr?: number;
  readonly busnr: number;
  readonly devfn: number;
  readonly function: HostFunction;
}

/** What a virtual machine is made of. */
export interface KernelOptions {
  readonly hostDevices: readonly HostDevice[];
  /** Called for each message of a device that is injected, as it stands, before it is decoded. */
  readonly deliver?: (addressLow: number, addressHigh: number, data: number, vector: number, deviceId: number) => void;
  /** Called for each interrupt that a message makes. The message is reused: copy what is to be kept. */
  readonly interrupt?: (message: DecodedMessage) => void;
  /**
   * Whether a call that puts the page of the posted design on the bus, or takes it off, stops halfway and returns
   * `CALL_UNFINISHED`, until `KernelDevice.finish`: so one may look at what other vCPUs meet meanwhile. Default false.
   */
  readonly stopsInside?: boolean;
}

const CAPABILITIES: ReadonlySet<number> = new Set([
  abi.KVM_CAP_DEVICE_ASSIGNMENT,
  abi.KVM_CAP_IRQ_ROUTING,
  abi.KVM_CAP_DEVICE_DEASSIGNMENT,
  abi.KVM_CAP_DEVICE_MSIX,
  abi.KVM_CAP_ASSIGN_DEV_IRQ,
  abi.KVM_CAP_ENABLE_CAP,
  abi.KVM_CAP_SIGNAL_MSI,
  abi.KVM_CAP_DEVICE_MSIX_EXT,
  abi.KVM_CAP_DEVICE_MSIX_MASK,
]);

const OPTION_NAMES = ['hostDevices', 'deliver', 'interrupt', 'stopsInside'];
const HOST_DEVICE_NAMES = ['busnr', 'devfn', 'segnr', 'function'];
const DWORD_MAX = 2 ** 32 - 1;

function requireHostDevices(hostDevices: readonly HostDevice[]): HostDevice[] {
  return requireList('Kernel', 'hostDevices', hostDevices).map((given) => {
    const device = requireOptionsOf('Kernel: a host device', given, HOST_DEVICE_NAMES);
    for (const name of ['busnr', 'devfn'] as const) requireInteger('Kernel', name, device[name], 0, DWORD_MAX);
    if (device.segnr !== undefined) requireInteger('Kernel', 'segnr', device.segnr, 0, DWORD_MAX);
    if (!isHostFunction(device.function)) {
      throw new TypeError(
        `Kernel: the function of a host device is ${told(device.function)}; expected a HostFunction.`,
      );
    }
    return device;
  });
}

/** Whether it is one; of a proxy that does not let it be asked, it is none. */
function isHostFunction(value: unknown): boolean {
  try {
    return value instanceof HostFunction;
  } catch {
    return false;
  }
}

/** An ioctl of the virtual machine: the size of its argument in bytes, and what it does. */
interface Call {
  readonly bytes: number;
  readonly run: (kernel: Kernel, view: DataView, at: number) => number;
}

/** One virtual machine. */
export class Kernel {
  readonly bus: MmioBus = new MmioBus();
  readonly routing: RoutingTable = new RoutingTable();
  /** Host interrupts that belonged to nobody; none is taken for another's (HB-08). */
  spuriousIrqs = 0;
  /** Messages that were injected and make no interrupt: none that x86 has. */
  refusedMessages = 0;
  /**
   * Whether `padding[0]` of `kvm_assigned_msix_entry` holds flags. It is one flag of the whole machine, and set by an ioctl of any one
   * vCPU: hazard S6 of the patch.
   */
  msixFlagsEnabled = false;
  readonly devices: Map<number, KernelDevice> = new Map();
  /** The device that was asked for last. */
  private last: KernelDevice | undefined;
  private readonly irqs = new Map<number, KernelDevice>();
  /** What its ioctls do. Made with it: an import makes none. */
  private readonly calls: ReadonlyMap<number, Call> = callsByNumber();
  private readonly stopsInside: boolean;
  private readonly hostDevices: readonly HostDevice[];
  private readonly deliver: KernelOptions['deliver'];
  private readonly interrupt: KernelOptions['interrupt'];
  /** The message that is being told, and those that are told from within it. */
  private readonly messages: DecodedMessage[] = [new DecodedMessage()];
  private telling = 0;
  private readonly data = new Uint32Array(2);

  /** @throws {RangeError} or {TypeError} when an option is out of range or unknown. */
  constructor(options: KernelOptions) {
    const given = requireOptionsOf('Kernel', options, OPTION_NAMES);
    const { deliver, interrupt, stopsInside = false } = given;
    const hostDevices = requireHostDevices(given.hostDevices);
    requireFunction('Kernel', 'deliver', deliver);
    requireFunction('Kernel', 'interrupt', interrupt);
    requireBoolean('Kernel', 'stopsInside', stopsInside);
    this.stopsInside = stopsInside;
    this.hostDevices = hostDevices;
    this.deliver = deliver;
    this.interrupt = interrupt;
  }

  // ---- ioctls

  /** An ioctl of `/dev/kvm`. `argument` is a number. */
  systemIoctl(request: number, argument: number): number {
    if (request !== abi.KVM_CHECK_EXTENSION) return abi.EINVAL;
    return CAPABILITIES.has(argument) ? 1 : 0;
  }

  /** An ioctl of a vCPU, any of them. `argument` is a pointer. */
  vcpuIoctl(request: number, view: DataView | undefined, at = 0): number {
    if (request !== abi.KVM_ENABLE_CAP) return abi.EINVAL;
    if (!isPointer(view, at, abi.ENABLE_CAP.bytes)) return abi.EFAULT;
    if (view.getUint32(at + abi.ENABLE_CAP.offset.flags, true) !== 0) return abi.EINVAL;
    if (view.getUint32(at + abi.ENABLE_CAP.offset.cap, true) !== abi.KVM_CAP_DEVICE_MSIX_EXT) return abi.EINVAL;
    this.msixFlagsEnabled = true;
    return 0;
  }

  /** An ioctl of the virtual machine. `argument` is a pointer. */
  vmIoctl(request: number, view: DataView | undefined, at = 0): number {
    // The one that is called while the guest runs comes first, and by itself: so that V8 inlines it.
    if (request === abi.MASKBIT_ACCESS_MSIX) return this.access(view, at);
    const call = this.calls.get(request);
    if (call === undefined) return abi.ENOTTY;
    //= MSIX-ASSIGN-14
    if (!isPointer(view, at, call.bytes)) return abi.EFAULT;
    return call.run(this, view, at);
  }

  /** @internal Finds the host's device that a `kvm_assigned_pci_dev` names, and assigns it. */
  assign(view: DataView, at: number): number {
    if (!isPointer(view, at, abi.ASSIGNED_PCI_DEV.bytes)) return abi.EFAULT;
    const { offset } = abi.ASSIGNED_PCI_DEV;
    const read = (field: number): number => view.getUint32(at + field, true);
    const id = read(offset.assigned_dev_id);
    //= MSIX-CALL-6
    if ((read(offset.flags) & abi.KVM_DEV_ASSIGN_ENABLE_IOMMU) === 0) return abi.EINVAL;
    if (this.devices.has(id)) return abi.EEXIST;
    const found = this.hostDevices.find(
      ({ segnr = 0, busnr, devfn }) =>
        segnr === read(offset.segnr) && busnr === read(offset.busnr) && devfn === read(offset.devfn),
    );
    if (found === undefined) return abi.EINVAL;
    const host = found.function;
    // It may be another machine's.
    if (host.isAttached) return abi.EBUSY;
    const { bus, routing, irqs, stopsInside } = this;
    const inject = this.injector(id, host);
    const device = new KernelDevice(id, host, { bus, routing, irqs, stopsInside, inject });
    host.reset();
    host.lose();
    host.attach((irq) => this.hostInterrupt(irq));
    this.devices.set(id, device);
    return 0;
  }

  /** What takes the messages of a device: it tells of each as it stands, and then of the interrupt that it makes. */
  private injector(id: number, { calls }: HostFunction): InjectMessage {
    const { deliver } = this;
    const interruption: Listener = {
      tell: (words, at) => void this.tell(words[at], words[at + 1], words[at + 2]),
    };
    if (deliver === undefined) return (words, at, vector) => calls.tell(interruption, words, at, vector);
    const delivery: Listener = {
      tell: (words, at, vector) => deliver(words[at], words[at + 1], words[at + 2], vector, id),
    };
    return (words, at, vector) => {
      calls.hold();
      calls.tell(delivery, words, at, vector);
      calls.tell(interruption, words, at, vector);
      calls.release();
    };
  }

  /** @internal The device of an id, which mostly is the one that was asked for last. */
  deviceOf(id: number): KernelDevice | undefined {
    const { last } = this;
    if (last !== undefined && last.id === id && last.isAssigned) return last;
    this.last = this.devices.get(id);
    return this.last;
  }

  /** Hands an access of userspace's to the table of a device. */
  private access(view: DataView | undefined, at: number): number {
    //= MSIX-ASSIGN-14
    if (!isPointer(view, at, abi.MSIX_ACCESS.bytes)) return abi.EFAULT;
    const { offset } = abi.MSIX_ACCESS;
    const device = this.deviceOf(view.getUint32(at + offset.assigned_dev_id, true));
    const isWrite = view.getUint32(at + offset.is_write, true);
    if (device === undefined || isWrite > 1) return abi.EINVAL;
    const where = view.getUint32(at + offset.offset, true);
    const bytes = view.getUint32(at + offset.bytes, true);
    const { data } = this;
    data[0] = view.getUint32(at + offset.data, true);
    data[1] = view.getUint32(at + offset.data + 4, true);
    const { calls } = device.host;
    calls.hold();
    const result = isWrite === 1 ? device.write(where, bytes, data[0], data[1]) : device.read(where, bytes, data);
    if (result === 0 && isWrite === 0) {
      view.setUint32(at + offset.data, data[0], true);
      view.setUint32(at + offset.data + 4, data[1], true);
    }
    calls.release();
    return result;
  }

  // ---- Interrupts

  /** A host interrupt. Returns false when it is nobody's. */
  hostInterrupt(irq: number): boolean {
    requireNumber('Kernel.hostInterrupt', 'the interrupt', irq);
    const device = this.irqs.get(irq);
    if (device === undefined) {
      this.spuriousIrqs++;
      return false;
    }
    device.interrupt(irq);
    return true;
  }

  /** Injects a message into the guest, straight from address and data. Returns false when it makes no interrupt. */
  injectMessage(addressLow: number, addressHigh: number, data: number): boolean {
    const low = dwordOf('Kernel.injectMessage', 'the lower address', addressLow);
    const high = dwordOf('Kernel.injectMessage', 'the upper address', addressHigh);
    return this.tell(low, high, dwordOf('Kernel.injectMessage', 'the data', data));
  }

  /** Tells of the interrupt that a message makes, or counts that it makes none. A message that is being told stays as it is. */
  private tell(addressLow: number, addressHigh: number, data: number): boolean {
    const { telling, messages } = this;
    if (telling === messages.length) messages.push(new DecodedMessage());
    const message = messages[telling];
    if (!message.decode(addressLow, addressHigh, data)) {
      this.refusedMessages++;
      return false;
    }
    if (this.interrupt === undefined) return true;
    this.telling++;
    try {
      this.interrupt(message);
    } finally {
      this.telling--;
    }
    return true;
  }

  /** Injects the message that a GSI stands for. Returns false when there is none, or when it makes no interrupt. */
  injectGsi(gsi: number): boolean {
    requireNumber('Kernel.injectGsi', 'the GSI', gsi);
    const at = this.routing.messageAt(gsi);
    if (at < 0) return false;
    const { routes } = this.routing;
    return this.tell(routes[at], routes[at + 1], routes[at + 2]);
  }

  /** Copies the whole state, for comparison: flags, routes, ranges on the bus, and each device in the order of ids. */
  save(): Uint32Array {
    const devices = [...this.devices].toSorted(([one], [other]) => one - other);
    const words = [Number(this.msixFlagsEnabled), this.bus.rangeCount, this.irqs.size, ...this.routing.routes];
    for (const [id, device] of devices) {
      const saved = new Uint32Array(device.savedWords);
      device.saveInto(saved, 0);
      words.push(id, device.table === undefined ? 0 : 1, ...saved);
    }
    return Uint32Array.from(words);
  }
}

/** A call on a device that exists; `missing` is the errno when it does not. */
function onDevice(
  { bytes, offset }: abi.Struct<'assigned_dev_id'>,
  missing: number,
  run: (device: KernelDevice, view: DataView, at: number, kernel: Kernel) => number,
): Call {
  return {
    bytes,
    run: (kernel, view, at) => {
      const device = kernel.deviceOf(view.getUint32(at + offset.assigned_dev_id, true));
      if (device === undefined) return missing;
      const { calls } = device.host;
      calls.hold();
      const result = run(device, view, at, kernel);
      calls.release();
      return result;
    },
  };
}

function callsByNumber(): ReadonlyMap<number, Call> {
  return new Map<number, Call>([
    [
      abi.KVM_ASSIGN_PCI_DEVICE,
      { bytes: abi.ASSIGNED_PCI_DEV.bytes, run: (kernel, view, at) => kernel.assign(view, at) },
    ],
    [
      abi.KVM_DEASSIGN_PCI_DEVICE,
      onDevice(abi.ASSIGNED_PCI_DEV, abi.EINVAL, (device, _view, _at, kernel) => {
        device.dispose();
        kernel.devices.delete(device.id);
        return 0;
      }),
    ],
    [
      abi.KVM_ASSIGN_DEV_IRQ,
      onDevice(abi.ASSIGNED_IRQ, abi.ENODEV, (device, view, at) =>
        device.assignIrqs(
          view.getUint32(at + abi.ASSIGNED_IRQ.offset.flags, true),
          view.getUint32(at + abi.ASSIGNED_IRQ.offset.guest_irq, true),
        ),
      ),
    ],
    [
      abi.KVM_DEASSIGN_DEV_IRQ,
      onDevice(abi.ASSIGNED_IRQ, abi.ENODEV, (device, view, at) =>
        device.deassignIrqs(view.getUint32(at + abi.ASSIGNED_IRQ.offset.flags, true)),
      ),
    ],
    [
      abi.KVM_ASSIGN_SET_MSIX_NR,
      onDevice(abi.ASSIGNED_MSIX_NR, abi.EINVAL, (device, view, at) =>
        device.table === undefined
          ? device.posted.setCount(view.getUint16(at + abi.ASSIGNED_MSIX_NR.offset.entry_nr, true))
          : abi.EBUSY,
      ),
    ],
    [
      abi.KVM_ASSIGN_SET_MSIX_ENTRY,
      onDevice(abi.ASSIGNED_MSIX_ENTRY, abi.EINVAL, (device, view, at, kernel) => {
        const flags = view.getUint16(at + abi.ASSIGNED_MSIX_ENTRY.offset.padding, true);
        if (device.table !== undefined) return abi.EBUSY;
        if (kernel.msixFlagsEnabled && (flags & ~abi.MSIX_ENTRY_FLAG_MASK) !== 0) return abi.EINVAL;
        return device.posted.setEntry(
          view.getUint16(at + abi.ASSIGNED_MSIX_ENTRY.offset.entry, true),
          view.getUint32(at + abi.ASSIGNED_MSIX_ENTRY.offset.gsi, true),
          kernel.msixFlagsEnabled ? (flags & abi.MSIX_ENTRY_FLAG_MASK) !== 0 : undefined,
        );
      }),
    ],
    [
      abi.KVM_ASSIGN_REG_MSIX_MMIO,
      {
        bytes: abi.ASSIGNED_MSIX_MMIO.bytes,
        run: (kernel, view, at) => {
          const { offset } = abi.ASSIGNED_MSIX_MMIO;
          const read = (field: number): number => view.getUint32(at + field, true);
          if ((read(offset.flags) | read(offset.reserved) | read(offset.reserved + 4)) !== 0) return abi.EINVAL;
          const device = kernel.devices.get(read(offset.assigned_dev_id));
          const base = read(offset.base_addr) + read(offset.base_addr + 4) * 2 ** 32;
          // The patch takes any base; one that is no address of the machine, or within an entry, can match no access.
          //= MSIX-CALL-5
          if (device === undefined || base === 0 || base % 16 !== 0) return abi.EINVAL;
          return device.register(base);
        },
      },
    ],
    [
      abi.KVM_SET_GSI_ROUTING,
      { bytes: abi.IRQ_ROUTING.bytes, run: (kernel, view, at) => kernel.routing.replace(view, at) },
    ],
    [
      abi.KVM_SIGNAL_MSI,
      {
        bytes: abi.MSI.bytes,
        run: (kernel, view, at) => {
          const { offset } = abi.MSI;
          const read = (field: number): number => view.getUint32(at + field, true);
          if (read(offset.flags) !== 0) return abi.EINVAL;
          //= MSIX-CALL-4
          return kernel.injectMessage(read(offset.address_lo), read(offset.address_hi), read(offset.data))
            ? 1
            : abi.EINVAL;
        },
      },
    ],
    [
      abi.MASKBIT_CREATE_MSIX_TABLE,
      onDevice(abi.MSIX_TABLE, abi.EINVAL, (device, view, at) => {
        const { offset } = abi.MSIX_TABLE;
        const read = (field: number): number => view.getUint32(at + field, true);
        return device.createTable(read(offset.vector_count), read(offset.pba_offset), read(offset.flags));
      }),
    ],
    [
      abi.MASKBIT_SET_MSIX_CONTROL,
      onDevice(abi.MSIX_CONTROL, abi.EINVAL, ({ table, irqTypes }, view, at) => {
        const control = view.getUint32(at + abi.MSIX_CONTROL.offset.control, true);
        if (table === undefined || control > 3) return abi.EINVAL;
        // Enabled, with no host interrupt to carry a message: userspace assigns those first.
        const isEnabled = (control & abi.MSIX_CONTROL_ENABLE) !== 0;
        if (isEnabled && (irqTypes & abi.KVM_DEV_IRQ_HOST_MSIX) === 0) return abi.EINVAL;
        table.setControl(control);
        return 0;
      }),
    ],
    [
      abi.MASKBIT_UNREGISTER_MSIX_MMIO,
      onDevice(abi.MSIX_DEVICE, abi.EINVAL, (device, view, at) =>
        view.getUint32(at + abi.MSIX_DEVICE.offset.reserved, true) === 0 ? device.unregister() : abi.EINVAL,
      ),
    ],
    [
      abi.MASKBIT_RESET_MSIX,
      onDevice(abi.MSIX_DEVICE, abi.EINVAL, (device, view, at) =>
        view.getUint32(at + abi.MSIX_DEVICE.offset.reserved, true) === 0 ? device.reset() : abi.EINVAL,
      ),
    ],
  ]);
}
