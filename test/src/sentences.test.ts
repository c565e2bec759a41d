/**
 * What a caller is told, word for word: each check of an argument or an option, by a call that meets it.
 */
import { describe, expect, test } from 'vitest';
import {
  abi,
  AssignedDevice,
  type AssignedDeviceOptions,
  DecodedMessage,
  HostFunction,
  type HostFunctionOptions,
  Kernel,
  type KernelOptions,
  MmioBus,
  MsixFunction,
  type MsixFunctionOptions,
} from '../../src/index.ts';

/** A value that TypeScript would not let through. */
const wrong = (value: unknown): never => value as never;
const bits = 'a text';

const send = (): void => {};
const msix = new MsixFunction({ vectorCount: 2, send });
const host = new HostFunction({ vectorCount: 2 });
const kernel = new Kernel({ hostDevices: [] });
const bus = new MmioBus();
const device = new AssignedDevice({ vectorCount: 2 });
const asleep = new AssignedDevice({ vectorCount: 2 });
asleep.configWrite(0x44, 2, 3);
asleep.complete();
const unmasked = new HostFunction({ vectorCount: 2 });
unmasked.program(1);
unmasked.setMask(1, 0);
const view = new DataView(new ArrayBuffer(64));
const nobody = { read: () => false, write: () => false };

const aFunction = (options: Partial<Record<keyof MsixFunctionOptions, unknown>>): unknown =>
  new MsixFunction(wrong({ vectorCount: 2, send, ...options }));
const aHost = (options: Partial<Record<keyof HostFunctionOptions, unknown>>): unknown =>
  new HostFunction(wrong({ vectorCount: 2, ...options }));
const aKernel = (options: Partial<Record<keyof KernelOptions, unknown>>): unknown =>
  new Kernel(wrong({ hostDevices: [], ...options }));
const anAssigned = (options: Partial<Record<keyof AssignedDeviceOptions, unknown>>): unknown =>
  new AssignedDevice(wrong({ vectorCount: 2, ...options }));
const hostDevice = { busnr: 0, devfn: 8, function: host };
const encodeMsi = (values: unknown): unknown => abi.encode(abi.MSI, wrong(values), view);

const FUNCTION_OPTIONS =
  'vectorCount, send, use, release, poll, tableBir, tableOffset, pbaBir, pbaOffset, nextCapability, registers';
const ASSIGNED_OPTIONS =
  'vectorCount, design, vcpuCount, deliver, sent, interrupt, barAddress, barBytes, tableOffset, pbaOffset';

