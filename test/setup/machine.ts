/**
 * A virtual machine on stage, below the assigned device: a kernel, two devices of the host, and calls by name with the fields that
 * matter. What is injected is recorded in words.
 */
import { abi, HostFunction, Kernel } from '../../src/index.ts';

const CALLS = {
  assign: [abi.KVM_ASSIGN_PCI_DEVICE, abi.ASSIGNED_PCI_DEV],
  deassign: [abi.KVM_DEASSIGN_PCI_DEVICE, abi.ASSIGNED_PCI_DEV],
  assignIrq: [abi.KVM_ASSIGN_DEV_IRQ, abi.ASSIGNED_IRQ],
  deassignIrq: [abi.KVM_DEASSIGN_DEV_IRQ, abi.ASSIGNED_IRQ],
  setNr: [abi.KVM_ASSIGN_SET_MSIX_NR, abi.ASSIGNED_MSIX_NR],
  setEntry: [abi.KVM_ASSIGN_SET_MSIX_ENTRY, abi.ASSIGNED_MSIX_ENTRY],
  register: [abi.KVM_ASSIGN_REG_MSIX_MMIO, abi.ASSIGNED_MSIX_MMIO],
  signalMsi: [abi.KVM_SIGNAL_MSI, abi.MSI],
  createTable: [abi.MASKBIT_CREATE_MSIX_TABLE, abi.MSIX_TABLE],
  setControl: [abi.MASKBIT_SET_MSIX_CONTROL, abi.MSIX_CONTROL],
  unregister: [abi.MASKBIT_UNREGISTER_MSIX_MMIO, abi.MSIX_DEVICE],
  access: [abi.MASKBIT_ACCESS_MSIX, abi.MSIX_ACCESS],
  reset: [abi.MASKBIT_RESET_MSIX, abi.MSIX_DEVICE],
} as const;

export type CallName = keyof typeof CALLS;
export const CALL_NAMES = Object.keys(CALLS) as CallName[];

/** The request and the struct of a call. */
export const callOf = (name: CallName): readonly [request: number, struct: abi.Struct] => CALLS[name];

/** Types of interrupts. */
export const INTX = 0x0101;
export const MSIX = 0x0404;
/** An x86 message: vector 0x41 to processor 1. */
export const MESSAGE = { address_lo: 0xfee01000, address_hi: 0, data: 0x41 } as const;

/** A kernel, and what it has injected. */
export class Machine {
  readonly hosts: readonly HostFunction[];
  readonly kernel: Kernel;
  private readonly told: string[] = [];

  /** Devices of the host at 00:01.0, 00:02.0 and so on, with so many vectors each. */
  constructor(...vectorCounts: readonly number[]) {
    this.hosts = vectorCounts.map(
      (vectorCount, index) => new HostFunction({ vectorCount, firstIrq: 1000 * (index + 1) }),
    );
    this.kernel = new Kernel({
      hostDevices: this.hosts.map((host, index) => ({ busnr: 0, devfn: 8 * (index + 1), function: host })),
      deliver: (low, _high, data, vector, id) =>
        this.told.push(`deliver ${id}.${vector} ${low.toString(16)} ${data.toString(16)}`),
      interrupt: ({ vector, destination }) => this.told.push(`interrupt ${vector.toString(16)} at ${destination}`),
    });
  }

  /** Makes a call; returns what it returns. */
  call(name: CallName, values: abi.Values = {}): number {
    const [request, struct] = callOf(name);
    const view = new DataView(new ArrayBuffer(struct.bytes));
    abi.encode(struct, values, view);
    return this.kernel.vmIoctl(request, view);
  }

  /** Sets the whole routing table, each route by its fields. */
  setRoutes(routes: readonly abi.Values[], header: abi.Values = {}): number {
    const { bytes } = abi.IRQ_ROUTING;
    const view = new DataView(new ArrayBuffer(bytes + routes.length * abi.IRQ_ROUTING_ENTRY.bytes));
    abi.encode(abi.IRQ_ROUTING, { nr: routes.length, ...header }, view);
    for (const [index, route] of routes.entries()) {
      abi.encode(abi.IRQ_ROUTING_ENTRY, route, view, bytes + index * abi.IRQ_ROUTING_ENTRY.bytes);
    }
    return this.kernel.vmIoctl(abi.KVM_SET_GSI_ROUTING, view);
  }

  /** Enables a capability by an ioctl of a vCPU. */
  enableCap(values: abi.Values): number {
    const view = new DataView(new ArrayBuffer(abi.ENABLE_CAP.bytes));
    abi.encode(abi.ENABLE_CAP, values, view);
    return this.kernel.vcpuIoctl(abi.KVM_ENABLE_CAP, view);
  }

  /** Assigns the first device of the host as device `id`. */
  assigned(id = 0): this {
    this.require('assign', { assigned_dev_id: id, busnr: 0, devfn: 8, flags: 1 });
    return this;
  }

  /** Gives device 0 its one table, the host's MSI-X, and its page at 0x10000; MSI-X is enabled. */
  withTable(vector_count: number): this {
    this.require('createTable', { vector_count, pba_offset: 0x2000 });
    this.require('assignIrq', { flags: MSIX });
    this.require('register', { base_addr: 0x10000n });
    this.require('setControl', { control: 1 });
    return this;
  }

  /** Makes a call that must not fail. */
  require(name: CallName, values: abi.Values = {}): void {
    const result = this.call(name, values);
    if (result !== 0) throw new Error(`${name}: got ${result}; expected 0.`);
  }

  /** Takes what was injected since the last time, in order. */
  take(): string[] {
    return this.told.splice(0);
  }
}
