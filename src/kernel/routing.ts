/**
 * The GSI routing table: which message, or which pin, a number of an interrupt line stands for. Userspace replaces it whole.
 *
 * GSI 0 is one like any other (HB-09). A GSI beyond the table has no route, and is never looked up outside of it (HB-40).
 */
import {
  EFAULT,
  EINVAL,
  IRQ_ROUTING,
  IRQ_ROUTING_ENTRY,
  KVM_IRQ_ROUTING_IRQCHIP,
  KVM_IRQ_ROUTING_MSI,
  KVM_MAX_IRQ_ROUTES,
} from './abi.ts';

/** Words of a route: its type, address low, address high, data. */
const ROUTE_WORDS = 4;
/** Pins of the controllers: the first PIC, whose pins go on into the second, the second, and the I/O APIC. */
const PINS: readonly number[] = [16, 8, 24];

/** A routing table with no routes yet. */
export class RoutingTable {
  /** Of each GSI: type (0 for no route), address low, address high, data; of a pin: type, controller, pin. Read it, don't write it. */
  routes: Uint32Array = new Uint32Array(ROUTE_WORDS * KVM_MAX_IRQ_ROUTES);

  /** Where in `routes` the message of a GSI begins; -1 when it has none. */
  messageAt(gsi: number): number {
    const at = ROUTE_WORDS * gsi;
    return gsi >>> 0 === gsi && this.routes[at] === KVM_IRQ_ROUTING_MSI ? at + 1 : -1;
  }

  /**
   * Takes over the `kvm_irq_routing` at byte `at`, entries included. Returns 0, or an errno, and then nothing has changed: `EINVAL`
   * for flags, too many entries, a GSI or a type that does not exist, and a GSI that has two routes of which one is a message or both are
   * of one controller; `EFAULT` when the buffer ends too early.
   */
  replace(view: DataView, at: number): number {
    const nr = view.getUint32(at + IRQ_ROUTING.offset.nr, true);
    if (nr >= KVM_MAX_IRQ_ROUTES || view.getUint32(at + IRQ_ROUTING.offset.flags, true) !== 0) return EINVAL;
    const first = at + IRQ_ROUTING.bytes;
    if (first + nr * IRQ_ROUTING_ENTRY.bytes > view.byteLength) return EFAULT;
    const routes = new Uint32Array(this.routes.length);
    const pins = new Set<number>();
    for (let index = 0; index < nr; index++) {
      if (!addRoute(routes, pins, view, first + index * IRQ_ROUTING_ENTRY.bytes)) return EINVAL;
    }
    this.routes = routes;
    return 0;
  }

  /** Gives a GSI a message, or takes its route away: part of restoring a device whose routes were saved with it. */
  restore(gsi: number, message: Uint32Array | undefined): void {
    const at = ROUTE_WORDS * gsi;
    if (gsi >= KVM_MAX_IRQ_ROUTES) return;
    this.routes.fill(0, at, at + ROUTE_WORDS);
    if (message === undefined) return;
    this.routes[at] = KVM_IRQ_ROUTING_MSI;
    this.routes.set(message, at + 1);
  }
}

function addRoute(routes: Uint32Array, pins: Set<number>, view: DataView, at: number): boolean {
  const { offset } = IRQ_ROUTING_ENTRY;
  const gsi = view.getUint32(at + offset.gsi, true);
  const type = view.getUint32(at + offset.type, true);
  const controller = view.getUint32(at + offset.address_lo, true);
  if (gsi >= KVM_MAX_IRQ_ROUTES || view.getUint32(at + offset.flags, true) !== 0) return false;
  if (type !== KVM_IRQ_ROUTING_MSI && type !== KVM_IRQ_ROUTING_IRQCHIP) return false;
  const to = ROUTE_WORDS * gsi;
  const taken = routes[to];
  if (taken === KVM_IRQ_ROUTING_MSI || (taken !== 0 && type === KVM_IRQ_ROUTING_MSI)) return false;
  if (type === KVM_IRQ_ROUTING_IRQCHIP) {
    if (view.getUint32(at + offset.address_hi, true) >= (PINS[controller] ?? 0)) return false;
    // A GSI may be a pin of several controllers, but not two pins of one.
    const pin = gsi * 2 ** 32 + controller;
    if (pins.has(pin)) return false;
    pins.add(pin);
    if (taken !== 0) return true;
  }
  routes[to] = type;
  for (let word = 0; word < 3; word++) routes[to + 1 + word] = view.getUint32(at + offset.address_lo + 4 * word, true);
  return true;
}
