/**
 * The two names of an assigned device: events of vfio call it by its address on the host, `pci_cfg_*` by its address in the guest. Where a
 * log has both, one access makes a line of each, side by side; that is how they are found to be one.
 */
import type { ConfigLine } from './lines.ts';

/** What QEMU calls an assigned device. */
const ASSIGNED = 'vfio-pci';

interface Seen {
  readonly number: number;
  readonly line: ConfigLine;
}

/** Follows both kinds of line. */
export class VfioNames {
  private readonly guests = new Map<string, string>();
  /** Every name of the guest's, and of the host's. */
  private readonly assigned = new Set<string>();
  private readonly hosts = new Set<string>();
  private lastOfGuest: Seen | undefined;
  private lastOfHost: Seen | undefined;
  /** Called when a name of the host is found to be one of the guest. */
  private readonly found: (host: string) => void;

  constructor(found: (host: string) => void) {
    this.found = found;
  }

  /** The name in the guest, as far as it is known. One assigned device has but one name on each side. */
  guestName(device: string): string {
    const known = this.guests.get(device);
    if (known !== undefined) return known;
    this.hosts.add(device);
    const [guest] = this.assigned;
    return this.hosts.size === 1 && this.assigned.size === 1 ? guest : device;
  }

  /** Whether `line` repeats what a `pci_cfg_*` line beside it tells. */
  repeats(line: ConfigLine, number: number): boolean {
    if (line.bytes === undefined) {
      if (line.device.startsWith(ASSIGNED)) this.assigned.add(line.device);
      const seen = { number, line };
      this.lastOfGuest = seen;
      const { lastOfHost } = this;
      // A read is told by vfio first, and by pci_cfg_read when it is complete.
      if (lastOfHost?.number === number - 1 && areOne(lastOfHost.line, line)) this.join(lastOfHost.line, line);
      return false;
    }
    this.hosts.add(line.device);
    this.lastOfHost = { number, line };
    const { lastOfGuest } = this;
    if (lastOfGuest?.number === number - 1 && areOne(line, lastOfGuest.line)) this.join(line, lastOfGuest.line);
    return this.guests.has(line.device);
  }

  private join({ device: host }: ConfigLine, { device: guest }: ConfigLine): void {
    if (this.guests.has(host)) return;
    this.guests.set(host, guest);
    if (host !== guest) this.found(host);
  }
}

/** Whether two lines are one access. */
export function areOne(host: ConfigLine, guest: ConfigLine): boolean {
  return (
    guest.device.startsWith(ASSIGNED) &&
    host.kind === guest.kind &&
    host.offset === guest.offset &&
    host.value === guest.value
  );
}
