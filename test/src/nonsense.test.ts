/**
 * Nonsense on every public method: what is no number where one belongs is refused in a sentence, a number that makes no sense is
 * counted or refused, and either changes nothing. V8's own words never come through.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  abi,
  AssignedDevice,
  type BusDevice,
  DecodedMessage,
  HostFunction,
  Kernel,
  MmioBus,
  MsixFunction,
} from '../../src/index.ts';

const NUMBERS = [NaN, 0.5, -1, -0.5, 2 ** 32, 2 ** 53, 2 ** 64, Infinity, -Infinity, -(2 ** 32), 1e300, 4.5];
/** A proxy that lets nothing be done with it. */
function throwing<Target extends object>(target: Target): Target {
  const refuse = (): never => {
    throw new Error('trapped');
  };
  return new Proxy(target, Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, refuse])));
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

const OTHERS = [
  ...[undefined, null, 1n, Symbol('x'), '1', '', true, {}, [], Object.create(null) as unknown, () => 0],
  ...['x'.repeat(1_000_000), throwing({}), throwing([]), throwing(() => 0), revoked(), new Uint8Array(4), new Date(0)],
];
const ALL: readonly unknown[] = [...NUMBERS, ...OTHERS];
/** What our sentences look like. V8's are none. */
const SENTENCE = /(got|is|are) .*; expected .*\.$|Nothing was restored\.$/s;

/** One thing with all its methods, a picture of its state, and how many arguments a method takes. */
interface Subject {
  readonly name: string;
  readonly create: () => object;
  readonly state: (subject: object) => unknown;
  readonly calls: Readonly<Record<string, readonly unknown[]>>;
}

function saved(subject: object): number[] {
  const device = subject as MsixFunction;
  const words = new Uint32Array(device.savedWords);
  device.saveInto(words);
  return [...words];
}

function liveHost(): HostFunction {
  const host = new HostFunction({ vectorCount: 2 });
  host.enable();
  host.program(0);
  host.setMask(0, 0);
  host.signal(0);
  return host;
}

function liveFunction(): MsixFunction {
  const msix = new MsixFunction({ vectorCount: 2, send: () => {} });
  msix.configWrite(2, 2, 0x8000);
  msix.tableWrite(0, 8, 0x1fee00000);
  msix.signal(1);
  return msix;
}

function liveDevice(): AssignedDevice {
  const device = new AssignedDevice({ vectorCount: 2 });
  device.writeControl(0x8000);
  device.complete();
  device.register();
  device.registered();
  device.unmask(0);
  device.signal(0);
  return device;
}

const NOBODY: BusDevice = { read: () => false, write: () => false };

