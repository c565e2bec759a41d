/**
 * Devices in WebAssembly: what is no device is told in a sentence, what goes wrong in one is thrown in a sentence, and a state that is put back is
 * the state that was taken, whatever the module did in between.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { wasmDevices } from '../../../conformance/device/wasm.ts';
import { Random } from '../../../conformance/judge/random.ts';
import { buildC, buildKit, buildRust, idleDevice } from '../../setup/wasm.ts';

const text = (source: string): Uint8Array => new TextEncoder().encode(source);
const MODULE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

describe('what is no device is told in a sentence', () => {
  test.each([
    [
      'nothing',
      () => new Uint8Array(),
      /^Got a file of 0 bytes that begins with nothing; expected a WebAssembly module/,
    ],
    ['text', () => text('export default 1;'), /begins with 65 78 70 6f; expected/],
    ['a component', () => Uint8Array.of(...MODULE.subarray(0, 4), 13, 0, 1, 0), /layer 1; expected a core module/],
    ['half a section', () => Uint8Array.of(...MODULE, 1, 50, 1), /ends early; expected a whole one/],
    ['an empty module', () => MODULE, /0 memories of its own; expected 1/],
    [
      'another version',
      () => buildC(idleDevice({ device: '#undef MASKBIT_ABI\n#define MASKBIT_ABI 7\nMASKBIT_DEVICE' })),
      /Got version 7 of the ABI; expected 1\. Build the module again/,
    ],
    [
      'no version',
      () => buildC(idleDevice({ device: '' })),
      /without the export maskbit_abi; expected a device of version 1 .* It exports init, config_read/,
    ],
    [
      'parts that are missing',
      () => buildC('#include "maskbit.h"\nMASKBIT_DEVICE\nvoid maskbit_init(uint32_t n) { (void)n; }'),
      /without config_read, config_write, table_read, .*; expected each of/,
    ],
    [
      'a function of another type',
      () =>
        buildC(
          idleDevice({
            device: 'MASKBIT_DEVICE\n__attribute__((export_name("reset"))) void again(uint32_t how) { (void)how; }',
          }),
        ),
      /Got reset of type \(i32\) -> nothing; expected \(\) -> nothing/,
    ],
    [
      'WASI',
      () =>
        buildC(
          idleDevice({
            head: '__attribute__((import_module("wasi_snapshot_preview1"), import_name("clock_time_get"))) int now(int, long long, void *);',
            signal: 'now(vector, 0, 0);',
          }),
        ),
      /imports clock_time_get from wasi_snapshot_preview1; expected at most send, use, release, fail from env\. It was built for WASI/,
    ],
    [
      'an import of another type',
      () =>
        buildC(
          idleDevice({
            head: '__attribute__((import_module("env"), import_name("use"))) void told(uint32_t, uint32_t);',
            signal: 'told(vector, 0);',
          }),
        ),
      /Got the import use of type \(i32, i32\) -> nothing; expected \(i32\) -> nothing/,
    ],
    [
      'a trap in init',
      () => buildC(idleDevice({ init: 'if (vectors > 0) __builtin_trap();' })),
      /Got a trap: unreachable from init\(1\); expected a function with 1 vectors/,
    ],
    [
      'a loop in init',
      () => buildC(idleDevice({ init: 'for (volatile uint32_t at = vectors; at; );' })),
      /Got no end after 20,000,000 turns of loops and calls from init/,
    ],
    [
      'bytes left out that are none',
      () =>
        buildC(
          idleDevice({
            tail: 'uint64_t maskbit_left_out(uint32_t index) { (void)index; return 8ull << 32 | 0x7fffffff; }',
          }),
        ),
      /Got 8 bytes at 0x7fffffff from left_out\(0\); expected bytes of its memory/,
    ],
    [
      'a trap in left_out',
      () =>
        buildC(idleDevice({ tail: 'uint64_t maskbit_left_out(uint32_t index) { __builtin_trap(); return index; }' })),
      /Got a trap: unreachable from left_out\(0\); expected bytes, or a length of 0/,
    ],
  ])('%s', (_, bytes, sentence) => {
    expect(() => wasmDevices(bytes())({ vectorCount: 1 })).toThrow(sentence);
  });
});

describe('what goes wrong in a device is thrown in a sentence, and is undone', () => {
  test.each([
    ['a trap', { signal: 'if (vector < 9) __builtin_trap();' }, 'a trap: unreachable'],
    [
      'a division by zero',
      { head: 'static volatile uint32_t zero;', signal: 'zero = vector / zero;' },
      'a trap: divide by zero',
    ],
    [
      'an access beyond its memory',
      { head: 'static volatile uint32_t far = 0x7fff0000;', signal: '*(volatile uint32_t *)(far + vector) = 1;' },
      'a trap: memory access out of bounds',
    ],
    [
      'a loop without end',
      { signal: 'for (volatile uint32_t at = 1; at; ) at = at + vector + 1 ? 1 : 0;' },
      'no end after 20,000,000 turns of loops and calls',
    ],
    [
      'a recursion without end',
      {
        head: 'static volatile uint32_t depth;\nstatic uint32_t deep(uint32_t n) { depth++; return depth ? deep(n + 1) + depth : n; }',
        signal: 'depth = deep(vector);',
      },
      /no end after|Maximum call stack/,
    ],
    ['an assertion of its own', { signal: 'maskbit_fail(40 + vector);' }, 'an assertion of its own, fail(41)'],
  ])('%s', (_, replaced: Record<string, string>, sentence) => {
    const device = wasmDevices(buildC(idleDevice(replaced)))({ vectorCount: 2 });
    const before = device.save();
    expect(() => device.signal(1)).toThrow(sentence);
    device.restore(before);
    expect(device.save()).toBe(before);
    expect(() => device.signal(1)).toThrow(sentence);
  });
});

describe('a state that is put back is the state that was taken', () => {
  const kits: [string, () => Uint8Array][] = [
    ['the C kit', () => buildKit()],
    ['the Rust kit', () => buildRust()],
    ['the Rust kit without std', () => buildRust('examples/kits/wasm/no_std.rs')],
  ];
  test.each(kits)('%s', (_, bytes) => {
    const create = wasmDevices(bytes());
    const device = create({ vectorCount: 3 });
    const random = new Random(3);
    // The same steps from a state that is put back, and on an instance that only ever went forward.
    const steps: (() => void)[] = [];
    const step = (on: typeof device): (() => void) => {
      const vector = random.below(3);
      const value = random.below(4);
      switch (random.below(5)) {
        case 0:
          return () => on.configWrite(2, 2, value << 14);
        case 1:
          return () => on.tableWrite(16 * vector + 12, 4, value & 1, 0);
        case 2:
          return () => on.tableWrite(16 * vector, 8, 0xfee00000 + 0x1000 * value, value);
        case 3:
          return () => on.signal(vector);
        default:
          return () => (value === 0 ? on.reset?.() : on.retire?.(vector));
      }
    };
    const read = (on: typeof device): string =>
      JSON.stringify([
        on.configRead(0, 4),
        ...Array.from({ length: 6 }, (_unused, at) => [on.tableRead(8 * at, 8), on.readHigh]),
        on.pbaRead(0, 8),
        on.takeOutputs(),
      ]);
    const told: string[] = [];
    const handles: number[] = [device.save()];
    for (let at = 0; at < 400; at++) {
      const next = step(device);
      steps.push(next);
      next();
      handles.push(device.save());
      told.push(read(device));
    }
    expect(new Set(handles).size).toBeGreaterThan(40);
    for (let again = 0; again < 2000; again++) {
      const at = random.below(steps.length);
      device.restore(handles[at]);
      steps[at]();
      expect(device.save()).toBe(handles[at + 1]);
      expect(read(device)).toBe(told[at]);
    }
  });

  test('what is written by whole ranges, and by growing, is part of it', () => {
    const source = idleDevice({
      head: 'static unsigned char *more;\nstatic unsigned char bytes[5000], source[5000];',
      signal: `
        if (vector == 0) __builtin_memset(bytes + 100, bytes[100] + 1, 4000);
        if (vector == 1) __builtin_memcpy(bytes + 700, source, 3000), source[5] = 9;
        if (vector == 2) { more = (unsigned char *)(__builtin_wasm_memory_grow(0, 1) << 16); more[7] = 1; }
        if (vector == 3 && more) more[65535]++;`,
      table_read:
        'return offset == 0 ? __builtin_wasm_memory_size(0) : offset == 4 ? bytes[offset * 25] : more ? more[65535] + more[7] + size : 0;',
    });
    const device = wasmDevices(buildC(source, ['-mbulk-memory']))({ vectorCount: 4 });
    const seen = (): string => [0, 4, 8].map((offset) => device.tableRead(offset, 4)).join(' ');
    const states = new Map<number, string>();
    const random = new Random(1);
    let grown = 0;
    const wrong: string[] = [];
    const look = (): void => {
      const state = device.save();
      const known = states.get(state);
      if (known !== undefined && known !== seen()) wrong.push(`${state}: ${seen()} was ${known}`);
      states.set(state, seen());
    };
    look();
    for (let at = 0; at < 600; at++) {
      if (random.below(3) === 0) {
        const all = [...states.keys()];
        const state = all[random.below(all.length)];
        device.restore(state);
        if (device.save() !== state) wrong.push(`${state} was restored`);
        look();
      }
      const vector = random.below(4);
      if (vector === 2 && grown++ > 10) continue;
      device.signal(vector);
      look();
    }
    expect(wrong).toEqual([]);
    expect(new Set([...states.values()].map((each) => each.split(' ')[0])).size).toBeGreaterThan(3);
  });

  test('a memory that grows without end is refused at its bound, and told', () => {
    const source = idleDevice({
      signal: 'for (;;) if (__builtin_wasm_memory_grow(0, 64) == (size_t)-1) maskbit_fail(vector);',
    });
    const device = wasmDevices(buildC(source))({ vectorCount: 1 });
    const before = device.save();
    expect(() => device.signal(7)).toThrow('fail(7)');
    device.restore(before);
    expect(device.save()).toBe(before);
  });
});

describe('what is left out', () => {
  let kit: Uint8Array;
  beforeAll(() => {
    kit = buildKit(['-DBUG=8']); // moody: it remembers a mood in a variable
  });

  test('is told by the names of variables, which must be there', () => {
    const device = wasmDevices(kit, { ignore: ['mood'] })({ vectorCount: 1 });
    expect(device.leftOut.map(({ name, length }) => [name, length])).toEqual([
      ['dead stack', 65536],
      [expect.stringMatching('mood'), 4],
    ]);
    expect(() => wasmDevices(kit, { ignore: ['temper'] })({ vectorCount: 1 })).toThrow(
      /Got --ignore temper; expected stack, bytes such as 0x1040\+8, or a variable: /,
    );
  });

  test('makes states alike that differ in nothing else', () => {
    const statesOf = (ignore: string[]): number => {
      const device = wasmDevices(kit, { ignore })({ vectorCount: 1 });
      return new Set(Array.from({ length: 4 }, () => (device.signal(0), device.save()))).size;
    };
    expect([statesOf([]), statesOf(['mood'])]).toEqual([3, 2]);
  });
});
