/**
 * Several machines on one host: two kernels, and three functions that either may have. Devices are assigned and taken back with messages
 * in flight, two of them on one bus, and callbacks act in turn and throw. Against the same reference.
 */
import { boom, faults, firstDifference } from './compare.ts';
import * as fc from 'fast-check';
import { abi, HostFunction, Kernel } from '../../src/index.ts';
import { TableReference } from './reference.ts';

/** What may be done, to a function of the host and the machine that has it. */
export interface HostAct {
  readonly do:
    | 'assign'
    | 'deassign'
    | 'enable'
    | 'control'
    | 'write'
    | 'read'
    | 'busWrite'
    | 'busRead'
    | 'signal'
    | 'arrive'
    | 'flush'
    | 'reset';
  readonly machine: number;
  readonly host: number;
  readonly vector: number;
  readonly value: number;
}

interface HostStep {
  readonly act: HostAct;
  readonly reactions: readonly { readonly acts: readonly HostAct[]; readonly throws: boolean }[];
}

const COUNT = 2;
const HOSTS = 3;
const anyAct: fc.Arbitrary<HostAct> = fc.record({
  do: fc.constantFrom(
    ...(['assign', 'assign', 'deassign', 'enable', 'enable', 'control', 'control', 'control'] as const),
    ...(['write', 'write', 'write', 'busWrite', 'busWrite', 'read', 'busRead'] as const),
    ...(['signal', 'signal', 'signal', 'signal', 'arrive', 'arrive', 'flush', 'reset'] as const),
  ),
  machine: fc.integer({ min: 0, max: 1 }),
  host: fc.integer({ min: 0, max: HOSTS - 1 }),
  vector: fc.integer({ min: 0, max: COUNT - 1 }),
  value: fc.constantFrom(0, 0, 1, 1, 2, 3),
});

const reaction = fc.record({ acts: fc.array(anyAct, { maxLength: 3 }), throws: fc.boolean() });
const reactions = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(reaction, { maxLength: 4 }) },
);

/** A history of up to a hundred and fifty steps. */
export const hostHistories: fc.Arbitrary<HostStep[]> = fc
  .tuple(fc.subarray([0, 1, 2]), fc.array(fc.record({ act: anyAct, reactions }), { maxLength: 150, size: 'max' }))
  .map(([up, steps]) => [...up.flatMap(broughtUp).map((each) => ({ act: each, reactions: [] })), ...steps]);

/** Gives a function to a machine, enables it, and unmasks its vectors. */
function broughtUp(host: number): readonly HostAct[] {
  const base = { machine: host & 1, host, vector: 0, value: 0 };
  const unmasks = [0, 1].map((vector): HostAct => ({ ...base, do: 'write', vector }));
  return [{ ...base, do: 'assign' }, { ...base, do: 'enable' }, { ...base, do: 'control', value: 1 }, ...unmasks];
}

/** Either side: acts, and tells what callbacks are told. */
abstract class Side {
  readonly log: string[] = [];
  reactions: HostStep['reactions'][number][] = [];
  abstract act(act: HostAct): string;
  abstract look(): unknown;

  protected call(line: string): void {
    this.log.push(line);
    const next = this.reactions.shift();
    for (const each of next?.acts ?? []) {
      try {
        this.log.push(`  ${this.act(each)}`);
      } catch {
        this.log.push('  threw');
      }
    }
    if (next?.throws !== true) return;
    if (this instanceof Ours) faults.thrown++;
    throw boom;
  }
}

const baseOf = (host: number): number => 0x100000 * (host + 1);

class Ours extends Side {
  private readonly hosts: HostFunction[];
  private readonly kernels: Kernel[];
  private readonly answer = new Uint32Array(2);