const SUBJECTS: readonly Subject[] = [
  {
    name: 'MsixFunction',
    create: liveFunction,
    state: saved,
    calls: {
      configRead: [0, 4],
      tableRead: [0, 4],
      tableWrite: [0, 4, 0],
      pbaRead: [0, 4],
      pbaWrite: [0, 4],
      barRead: [0, 0, 4],
      barWrite: [0, 0, 4, 0],
      configWrite: [3, 1, 0x80],
      signal: [1],
      retire: [0],
      saveInto: [new Uint32Array(64)],
      peekInto: [new Uint32Array(64)],
      restore: [new Uint32Array(64)],
    },
  },
  {
    name: 'HostFunction',
    create: liveHost,
    state: saved,
    calls: {
      signal: [0],
      retire: [0],
      isInFlight: [0],
      arrive: [1],
      program: [1],
      setMask: [0, 0],
      isMasked: [0],
      isProgrammed: [0],
      isPending: [0],
      pendingWord: [0],
      connect: [() => {}],
      attach: [() => {}],
      saveInto: [new Uint32Array(64), 0],
      restore: [new Uint32Array(64), 0],
    },
  },
  {
    name: 'AssignedDevice',
    create: liveDevice,
    // A vector far beyond the table is the address of something else: the guest stops there, and nobody answers.
    state: (subject) => {
      const device = subject as AssignedDevice;
      device.complete();
      const words = new Uint32Array(16);
      device.peekInto(words);
      return [...words, device.host.inFlight, device.stopped];
    },
    calls: {
      read: [0x7ebf0000, 4],
      write: [0x7ebf0000, 4, 0],
      configRead: [0, 4],
      configWrite: [0, 4, 0],
      writeControl: [0x8000],
      mask: [1],
      unmask: [0],
      writeAddress: [0, 0, 0],
      writeData: [0, 0],
      writeMessage: [0, 0, 0, 0],
      readEntry: [0],
      readPending: [0],
      complete: [0],
      settle: [0],
      isStopped: [0],
      isExitOf: [0],
      dueOf: [0],
      accessOf: [0],
      signal: [0],
      retire: [1],
      arrive: [1],
      isInFlight: [0],
      isPending: [0],
      entryAddress: [0],
      saveInto: [new Uint32Array(256)],
      peekInto: [new Uint32Array(256)],
      restore: [new Uint32Array(256)],
    },
  },
  {
    name: 'Kernel',
    create: () => new Kernel({ hostDevices: [{ busnr: 0, devfn: 0, function: new HostFunction({ vectorCount: 1 }) }] }),
    state: (kernel) => [...(kernel as Kernel).save()],
    calls: {
      systemIoctl: [abi.KVM_CHECK_EXTENSION, 0],
      vcpuIoctl: [abi.KVM_ENABLE_CAP, new DataView(new ArrayBuffer(8)), 0],
      vmIoctl: [abi.KVM_ASSIGN_PCI_DEVICE, new DataView(new ArrayBuffer(8)), 0],
      assign: [new DataView(new ArrayBuffer(64)), 0],
      access: [new DataView(new ArrayBuffer(64)), 0],
      hostInterrupt: [1],
      injectMessage: [0, 0, 0],
      injectGsi: [0],
    },
  },
  {
    name: 'MmioBus',
    create: () => {
      const bus = new MmioBus();
      bus.register(0, 8, NOBODY);
      return bus;
    },
    state: (bus) => (bus as MmioBus).rangeCount,
    calls: {
      read: [0, 4, new Uint32Array(2)],
      write: [0, 4, 0, 0],
      register: [0x1000, 8, NOBODY],
      isFree: [0x1000, 8, [NOBODY]],
      unregister: [{}],
    },
  },
  {
    name: 'DecodedMessage',
    create: () => new DecodedMessage(),
    state: (message) => ({ ...message }),
    calls: { decode: [0xfee00000, 0, 0x41] },
  },
];

/** Calls a method, and returns what it threw, if it is no sentence of ours. */
function strangerFrom(subject: object, method: string, args: readonly unknown[]): string | undefined {
  try {
    (subject as Record<string, (...args: readonly unknown[]) => unknown>)[method](...args);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!SENTENCE.test(message)) return `${method}: ${message}`;
  }
  return undefined;
}

describe.each(SUBJECTS)('$name', ({ name: owner, create, state, calls }) => {
  test('is tried in every method that takes anything', () => {
    // docs/api.md lists what is public, and is made from the sources.
    const listed = readFileSync('docs/api.md', 'utf8')
      .split(`| \`${owner}\``)[1]
      .split(/^\| `|^$/m)[0];
    const methods = [...listed.matchAll(/^\|\s{3}`(\w+)\([^)]/gm)].map(([, name]) => name);
    expect(methods.length).toBeGreaterThan(0);
    expect(methods.filter((name) => !(name in calls) && name !== 'new')).toEqual([]);
  });

  test.each(Object.keys(calls))('%s answers nonsense in its own words', (method) => {
    const strangers = new Set<string | undefined>();
    for (let at = 0; at < calls[method].length; at++) {
      for (const wrong of ALL) strangers.add(strangerFrom(create(), method, calls[method].with(at, wrong)));
      strangers.add(strangerFrom(create(), method, calls[method].slice(0, at)));
    }
    strangers.delete(undefined);
    expect([...strangers]).toEqual([]);
  });

  // A value may be any number, which a register takes modulo 2^32; and a guest may be stopped in an access that does not exist.
  const placed = Object.keys(calls).filter(
    (method) => !/^config|^writeControl|^systemIoctl|^write$|^read|^register/.test(method),
  );
  test.each(placed)('%s changes nothing where its first argument is nonsense', (method) => {
    for (const wrong of ALL) {
      const subject = create();
      const before = state(subject);
      strangerFrom(subject, method, calls[method].with(0, wrong));
      expect(state(subject)).toEqual(before);
    }
  });
});