const SENTENCES: readonly (readonly [call: () => unknown, sentence: string])[] = [
  // ---- MsixFunction
  [() => new MsixFunction(wrong(null)), 'MsixFunction: the options are null; expected an object with vectorCount.'],
  [
    () => aFunction(wrong({ vectorCnt: 1 })),
    `MsixFunction: got the option vectorCnt; expected one of ${FUNCTION_OPTIONS}.`,
  ],
  [() => aFunction({ vectorCount: 0 }), 'MsixFunction: vectorCount is 0; expected an integer from 1 to 2048.'],
  [() => aFunction({ vectorCount: 2049 }), 'MsixFunction: vectorCount is 2049; expected an integer from 1 to 2048.'],
  [() => aFunction({ vectorCount: '4' }), "MsixFunction: vectorCount is '4'; expected an integer from 1 to 2048."],
  [() => aFunction({ vectorCount: 4n }), 'MsixFunction: vectorCount is 4n; expected an integer from 1 to 2048.'],
  [() => aFunction({ send: undefined }), 'MsixFunction: send is undefined; expected a function.'],
  [() => aFunction({ use: 1 }), 'MsixFunction: use is 1; expected a function.'],
  [() => aFunction({ release: {} }), 'MsixFunction: release is Object; expected a function.'],
  [() => aFunction({ poll: null }), 'MsixFunction: poll is null; expected a function.'],
  [
    () => aFunction({ registers: send }),
    'MsixFunction: registers is a function; expected an object with read and write.',
  ],
  [
    () => aFunction({ registers: { read: send } }),
    'MsixFunction: write of registers is undefined; expected a function.',
  ],
  [() => aFunction({ tableBir: 6 }), 'MsixFunction: tableBir is 6; expected an integer from 0 to 5.'],
  [
    () => aFunction({ tableOffset: 4 }),
    'MsixFunction: tableOffset is 4; expected a multiple of 8 from 0 to 4294967264.',
  ],
  [() => aFunction({ pbaBir: -1 }), 'MsixFunction: pbaBir is -1; expected an integer from 0 to 5.'],
  [
    () => aFunction({ pbaOffset: NaN }),
    'MsixFunction: pbaOffset is NaN; expected a multiple of 8 from 0 to 4294967288.',
  ],
  [
    () => aFunction({ tableBir: 1, tableOffset: 8, pbaOffset: 32 }),
    'MsixFunction: the table (32 bytes at 8) and the Pending Bit Array (8 bytes at 32) overlap in BAR 1; expected two separate ranges.',
  ],
  [
    () => aFunction({ nextCapability: 0x3c }),
    'MsixFunction: nextCapability is 60; expected a multiple of 4 from 64 to 252.',
  ],
  [() => msix.configRead(wrong(bits), 4), "MsixFunction.configRead: the offset is 'a text'; expected a number."],
  [() => msix.configRead(0, wrong(bits)), "MsixFunction.configRead: the width is 'a text'; expected a number."],
  [() => msix.configWrite(wrong(bits), 4, 0), "MsixFunction.configWrite: the offset is 'a text'; expected a number."],
  [() => msix.configWrite(0, wrong(bits), 0), "MsixFunction.configWrite: the width is 'a text'; expected a number."],
  [() => msix.configWrite(2, 2, wrong(bits)), "MsixFunction.configWrite: the value is 'a text'; expected a number."],
  [() => msix.tableRead(wrong(bits), 4), "MsixFunction.tableRead: the offset is 'a text'; expected a number."],
  [() => msix.tableWrite(wrong(bits), 4, 0), "MsixFunction.tableWrite: the offset is 'a text'; expected a number."],
  [() => msix.tableWrite(0, 4, wrong(bits)), "MsixFunction.tableWrite: the value is 'a text'; expected a number."],
  [
    () => msix.tableWrite(0, 8, 0, wrong(bits)),
    "MsixFunction.tableWrite: the upper dword is 'a text'; expected a number.",
  ],
  [
    () => msix.tableWrite(0, 8, 2 ** 53),
    'MsixFunction.tableWrite: the value is 9007199254740992; expected an integer from -2147483648 to 9007199254740991.',
  ],
  [() => msix.pbaRead(wrong(bits), 4), "MsixFunction.pbaRead: the offset is 'a text'; expected a number."],
  [() => msix.pbaWrite(0, wrong(bits)), "MsixFunction.pbaWrite: the width is 'a text'; expected a number."],
  [() => msix.barRead(wrong(bits), 0, 4), "MsixFunction.barRead: the BAR is 'a text'; expected a number."],
  [() => msix.barWrite(wrong(bits), 0, 4, 0), "MsixFunction.barWrite: the BAR is 'a text'; expected a number."],
  [() => msix.barRead(0, wrong(bits), 4), "MsixFunction.barRead: the offset is 'a text'; expected a number."],
  [() => msix.barWrite(0, wrong(bits), 4, 0), "MsixFunction.barWrite: the offset is 'a text'; expected a number."],
  [() => msix.barWrite(0, 0x3000, 4, wrong(bits)), "MsixFunction.barWrite: the value is 'a text'; expected a number."],
  [
    () => msix.barWrite(0, 0x3000, 8, 0, wrong(bits)),
    "MsixFunction.barWrite: the upper dword is 'a text'; expected a number.",
  ],
  [
    () => msix.barWrite(0, 0x3000, 8, 0.5),
    'MsixFunction.barWrite: the value is 0.5; expected an integer from -2147483648 to 9007199254740991.',
  ],
  [() => msix.signal(wrong(bits)), "MsixFunction: the vector is 'a text'; expected a number."],
  [() => msix.retire(wrong(bits)), "MsixFunction: the vector is 'a text'; expected a number."],
  [
    () => msix.peekInto(new Uint32Array(10)),
    'MsixFunction.peekInto: got a Uint32Array of 10 words; expected a Uint32Array of at least 11 words.',
  ],
  [
    () => msix.saveInto(new Uint32Array(21)),
    'MsixFunction.saveInto: got a Uint32Array of 21 words; expected a Uint32Array of at least 22 words.',
  ],
  [() => msix.saveInto(wrong([])), 'MsixFunction.saveInto: got Array; expected a Uint32Array of at least 22 words.'],

  // ---- HostFunction
  [() => new HostFunction(wrong(5)), 'HostFunction: the options are 5; expected an object with vectorCount.'],
  [
    () => aHost(wrong({ first: 1 })),
    'HostFunction: got the option first; expected one of vectorCount, firstIrq, dropsWhileDisabled, sent.',
  ],
  [() => aHost({ vectorCount: 0 }), 'HostFunction: vectorCount is 0; expected an integer from 1 to 2048.'],
  [() => aHost({ vectorCount: 2049 }), 'HostFunction: vectorCount is 2049; expected an integer from 1 to 2048.'],
  [() => aHost({ firstIrq: -1 }), 'HostFunction: firstIrq is -1; expected an integer from 0 to 2147483646.'],
  [
    () => aHost({ firstIrq: 2 ** 31 - 1 }),
    'HostFunction: firstIrq is 2147483647; expected an integer from 0 to 2147483646.',
  ],
  [() => aHost({ dropsWhileDisabled: 1 }), 'HostFunction: dropsWhileDisabled is 1; expected true or false.'],
  [() => aHost({ sent: 'x' }), "HostFunction: sent is 'x'; expected a function."],
  [
    () => new HostFunction({ vectorCount: 1, dropsWhileDisabled: true }).signal(wrong(bits)),
    "HostFunction.signal: the vector is 'a text'; expected a number.",
  ],
  [() => host.arrive(wrong(bits)), "HostFunction: the vector is 'a text'; expected a number."],
  [() => host.isInFlight(wrong(null)), 'HostFunction: the vector is null; expected a number.'],
  [() => host.isPending(wrong(null)), 'HostFunction: the vector is null; expected a number.'],
  [() => host.isMasked(2), 'HostFunction: the vector is 2; expected an integer from 0 to 1.'],
  [() => host.isProgrammed(0.5), 'HostFunction: the vector is 0.5; expected an integer from 0 to 1.'],
  [() => host.program(-1), 'HostFunction: the vector is -1; expected an integer from 0 to 1.'],
  [() => unmasked.program(1), 'HostFunction.program: vector 1 is not masked; expected a masked one.'],
  [() => host.setMask(2 ** 28, 0), 'HostFunction: the vector is 268435456; expected an integer from 0 to 1.'],
  [() => host.setMask(0, 2), 'HostFunction.setMask: the mask is 2; expected an integer from 0 to 1.'],
  [() => host.connect(wrong(1)), 'HostFunction.connect: the interrupt handler is 1; expected a function.'],
  [() => host.attach(wrong(1)), 'HostFunction.attach: the interrupt handler is 1; expected a function.'],
  [() => host.pendingWord(wrong(bits)), "HostFunction.pendingWord: the dword is 'a text'; expected a number."],
  [
    () => host.saveInto(new Uint32Array(22)),
    'HostFunction.saveInto: got a Uint32Array of 22 words; expected a Uint32Array of at least 23 words.',
  ],
  [
    () => host.saveInto(new Uint32Array(23), 1),
    'HostFunction.saveInto: got a Uint32Array of 23 words; expected a Uint32Array of at least 24 words.',
  ],
  [
    () => host.saveInto(new Uint32Array(23), -1),
    'HostFunction.saveInto: the first word is -1; expected an integer from 0 to 4294967296.',
  ],
  [
    () => host.restore(new Uint32Array(23), 2 ** 32 + 1),
    'HostFunction.restore: the first word is 4294967297; expected an integer from 0 to 4294967296.',
  ],
  [
    () => host.restore(new Uint32Array(23), 1),
    'HostFunction.restore: got a Uint32Array of 23 words; expected a Uint32Array of at least 24 words.',
  ],

  // ---- Kernel
  [() => new Kernel(wrong(undefined)), 'Kernel: the options are undefined; expected an object with hostDevices.'],
  [
    () => aKernel(wrong({ x: 1 })),
    'Kernel: got the option x; expected one of hostDevices, deliver, interrupt, stopsInside.',
  ],
  [() => aKernel({ hostDevices: {} }), 'Kernel: hostDevices is Object; expected an array.'],
  [
    () => aKernel({ hostDevices: [null] }),
    'Kernel: a host device: the options are null; expected an object with busnr.',
  ],
  [
    () => aKernel({ hostDevices: [{ ...hostDevice, x: 1 }] }),
    'Kernel: a host device: got the option x; expected one of busnr, devfn, segnr, function.',
  ],
  [
    () => aKernel({ hostDevices: [{ ...hostDevice, busnr: -1 }] }),
    'Kernel: busnr is -1; expected an integer from 0 to 4294967295.',
  ],
  [
    () => aKernel({ hostDevices: [{ ...hostDevice, devfn: 2 ** 32 }] }),
    'Kernel: devfn is 4294967296; expected an integer from 0 to 4294967295.',
  ],
  [
    () => aKernel({ hostDevices: [{ ...hostDevice, segnr: 0.5 }] }),
    'Kernel: segnr is 0.5; expected an integer from 0 to 4294967295.',
  ],
  [
    () => aKernel({ hostDevices: [{ ...hostDevice, function: {} }] }),
    'Kernel: the function of a host device is Object; expected a HostFunction.',
  ],
  [() => aKernel({ deliver: 1 }), 'Kernel: deliver is 1; expected a function.'],
  [() => aKernel({ interrupt: 1 }), 'Kernel: interrupt is 1; expected a function.'],
  [() => aKernel({ stopsInside: 1 }), 'Kernel: stopsInside is 1; expected true or false.'],
  [() => kernel.hostInterrupt(wrong(bits)), "Kernel.hostInterrupt: the interrupt is 'a text'; expected a number."],
  [
    () => kernel.injectMessage(wrong(bits), 0, 0),
    "Kernel.injectMessage: the lower address is 'a text'; expected a number.",
  ],
  [
    () => kernel.injectMessage(0, wrong(bits), 0),
    "Kernel.injectMessage: the upper address is 'a text'; expected a number.",
  ],
  [() => kernel.injectMessage(0, 0, wrong(bits)), "Kernel.injectMessage: the data is 'a text'; expected a number."],
  [() => kernel.injectGsi(wrong(bits)), "Kernel.injectGsi: the GSI is 'a text'; expected a number."],

  // ---- MmioBus
  [
    () => bus.register(0, 16, wrong(null)),
    'MmioBus.register: the device is null; expected an object with write and read.',
  ],
  [
    () => bus.register(0, 16, wrong({ write: send })),
    'MmioBus.register: read of the device is undefined; expected a function.',
  ],
  [() => bus.register(wrong(bits), 16, nobody), "MmioBus.register: the base is 'a text'; expected a number."],
  [() => bus.register(0, wrong(bits), nobody), "MmioBus.register: the length is 'a text'; expected a number."],
  [() => bus.isFree(wrong(bits), 16, []), "MmioBus.isFree: the base is 'a text'; expected a number."],
  [() => bus.isFree(0, wrong(bits), []), "MmioBus.isFree: the length is 'a text'; expected a number."],
  [() => bus.isFree(0, 16, wrong(bits)), "MmioBus.isFree: the list of own ranges is 'a text'; expected an array."],
  [() => bus.write(0, 4, wrong(bits)), "MmioBus.write: the lower dword is 'a text'; expected a number."],
  [() => bus.write(0, 4, 0, wrong(bits)), "MmioBus.write: the upper dword is 'a text'; expected a number."],
  [() => bus.write(wrong(bits), 4, 0), "MmioBus: the address is 'a text'; expected a number."],
  [() => bus.read(0, wrong(bits), new Uint32Array(2)), "MmioBus: the width is 'a text'; expected a number."],
  [
    () => bus.read(0, 4, new Uint32Array(1)),
    'MmioBus.read: got a Uint32Array of 1 words; expected a Uint32Array of at least 2 words.',
  ],
  [() => bus.read(0, 4, wrong([0, 0])), 'MmioBus.read: got Array; expected a Uint32Array of at least 2 words.'],
  [
    () => bus.read(0, 4, wrong(new Int32Array(2))),
    'MmioBus.read: got Int32Array; expected a Uint32Array of at least 2 words.',
  ],

  // ---- DecodedMessage
  [
    () => new DecodedMessage().decode(wrong(bits), 0, 0),
    "DecodedMessage.decode: a dword is 'a text'; expected a number.",
  ],
  [() => new DecodedMessage().decode(0, wrong(null), 0), 'DecodedMessage.decode: a dword is null; expected a number.'],
  [() => new DecodedMessage().decode(0, 0, wrong(1n)), 'DecodedMessage.decode: a dword is 1n; expected a number.'],

  // ---- Structs
  [() => abi.encode(wrong(null), {}, view), 'encode: the struct is null; expected one of abi, such as abi.MSI.'],
  [() => abi.decode(wrong(5), view), 'decode: the struct is 5; expected one of abi, such as abi.MSI.'],
  [() => abi.decode({ ...abi.MSI }, view), 'decode: the struct is Object; expected one of abi, such as abi.MSI.'],
  [() => abi.decode(wrong(send), view), 'decode: the struct is a function; expected one of abi, such as abi.MSI.'],
  [
    () => abi.encode(abi.MSI, {}, view, 33),
    'encode: got DataView at 33; expected a DataView with 32 bytes from there.',
  ],
  [() => abi.decode(abi.MSI, view, -1), 'decode: got DataView at -1; expected a DataView with 32 bytes from there.'],
  [() => abi.decode(abi.MSI, view, 0.5), 'decode: got DataView at 0.5; expected a DataView with 32 bytes from there.'],
  [() => abi.decode(abi.MSI, wrong(bits)), "decode: got 'a text' at 0; expected a DataView with 32 bytes from there."],
  [() => encodeMsi(null), 'encode: the values are null; expected an object with fields of kvm_msi.'],
  [
    () => encodeMsi({ address: 1 }),
    'encode: got the field address; expected one of address_lo, address_hi, data, flags, pad, which are those of kvm_msi.',
  ],
  [() => encodeMsi({ data: [1, 2] }), 'encode: data is Array; expected an integer, for a u32.'],
  [() => encodeMsi({ data: 0.5 }), 'encode: data is 0.5; expected an integer, for a u32.'],
  [() => encodeMsi({ data: 2 ** 53 }), 'encode: data is 9007199254740992; expected an integer, for a u32.'],
  [() => encodeMsi({ data: -(2 ** 53) }), 'encode: data is -9007199254740992; expected an integer, for a u32.'],
  [() => encodeMsi({ data: '5' }), "encode: data is '5'; expected an integer, for a u32."],
  [() => encodeMsi({ data: NaN }), 'encode: data is NaN; expected an integer, for a u32.'],
  [() => encodeMsi({ pad: {} }), 'encode: pad is Object; expected an array.'],
  [
    () => encodeMsi({ pad: Array.from({ length: 17 }, () => 0) }),
    'encode: got 17 values for pad of kvm_msi; expected at most 16.',
  ],
  [() => encodeMsi({ pad: [0, true] }), 'encode: pad is true; expected an integer, for a u8.'],

  // ---- AssignedDevice
  [
    () => new AssignedDevice(wrong([])),
    'AssignedDevice: vectorCount is undefined; expected an integer from 1 to 2048.',
  ],
  [() => new AssignedDevice(wrong(null)), 'AssignedDevice: the options are null; expected an object with vectorCount.'],
  [
    () => anAssigned(wrong({ vectors: 1 })),
    `AssignedDevice: got the option vectors; expected one of ${ASSIGNED_OPTIONS}.`,
  ],
  [() => anAssigned({ vectorCount: 2049 }), 'AssignedDevice: vectorCount is 2049; expected an integer from 1 to 2048.'],
  [
    () => anAssigned({ vectorCount: 257, design: 'posted' }),
    'AssignedDevice: vectorCount is 257; expected an integer from 1 to 256.',
  ],
  [
    () => anAssigned({ design: 'other' }),
    "AssignedDevice: design is 'other'; expected one of reviewed, checked, posted.",
  ],
  [() => anAssigned({ vcpuCount: 0 }), 'AssignedDevice: vcpuCount is 0; expected an integer from 1 to 64.'],
  [() => anAssigned({ vcpuCount: 65 }), 'AssignedDevice: vcpuCount is 65; expected an integer from 1 to 64.'],
  [() => anAssigned({ deliver: 1 }), 'AssignedDevice: deliver is 1; expected a function.'],
  [() => anAssigned({ sent: 1 }), 'AssignedDevice: sent is 1; expected a function.'],
  [() => anAssigned({ interrupt: 1 }), 'AssignedDevice: interrupt is 1; expected a function.'],
  [
    () => anAssigned({ barBytes: 0x800 }),
    'AssignedDevice: barBytes is 2048; expected an integer from 4096 to 2147483648.',
  ],
  [() => anAssigned({ barBytes: 0x1800 }), 'AssignedDevice: barBytes is 6144; expected a power of two.'],
  [
    () => anAssigned({ barAddress: 0x8000 }),
    'AssignedDevice: barAddress is 32768; expected a multiple of 65536 from 65536 to 4503599627304960.',
  ],
  [
    () => anAssigned({ tableOffset: 8 }),
    'AssignedDevice: tableOffset is 8; expected a multiple of 16 from 0 to 65496.',
  ],
  [() => anAssigned({ pbaOffset: 24 }), 'AssignedDevice: pbaOffset is 24; expected a multiple of 8 from 32 to 65528.'],
  [() => device.configRead(wrong(bits), 4), "AssignedDevice: the address is 'a text'; expected a number."],
  [() => device.configRead(0, wrong(bits)), "AssignedDevice: the width is 'a text'; expected a number."],
  [
    () => device.configWrite(0, 4, wrong(bits)),
    "AssignedDevice.configWrite: the value is 'a text'; expected a number.",
  ],
  [() => device.read(wrong(bits), 4), "AssignedDevice: the address is 'a text'; expected a number."],
  [() => device.write(0, 4, wrong(bits)), "AssignedDevice.write: the value is 'a text'; expected a number."],
  [() => device.write(0, 8, 0, wrong(bits)), "AssignedDevice.write: the upper dword is 'a text'; expected a number."],
  [
    () => device.write(0, 8, 2 ** 60),
    'AssignedDevice.write: the value is 1152921504606847000; expected an integer from -2147483648 to 9007199254740991.',
  ],
  [
    () => device.writeMessage(0, wrong(bits), 0, 0),
    "AssignedDevice.writeMessage: the lower address is 'a text'; expected a number.",
  ],
  [
    () => device.writeMessage(0, 0, wrong(bits), 0),
    "AssignedDevice.writeMessage: the upper address is 'a text'; expected a number.",
  ],
  [
    () => device.writeMessage(0, 0, 0, wrong(bits)),
    "AssignedDevice.writeMessage: the data is 'a text'; expected a number.",
  ],
  [() => device.mask(-1), 'AssignedDevice: the vector is -1; expected an integer from 0 to 1099511627776.'],
  [() => device.unmask(0.5), 'AssignedDevice: the vector is 0.5; expected an integer from 0 to 1099511627776.'],
  [
    () => device.entryAddress(wrong(bits)),
    "AssignedDevice: the vector is 'a text'; expected an integer from 0 to 1099511627776.",
  ],
  [
    () => device.readPending(2 ** 41),
    'AssignedDevice: the vector is 2199023255552; expected an integer from 0 to 1099511627776.',
  ],
  [() => device.isStopped(1), 'AssignedDevice: the vCPU is 1; expected an integer from 0 to 0.'],
  [() => device.dueOf(wrong(bits)), "AssignedDevice: the vCPU is 'a text'; expected an integer from 0 to 0."],
  [() => device.complete(-1), 'AssignedDevice: the vCPU is -1; expected an integer from 0 to 0.'],
  [() => asleep.signal(wrong(bits)), "AssignedDevice: the vector is 'a text'; expected a number."],
  [
    () => device.peekInto(new Uint32Array(10)),
    'AssignedDevice.peekInto: got a Uint32Array of 10 words; expected a Uint32Array of at least 11 words.',
  ],
  [
    () => device.saveInto(new Uint32Array(3)),
    `AssignedDevice.saveInto: got a Uint32Array of 3 words; expected a Uint32Array of at least ${device.savedWords} words.`,
  ],
  [
    () => device.restore(new Uint32Array(3)),
    `AssignedDevice.restore: got a Uint32Array of 3 words; expected a Uint32Array of ${device.savedWords} words.`,
  ],
  [
    () => device.restore(wrong({})),
    `AssignedDevice.restore: got Object; expected a Uint32Array of ${device.savedWords} words.`,
  ],
];

