/**
 * Userspace's side of the designs `reviewed` and `checked`: the table is the kernel's, whoever answers its page. Userspace keeps
 * nothing of it: it hands over each access that exits to the device that it has open, without an argument in memory, and tells MSI-X Enable and Function Mask as two plain bits.
 */
import * as abi from '../kernel/abi.ts';
import type { KernelDevice } from '../kernel/device.ts';
import type { UserspaceTable, Work } from './userspace-table.ts';
import { WORK_NONE } from './userspace-table.ts';
import type { KernelCalls } from './kernel-calls.ts';

const INTX = abi.KVM_DEV_IRQ_HOST_INTX | abi.KVM_DEV_IRQ_GUEST_INTX;
const MSIX = abi.KVM_DEV_IRQ_HOST_MSIX | abi.KVM_DEV_IRQ_GUEST_MSIX;

/** A userspace's side that keeps nothing but whether it had the host's MSI-X assigned. */
export class OneTable implements UserspaceTable {
  readonly savedWords = 0;
  private readonly calls: KernelCalls;
  private readonly device: KernelDevice;
  private readonly guestIrq: number;

  constructor(calls: KernelCalls, device: KernelDevice, guestIrq: number) {
    this.calls = calls;
    this.device = device;
    this.guestIrq = guestIrq;
  }

  controlWritten(enabled: boolean, functionMask: boolean): Work {
    const { calls } = this;
    const hasMsix = (this.device.irqTypes & abi.KVM_DEV_IRQ_HOST_MSIX) !== 0;
    if (enabled && !hasMsix) {
      calls.deassignIrqs(INTX);
      calls.assignIrqs(MSIX);
    }
    //= MSIX-ASSIGN-3
    calls.setControl((enabled ? abi.MSIX_CONTROL_ENABLE : 0) | (functionMask ? abi.MSIX_CONTROL_FUNCTION_MASK : 0));
    if (!enabled && hasMsix) {
      //= MSIX-ASSIGN-11
      calls.deassignIrqs(MSIX);
      calls.assignIrqs(INTX, this.guestIrq);
    }
    return WORK_NONE;
  }

  write(offset: number, bytes: number, low: number, high: number): Work {
    this.device.write(offset, bytes, low, high);
    return WORK_NONE;
  }

  writeMessage(vector: number, addressLow: number, addressHigh: number, data: number): Work {
    this.device.write(vector << 4, 8, addressLow, addressHigh);
    this.device.write((vector << 4) + 8, 4, data, 0);
    return WORK_NONE;
  }

  read(offset: number, bytes: number, out: Uint32Array): void {
    this.device.read(offset, bytes, out);
  }

  reset(): void {
    this.calls.reset();
    this.controlWritten(false, false);
  }

  peek(vector: number, dword: number): number {
    return this.device.table!.peek(vector, dword);
  }

  // No entry is added at the cost of the others.
  enableAll(): Work {
    return WORK_NONE;
  }
  place(): void {}
  withdraw(): void {}
  disableAll(): boolean {
    return false;
  }
  saveInto(): void {}
  restore(): void {}
}
