/**
 * A saved assigned device, looked at as a whole: whether its parts contradict one another. Each part refuses by itself what it cannot
 * have saved; here stands what must hold between the vCPU, configuration space, the owner of the page, the table and the host.
 */
import * as abi from './kernel/abi.ts';
import { ADDRESS_END, isAccess } from './kernel/bus.ts';
import * as registers from './registers.ts';
import * as exit from './userspace/exit.ts';
import { type Work, WORK_DISABLE_ALL, WORK_NONE, WORK_PLACE, WORK_REBUILD } from './userspace/userspace-table.ts';
import { type Monitor, OWNER_KERNEL } from './userspace/monitor.ts';

const INTX = abi.KVM_DEV_IRQ_HOST_INTX | abi.KVM_DEV_IRQ_GUEST_INTX;
const MSIX = abi.KVM_DEV_IRQ_HOST_MSIX | abi.KVM_DEV_IRQ_GUEST_MSIX;

/** Returns a sentence that says which parts of a restored device contradict each other, or undefined. */
export function contradictionOf(
  accesses: readonly Uint32Array[],
  works: readonly Work[],
  monitor: Monitor,
): string | undefined {
  const due = works.filter((work) => work !== WORK_NONE);
  if (due.length > 1) return told('the number of vCPUs for which work is due', due.length, '0 or 1');
  for (const [vcpu, access] of accesses.entries()) {
    const wrong = contradictionOfVcpu(access, works[vcpu], monitor);
    if (wrong !== undefined) return wrong;
  }
  if (!monitor.isAssigned) return due.length > 0 ? told('the work due', due[0], 'none without a device') : undefined;
  return (
    contradictionOfPage(monitor, due[0] ?? WORK_NONE) ??
    contradictionOfInterrupts(monitor, due[0] ?? WORK_NONE) ??
    contradictionOfVectors(monitor)
  );
}

function contradictionOfVcpu(access: Uint32Array, work: Work, { design }: Monitor): string | undefined {
  const kind = access[exit.KIND_AT];
  const most = design === 'posted' ? WORK_PLACE : WORK_NONE;
  if (work > most) return told('the work due', work, `0 to ${most}`);
  if (kind > exit.VOID) return told('the kind of access', kind, `0 to ${exit.VOID}`);
  if ((kind === exit.COMPLETED) !== (work !== WORK_NONE)) {
    return told(
      'the work due',
      work,
      kind === exit.COMPLETED ? 'some, after an exit' : 'none, without an exit before it',
    );
  }
  const stray = strayWordOf(kind, access);
  return stray < 0
    ? undefined
    : told(`word ${stray} of an access of kind ${kind}`, access[stray], 'one that it can have');
}

/** The word that an access of this kind cannot have, or -1. */
function strayWordOf(kind: number, access: Uint32Array): number {
  const bytes = access[exit.BYTES_AT];
  const isMessage = kind === exit.MESSAGE_WRITE;
  const isWrite = isMessage || kind === exit.CONFIG_WRITE || kind === exit.MMIO_WRITE;
  if (access[exit.DATA_AT] !== 0 && !isMessage) return exit.DATA_AT;
  if (access[exit.HIGH_AT] !== 0 && !isMessage && !(kind === exit.MMIO_WRITE && bytes === 8)) return exit.HIGH_AT;
  if (access[exit.LOW_AT] !== 0 && !isWrite) return exit.LOW_AT;
  if (kind === exit.EXIT_NONE || kind === exit.COMPLETED || kind === exit.VOID) {
    return access.findIndex((word, at) => at !== exit.KIND_AT && word !== 0);
  }
  const whole = isMessage ? 12 : kind === exit.ENTRY_READ ? 16 : 0;
  if (whole !== 0 && bytes !== whole) return exit.BYTES_AT;
  const address = access[exit.ADDRESS_LOW_AT] + access[exit.ADDRESS_HIGH_AT] * 2 ** 32;
  if (kind === exit.CONFIG_READ || kind === exit.CONFIG_WRITE) {
    return isConfigAccess(address, bytes) ? -1 : exit.ADDRESS_LOW_AT;
  }
  return isAccess(address, whole === 0 ? bytes : 8) ? -1 : exit.BYTES_AT;
}

/** Whether an access of configuration space comes to userspace, which may still find that there is no such register. */
export function isConfigAccess(offset: number, bytes: number): boolean {
  if (!Number.isInteger(offset) || !Number.isInteger(bytes)) return false;
  return offset >= 0 && offset <= CONFIG_OFFSET_MAX && bytes > 0 && bytes <= 8;
}