describe('an option that does not exist, or is out of range', () => {
  const host = new HostFunction({ vectorCount: 1 });
  const send = (): void => {};
  const CASES: [string, () => unknown][] = [
    ['MsixFunction', () => new MsixFunction({ vectorCount: 1, send, sned: 1 } as never)],
    ['HostFunction', () => new HostFunction({ vectorCount: 1, firstIrk: 1 } as never)],
    ['HostFunction', () => new HostFunction(undefined as never)],
    ['HostFunction', () => new HostFunction({ vectorCount: 1, firstIrq: -5.5 })],
    ['HostFunction', () => new HostFunction({ vectorCount: 1, sent: 5 as never })],
    ['HostFunction', () => new HostFunction({ vectorCount: 1, dropsWhileDisabled: 1 as never })],
    ['Kernel', () => new Kernel(undefined as never)],
    ['Kernel', () => new Kernel({} as never)],
    ['Kernel', () => new Kernel({ hostDevices: [{ busnr: 0, devfn: 0, function: {} as never }] })],
    ['Kernel', () => new Kernel({ hostDevices: [{ busnr: 0.5, devfn: 0, function: host }] })],
    ['Kernel', () => new Kernel({ hostDevices: [], delivr: send } as never)],
    ['Kernel', () => new Kernel({ hostDevices: [], interrupt: 5 as never })],
    ['AssignedDevice', () => new AssignedDevice(undefined as never)],
    ['AssignedDevice', () => new AssignedDevice({ vectorCount: 1, delivr: send } as never)],
    ['AssignedDevice', () => new AssignedDevice({ vectorCount: 1, deliver: 5 as never })],
    ['AssignedDevice', () => new AssignedDevice({ vectorCount: '4' as never })],
    ['AssignedDevice', () => new AssignedDevice({ vectorCount: Symbol('x') as never })],
    ['MmioBus', () => new MmioBus().register(0, 8, undefined as never)],
    ['MmioBus', () => new MmioBus().register(0, 8, {} as never)],
  ];

  test.each(CASES)('%s says so: %#', (owner, create) => {
    expect(create).toThrow(SENTENCE);
    expect(create).toThrow(owner);
  });
});

describe('buffers of ioctls', () => {
  const kernel = new Kernel({ hostDevices: [] });
  const gone = new DataView(new ArrayBuffer(64));
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  test.each([undefined, null, 5, 'x', new Uint8Array(64), {}, gone])('that are none are EFAULT: %#', (view) => {
    expect(kernel.vmIoctl(abi.KVM_ASSIGN_PCI_DEVICE, view as never)).toBe(abi.EFAULT);
    expect(kernel.vcpuIoctl(abi.KVM_ENABLE_CAP, view as never)).toBe(abi.EFAULT);
  });
  test.each([-1, 0.5, NaN, 1, 2 ** 53, '0', 0n, Symbol('x')])('that begin nowhere are EFAULT: %#', (at) => {
    expect(kernel.vmIoctl(abi.KVM_ASSIGN_PCI_DEVICE, new DataView(new ArrayBuffer(64)), at as never)).toBe(abi.EFAULT);
  });
});

describe('a 64-bit value in one call', () => {
  test('is written whole where it is a safe integer', () => {
    const msix = liveFunction();
    expect([msix.tableRead(0, 4), msix.tableRead(4, 4)]).toEqual([0xfee00000, 1]);
    msix.tableWrite(0, 8, Number.MAX_SAFE_INTEGER);
    expect([msix.tableRead(0, 8), msix.readHigh]).toEqual([0xffff_fffc, 0x1f_ffff]);
    const device = liveDevice();
    device.write(device.entryAddress(0), 8, 0x1fee00000);
    device.read(device.entryAddress(0), 8);
    expect([...device.answer.subarray(0, 2)]).toEqual([0xfee00000, 1]);
  });

  test.each([2 ** 53, 0.5, NaN, -(2 ** 40)])('is refused where a bit would be lost: %d', (value) => {
    expect(() => liveFunction().tableWrite(0, 8, value)).toThrow(SENTENCE);
    expect(() => liveDevice().write(liveDevice().entryAddress(0), 8, value)).toThrow(SENTENCE);
  });
});

describe('an access of a guest that no processor makes', () => {
  test.each([
    [0x7ebf0000, 0],
    [0x7ebf0008, 4.5],
    [0x7ebf0000, -4],
    [0x7ebf0000, 3],
    [2 ** 64 + 0x7ebf0000, 8],
    [0x7ebf0000 - 2 ** 32, 8],
    [2 ** 52, 4],
    [0x7ebf0000 + 0.5, 4],
  ])('reaches no entry, and is counted: at %d, %d bytes', (address, bytes) => {
    for (const isKernelOwner of [true, false]) {
      const device = liveDevice();
      if (!isKernelOwner) device.unregister();
      if (!isKernelOwner) device.unregistered();
      const before = saved(device);
      expect([device.read(address, bytes), device.write(address, bytes, 7), device.refused]).toEqual([2, 2, 2]);
      expect(saved(device)).toEqual(before);
    }
  });
});