describe('a caller is told', () => {
  test.each(SENTENCES.map(([call, sentence]) => [sentence, call] as const))('%s', (sentence, call) => {
    let message: unknown = 'nothing was thrown';
    try {
      call();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toBe(sentence);
  });

  test('of a long text no more than a sentence can carry', () => {
    const named = 'x'.repeat(61);
    const told = `'${'x'.repeat(60)}…'`;
    expect(() => msix.signal(wrong(named))).toThrow(`MsixFunction: the vector is ${told}; expected a number.`);
    expect(() => msix.signal(wrong('x'.repeat(60)))).toThrow(`the vector is '${'x'.repeat(60)}'; expected`);
    expect(() => aFunction(wrong({ [named]: 1 }))).toThrow(`got the option ${'x'.repeat(60)}…; expected one of`);
    expect(() => encodeMsi({ [named]: 1 })).toThrow(`got the field ${'x'.repeat(60)}…; expected one of`);
  });

  test('the kind of what is got', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const kinds: readonly (readonly [unknown, string])[] = [
      [undefined, 'undefined'],
      [true, 'true'],
      [Symbol('x'), 'Symbol(x)'],
      [send, 'a function'],
      [new Date(0), 'Date'],
      [new Uint32Array(7), 'a Uint32Array of 7 words'],
      [new Uint8Array(7), 'Uint8Array'],
      [Object.create(null), 'Object'],
      [proxy, 'an object that cannot be read'],
    ];
    for (const [value, kind] of kinds) {
      expect(() => msix.signal(wrong(value))).toThrow(`MsixFunction: the vector is ${kind}; expected a number.`);
    }
    expect(() => new MsixFunction(wrong(proxy))).toThrow(
      'MsixFunction: the options are an object that cannot be read; expected an object with vectorCount.',
    );
    expect(() => aFunction({ registers: proxy })).toThrow(
      'MsixFunction: read of registers is undefined; expected a function.',
    );
    expect(() => aKernel({ hostDevices: proxy })).toThrow(
      'Kernel: hostDevices is an object that cannot be read; expected an array.',
    );
    expect(() => aKernel({ hostDevices: [{ ...hostDevice, function: proxy }] })).toThrow(
      'Kernel: the function of a host device is an object that cannot be read; expected a HostFunction.',
    );
  });
});