/** The last byte of the largest configuration space that there is. */
const CONFIG_OFFSET_MAX = 0xffff;

function contradictionOfPage({ owner, device, tableAddress, config }: Monitor, work: Work): string | undefined {
  const { mmioBase, placed, isInside, isEnabling, irqTypes } = device;
  if (device.table !== undefined) {
    if (isInside) return told('a call of the kernel', 'under way', 'none: it has the one table');
    const expected = placed ? tableAddress : 0;
    if (mmioBase !== expected) return told('the address of the page', mmioBase, `${expected}`);
    if (!placed) return undefined;
    if (owner !== OWNER_KERNEL) return told('the owner of the page', owner, `${OWNER_KERNEL}, for it is on the bus`);
    return config.barBase === 0 ? told('the page', 'on the bus', 'off it while BAR 0 is not mapped') : undefined;
  }
  const isPlace = mmioBase % 16 === 0 && mmioBase + 16 * abi.KVM_MAX_MSIX_PER_DEV <= ADDRESS_END;
  if (!isPlace) return told('the address of the page', mmioBase, 'one that the kernel takes');
  const isUp = (irqTypes & abi.KVM_DEV_IRQ_HOST_MSIX) !== 0;
  if (placed && (mmioBase === 0 || !isUp || isInside)) return told('the page', 'on the bus', 'off it');
  if (isInside && (mmioBase === 0 || !isUp)) return told('a call of the kernel', 'under way', 'none');
  const mayBeInside = isEnabling ? work === WORK_PLACE : work === WORK_DISABLE_ALL || work === WORK_REBUILD;
  if (isInside && !mayBeInside) return told('the work due', work, 'what ends the call under way');
  return work === WORK_PLACE && !isEnabling ? told('the work due', work, 'another: no call is under way') : undefined;
}

function contradictionOfInterrupts({ config, device }: Monitor, work: Work): string | undefined {
  const enabled = (config.control & registers.CONTROL_ENABLE) !== 0;
  const isUp = (device.irqTypes & abi.KVM_DEV_IRQ_HOST_MSIX) !== 0;
  if (device.host.enabled !== isUp)
    return told("the host's MSI-X Enable", device.host.enabled, `${isUp}, as its interrupts are`);
  if (![0, INTX, MSIX].includes(device.irqTypes))
    return told('the interrupts', device.irqTypes, `0, ${INTX} or ${MSIX}`);
  const guestIrq = device.irqTypes === INTX ? GUEST_IRQ : 0;
  if (device.guestIrq !== guestIrq) return told('the GSI of INTx', device.guestIrq, `${guestIrq}`);
  if (device.table === undefined) {
    if (work === WORK_NONE && (device.irqTypes === INTX) === enabled)
      return told('the interrupts', device.irqTypes, 'INTx while MSI-X is disabled');
    return undefined;
  }
  if (isUp !== enabled || device.irqTypes === 0)
    return told('the interrupts', device.irqTypes, `${enabled ? MSIX : INTX}`);
  const masked = (config.control & registers.CONTROL_FUNCTION_MASK) !== 0;
  const control = (enabled ? abi.MSIX_CONTROL_ENABLE : 0) | (masked ? abi.MSIX_CONTROL_FUNCTION_MASK : 0);
  return device.table.control === control
    ? undefined
    : told('the control of the table', device.table.control, `${control}`);
}

function contradictionOfVectors({ device: { host, table, posted } }: Monitor): string | undefined {
  for (let vector = 0; vector < host.vectorCount; vector++) {
    const blocked = table === undefined ? posted.isBlocked(vector) : table.blocked(vector);
    const masked = host.isMasked(vector);
    if (masked !== blocked) return told(`the host's Mask Bit of vector ${vector}`, masked, `${blocked}`);
    const flies = host.isInFlight(vector);
    if (flies && !host.enabled) return told(`the flight of vector ${vector}`, flies, 'false: MSI-X is disabled');
    if ((flies || !masked) && !host.isProgrammed(vector)) {
      return told(`the host's message of vector ${vector}`, 'none', 'one, since the vector may send');
    }
  }
  return undefined;
}

function told(what: string, got: unknown, expected: string): string {
  return `${what} is ${String(got)}; expected ${expected}.`;
}

const GUEST_IRQ = 11;
