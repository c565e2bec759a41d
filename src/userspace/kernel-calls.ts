/**
 * Userspace's calls of the kernel for one assigned device: encodes arguments into a buffer of its own, and calls.
 *
 * Userspace makes no call that may fail; one that does is a mistake of ours or of the caller's, and throws a sentence.
 */
import * as abi from '../kernel/abi.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** A route of a GSI to a message. */
export interface Route {
  readonly gsi: number;
  readonly addressLow: number;
  readonly addressHigh: number;
  readonly data: number;
}

/** The calls for the device `id`. */
export class KernelCalls {
  readonly id: number;
  private readonly kernel: Kernel;
  private readonly view = new DataView(new ArrayBuffer(abi.ENABLE_CAP.bytes));

  constructor(kernel: Kernel, id: number) {
    this.kernel = kernel;
    this.id = id;
  }

  /** Enables a capability, which is an ioctl of some vCPU and yet holds for the whole machine (hazard S6). */
  enableCapability(cap: number): void {
    if (this.kernel.systemIoctl(abi.KVM_CHECK_EXTENSION, cap) !== 1) {
      throw new Error(`KVM_CHECK_EXTENSION: got no capability ${cap}; expected a kernel that has it.`);
    }
    abi.encode(abi.ENABLE_CAP, { cap }, this.view);
    this.expectDone('KVM_ENABLE_CAP', this.kernel.vcpuIoctl(abi.KVM_ENABLE_CAP, this.view));
  }

  assignDevice(busnr: number, devfn: number): void {
    const flags = abi.KVM_DEV_ASSIGN_ENABLE_IOMMU;
    this.call('KVM_ASSIGN_PCI_DEVICE', abi.KVM_ASSIGN_PCI_DEVICE, abi.ASSIGNED_PCI_DEV, { busnr, devfn, flags });
  }

  deassignDevice(): void {
    this.call('KVM_DEASSIGN_PCI_DEVICE', abi.KVM_DEASSIGN_PCI_DEVICE, abi.ASSIGNED_PCI_DEV, {});
  }

  createTable(vector_count: number, pba_offset: number, flags: number): void {
    const values = { vector_count, pba_offset, flags };
    this.call('MASKBIT_CREATE_MSIX_TABLE', abi.MASKBIT_CREATE_MSIX_TABLE, abi.MSIX_TABLE, values);
  }

  assignIrqs(flags: number, guest_irq = 0): void {
    this.call('KVM_ASSIGN_DEV_IRQ', abi.KVM_ASSIGN_DEV_IRQ, abi.ASSIGNED_IRQ, { flags, guest_irq });
  }

  /** The same where it may fail, for it depends on where the guest has put the page. Returns what the call returned. */
  tryAssignIrqs(flags: number): number {
    abi.encode(abi.ASSIGNED_IRQ, { assigned_dev_id: this.id, flags }, this.view);
    return this.kernel.vmIoctl(abi.KVM_ASSIGN_DEV_IRQ, this.view);
  }

  deassignIrqs(flags: number): void {
    this.call('KVM_DEASSIGN_DEV_IRQ', abi.KVM_DEASSIGN_DEV_IRQ, abi.ASSIGNED_IRQ, { flags });
  }

  setControl(control: number): void {
    this.call('MASKBIT_SET_MSIX_CONTROL', abi.MASKBIT_SET_MSIX_CONTROL, abi.MSIX_CONTROL, { control });
  }

  reset(): void {
    this.call('MASKBIT_RESET_MSIX', abi.MASKBIT_RESET_MSIX, abi.MSIX_DEVICE, {});
  }

  /** Registers the page at `base`, which the guest chose. Returns false when the kernel refuses it. */
  register(base: number): boolean {
    abi.encode(abi.ASSIGNED_MSIX_MMIO, { assigned_dev_id: this.id, base_addr: BigInt(base) }, this.view);
    return this.kernel.vmIoctl(abi.KVM_ASSIGN_REG_MSIX_MMIO, this.view) === 0;
  }

  unregister(): void {
    this.call('MASKBIT_UNREGISTER_MSIX_MMIO', abi.MASKBIT_UNREGISTER_MSIX_MMIO, abi.MSIX_DEVICE, {});
  }

  setEntryCount(entry_nr: number): void {
    this.call('KVM_ASSIGN_SET_MSIX_NR', abi.KVM_ASSIGN_SET_MSIX_NR, abi.ASSIGNED_MSIX_NR, { entry_nr });
  }

  setEntry(entry: number, gsi: number, masked: boolean): void {
    const values = { entry, gsi, padding: [masked ? abi.MSIX_ENTRY_FLAG_MASK : 0] };
    this.call('KVM_ASSIGN_SET_MSIX_ENTRY', abi.KVM_ASSIGN_SET_MSIX_ENTRY, abi.ASSIGNED_MSIX_ENTRY, values);
  }

  /** Replaces the whole routing table. */
  setRoutes(routes: readonly Route[]): void {
    const view = new DataView(new ArrayBuffer(abi.IRQ_ROUTING.bytes + routes.length * abi.IRQ_ROUTING_ENTRY.bytes));
    abi.encode(abi.IRQ_ROUTING, { nr: routes.length }, view);
    for (const [index, { gsi, addressLow: address_lo, addressHigh: address_hi, data }] of routes.entries()) {
      const values = { gsi, type: abi.KVM_IRQ_ROUTING_MSI, address_lo, address_hi, data };
      const at = abi.IRQ_ROUTING.bytes + index * abi.IRQ_ROUTING_ENTRY.bytes;
      abi.encode(abi.IRQ_ROUTING_ENTRY, values, view, at);
    }
    this.expectDone('KVM_SET_GSI_ROUTING', this.kernel.vmIoctl(abi.KVM_SET_GSI_ROUTING, view));
  }

  private call(name: string, request: number, struct: abi.Struct, values: abi.Values): void {
    abi.encode(struct, { assigned_dev_id: this.id, ...values }, this.view);
    this.expectDone(name, this.kernel.vmIoctl(request, this.view));
  }

  private expectDone(name: string, result: number): void {
    if (result >= 0) return;
    throw new Error(`${name}: got the errno ${-result} for device ${this.id}; expected success.`);
  }
}