  constructor() {
    super();
    this.hosts = Array.from(
      { length: HOSTS },
      (_, host) =>
        new HostFunction({
          vectorCount: COUNT,
          firstIrq: 64 + 8 * host,
          sent: (vector) => this.call(`sent ${host} ${vector}`),
        }),
    );
    const hostDevices = this.hosts.map((each, devfn) => ({ busnr: 0, devfn, function: each }));
    this.kernels = [0, 1].map(
      (machine) =>
        new Kernel({
          hostDevices,
          deliver: (_low, _high, data, vector, id) => this.call(`deliver ${machine} ${id} ${vector} ${data}`),
        }),
    );
  }

  private ioctl(machine: number, request: number, struct: abi.Struct, values: abi.Values): [number, DataView] {
    const view = new DataView(new ArrayBuffer(struct.bytes));
    abi.encode(struct, values, view);
    return [this.kernels[machine].vmIoctl(request, view), view];
  }

  act({ do: what, machine, host, vector, value }: HostAct): string {
    const assigned_dev_id = host;
    switch (what) {
      case 'assign': {
        const flags = abi.KVM_DEV_ASSIGN_ENABLE_IOMMU;
        const [done] = this.ioctl(machine, abi.KVM_ASSIGN_PCI_DEVICE, abi.ASSIGNED_PCI_DEV, {
          assigned_dev_id,
          devfn: host,
          flags,
        });
        if (done !== 0) return `${done === abi.EBUSY || done === abi.EEXIST ? 'taken' : done}`;
        this.ioctl(machine, abi.MASKBIT_CREATE_MSIX_TABLE, abi.MSIX_TABLE, {
          assigned_dev_id,
          vector_count: COUNT,
          pba_offset: 0x2000,
          flags: host & 1,
        });
        this.ioctl(machine, abi.KVM_ASSIGN_REG_MSIX_MMIO, abi.ASSIGNED_MSIX_MMIO, {
          assigned_dev_id,
          base_addr: BigInt(baseOf(host)),
        });
        return '0';
      }
      case 'deassign':
        return `${this.ioctl(machine, abi.KVM_DEASSIGN_PCI_DEVICE, abi.ASSIGNED_PCI_DEV, { assigned_dev_id })[0] === 0}`;
      case 'enable':
        return `${this.ioctl(machine, abi.KVM_ASSIGN_DEV_IRQ, abi.ASSIGNED_IRQ, { assigned_dev_id, flags: 0x404 })[0] === 0}`;
      case 'control':
        return `${this.ioctl(machine, abi.MASKBIT_SET_MSIX_CONTROL, abi.MSIX_CONTROL, { assigned_dev_id, control: value })[0] === 0}`;
      case 'reset':
        return `${this.ioctl(machine, abi.MASKBIT_RESET_MSIX, abi.MSIX_DEVICE, { assigned_dev_id })[0] === 0}`;
      case 'write': {
        const values = { assigned_dev_id, offset: 16 * vector + 12, bytes: 4, is_write: 1, data: [value] };
        return `${this.ioctl(machine, abi.MASKBIT_ACCESS_MSIX, abi.MSIX_ACCESS, values)[0] === 0}`;
      }
      case 'read': {
        const values = { assigned_dev_id, offset: value < 2 ? 16 * vector + 12 : 0x2000, bytes: 4, is_write: 0 };
        const [done, view] = this.ioctl(machine, abi.MASKBIT_ACCESS_MSIX, abi.MSIX_ACCESS, values);
        return done === 0 ? `${view.getUint32(abi.MSIX_ACCESS.offset.data, true)}` : 'false';
      }
      case 'busWrite':
        return `${this.kernels[machine].bus.write(baseOf(host) + 16 * vector + 8, 8, 0x41 + vector, value)}`;
      case 'busRead': {
        const answered = this.kernels[machine].bus.read(baseOf(host) + 0x2000, 4, this.answer);
        return `${answered}`;
      }
      case 'signal':
        this.hosts[host].signal(vector);
        return '';
      case 'arrive':
        return `${this.hosts[host].arrive(vector)}`;
      default:
        this.hosts[host].flush();
        return '';
    }
  }