describe('what is taken, though it looks odd', () => {
  test('options with names that are known, at their bounds', () => {
    for (const options of [
      { vectorCount: 1 },
      { vectorCount: 2048 },
      { tableBir: 5 },
      { nextCapability: 0x40 },
      { nextCapability: 0xfc },
    ])
      expect(() => aFunction({ ...options, registers: undefined })).not.toThrow();
    expect(() => aHost({ vectorCount: 2048, firstIrq: 2 ** 31 - 2048 })).not.toThrow();
    expect(() => aKernel({ hostDevices: [{ ...hostDevice, segnr: 2 ** 32 - 1 }], stopsInside: true })).not.toThrow();
    expect(() => anAssigned({ vcpuCount: 64, barAddress: 2 ** 52 - 2 * 0x10000 })).not.toThrow();
    expect(() => anAssigned({ vectorCount: 256, design: 'posted' })).not.toThrow();
  });

  test('words of another realm, and a struct with numbers of 53 bits, bigints, lists shorter than their field', () => {
    abi.encode(abi.ASSIGNED_MSIX_MMIO, { base_addr: 2 ** 53 - 1, reserved: -1n }, view);
    expect(abi.decode(abi.ASSIGNED_MSIX_MMIO, view)).toEqual({
      ...{ assigned_dev_id: 0, base_addr: 2n ** 53n - 1n, flags: 0, reserved: 2n ** 64n - 1n },
    });
    abi.encode(abi.MSI, { data: -1, pad: [7] }, view);
    expect(abi.decode(abi.MSI, view)).toMatchObject({
      data: 2 ** 32 - 1,
      pad: [7, ...Array.from({ length: 15 }, () => 0)],
    });
    // A number stands for a list of one.
    abi.encode(abi.MSI, { pad: 9 }, view);
    expect(abi.decode(abi.MSI, view)).toMatchObject({ data: 0, pad: [9, ...Array.from({ length: 15 }, () => 0)] });
  });

  test('numbers beyond a dword, as a register takes them', () => {
    const heard: number[][] = [];
    const taker = { read: () => false, write: (...words: number[]) => heard.push(words) > 0 };
    const own = new MmioBus();
    own.register(0, 16, taker);
    expect([own.write(0, 8, -1, 2 ** 32 + 5), own.write(8, 4, 2 ** 33 + 7), own.write(8, 4, 1.5, -2)]).toEqual([
      ...[true, true, true],
    ]);
    expect(heard).toEqual([
      [0, 8, 2 ** 32 - 1, 5],
      [8, 4, 7, 0],
      [8, 4, 1, 2 ** 32 - 2],
    ]);
  });
});