  look(): unknown {
    return [
      this.hosts.map((host) => [0, 1].map((vector) => [host.isInFlight(vector), host.isPending(vector)])),
      this.kernels.map((kernel) => [kernel.bus.rangeCount, kernel.devices.size, kernel.spuriousIrqs]),
    ];
  }
}

/** Of a function of the host, which machine has it, and its table. */
interface Had {
  machine: number;
  irqs: boolean;
  table: TableReference;
}

class Theirs extends Side {
  private readonly had: Had[];
  private readonly queues: string[][] = Array.from({ length: HOSTS }, () => []);
  private readonly draining = new Set<number>();

  constructor() {
    super();
    this.had = Array.from({ length: HOSTS }, (_, host) => ({
      machine: -1,
      irqs: false,
      table: new TableReference(COUNT, (host & 1) === 1, ({ kind, vector, message }) => {
        if (kind === 'sent') this.queues[host].push(`sent ${host} ${vector}`);
        const data = Number.parseInt(message.split(' ')[2], 16);
        if (kind === 'deliver') this.queues[host].push(`deliver ${this.had[host].machine} ${host} ${vector} ${data}`);
      }),
    }));
  }

  act(act: HostAct): string {
    const line = this.perform(act);
    this.drain(act.host);
    return line;
  }

  private drain(host: number): void {
    if (this.draining.has(host)) return;
    this.draining.add(host);
    let thrown = false;
    for (let line = this.queues[host].shift(); line !== undefined; line = this.queues[host].shift()) {
      try {
        this.call(line);
      } catch {
        thrown = true;
      }
    }
    this.draining.delete(host);
    if (thrown) throw boom;
  }

  private perform({ do: what, machine, host, vector, value }: HostAct): string {
    const had = this.had[host];
    const { table } = had;
    if (what === 'signal') table.signal(vector);
    if (what === 'flush') table.flush();
    if (what === 'signal' || what === 'flush') return '';
    if (what === 'arrive') return `${table.arrive(vector)}`;
    if (what === 'assign') {
      if (had.machine >= 0) return 'taken';
      had.machine = machine;
      table.lose();
      return '0';
    }
    if (had.machine !== machine) return 'false';
    if (what === 'read') return `${table.read(value < 2 ? 16 * vector + 12 : 0x2000, 4)[0]}`;
    if (what === 'busRead') table.read(0x2000, 4);
    if (what === 'write') table.write(16 * vector + 12, 4, value, 0);
    if (what === 'busWrite') table.write(16 * vector + 8, 8, 0x41 + vector, value);
    if (what === 'reset') table.reset();
    if (what === 'enable') {
      if (had.irqs) return 'false';
      had.irqs = true;
    }
    if (what === 'control') {
      if ((value & 1) === 1 && !had.irqs) return 'false';
      table.control((value & 1) === 1, (value & 2) === 2);
    }
    if (what === 'deassign') {
      had.machine = -1;
      had.irqs = false;
      table.lose();
    }
    return 'true';
  }

  look(): unknown {
    return [
      this.had.map(({ table }) => table.vectors.map(({ flying, pending }) => [flying, pending])),
      [0, 1].map((machine) => {
        const own = this.had.filter((each) => each.machine === machine).length;
        return [2 * own, own, 0];
      }),
    ];
  }
}

/** Runs a history; returns what differs first, in a sentence, or undefined. */
export function hostDifferenceOf(
  history: readonly HostStep[],
  counts: { acts: number; calls: number },
): string | undefined {
  const [ours, theirs] = [new Ours(), new Theirs()].map((side) => ({
    log: side.log,
    begin: (calls: HostStep['reactions']) => void (side.reactions = [...calls]),
    perform: (act: HostAct) => side.act(act),
    look: () => side.look(),
  }));
  return firstDifference(history, ours, theirs, counts);
}
