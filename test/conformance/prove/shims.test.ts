/**
 * The shims that stand below other people's code, in C and in Rust: they behave as KVM, a physical function and a kernel's locks do. A shim that is kinder
 * hides bugs. Each device here plays a scene at signal N, and what leaves it is compared.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WasmDevice, wasmDevices } from '../../../conformance/device/wasm.ts';
import { buildC, buildRust, idleDevice } from '../../setup/wasm.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-shims-'));
afterAll(() => rmSync(folder, { recursive: true }));
const KIT = resolve('examples/kits');

const inC = (): Uint8Array =>
  buildC(
    idleDevice({
      head: `
#include "shims/irqfd.h"
#include "shims/physical.h"
#include "msix.c"
static struct maskbit_eventfd fd, other;
void maskbit_host_interrupt(uint32_t vector) { maskbit_send(0x700, 0, vector); }
static void answer(uint32_t value) { maskbit_send(0x900, 0, value); }
#define assign(fd, gsi) maskbit_assign_irqfd(&fd, gsi)
#define deassign(fd, gsi) maskbit_deassign_irqfd(&fd)
#define write(fd) maskbit_eventfd_write(&fd)
#define read(fd) answer(maskbit_eventfd_read(&fd))
#define route(gsi, data) maskbit_set_route(gsi, 0x1000, 2, data)
#define unroute(gsi) maskbit_clear_route(gsi)
#define control(value) maskbit_physical_control(value)
#define mask(vector, is_masked) maskbit_physical_mask(vector, is_masked)
#define pending() answer(maskbit_physical_pending(0))
#define event(vector) maskbit_physical_signal(vector)
#define retire(vector) maskbit_physical_retire(vector)
#define reset() maskbit_physical_reset()`,
      init: 'maskbit_physical_init(vectors);',
      signal: `switch (vector) {
${scenes()}
}`,
    }),
  );

function inRust(): Uint8Array {
  const path = join(folder, 'shims.rs');
  const scene = scenes()
    .replaceAll(/case (\d+): (.*) break;/g, '$1 => { $2 }')
    .replaceAll(/\b(assign|deassign|write|read)\((\w+)/g, 'self.$1(&self.$2.clone()')
    .replaceAll(/\b(route|unroute|control|mask|pending|event|retire|reset)\(/g, 'self.$1(');
  writeFileSync(
    path,
    `#![allow(dead_code)]
#[path = "${KIT}/wasm/shims/heap.rs"] mod heap;
#[path = "${KIT}/wasm/maskbit.rs"] mod maskbit;
#[path = "${KIT}/rust/msix.rs"] mod msix;
#[path = "${KIT}/wasm/shims/irqfd.rs"] mod irqfd;
#[path = "${KIT}/wasm/shims/physical.rs"] mod physical;
use irqfd::{EventFd, Kvm, Route};
use maskbit::host::send;
#[global_allocator] static HEAP: heap::Heap = heap::Heap;
struct Scene { kvm: Kvm, routes: Vec<(u32, Route)>, fd: EventFd, other: EventFd, physical: physical::Physical }
fn answer(value: u32) { send(0x900, value) }
impl Scene {
    fn assign(&mut self, fd: &EventFd, gsi: u32) { assert!(self.kvm.assign_irqfd(fd, gsi)) }
    fn deassign(&mut self, fd: &EventFd, gsi: u32) { assert!(self.kvm.deassign_irqfd(fd, gsi)) }
    fn write(&mut self, fd: &EventFd) { fd.write() }
    fn read(&mut self, fd: &EventFd) { answer(fd.read().into()) }
    fn route(&mut self, gsi: u32, data: u32) {
        self.routes.retain(|(each, _)| *each != gsi);
        self.routes.push((gsi, Route { address: 2 << 32 | 0x1000, data }));
        self.kvm.set_gsi_routing(self.routes.iter().copied())
    }
    fn unroute(&mut self, gsi: u32) {
        self.routes.retain(|(each, _)| *each != gsi);
        self.kvm.set_gsi_routing(self.routes.iter().copied())
    }
    fn control(&mut self, value: u32) { self.physical.control(value) }
    fn mask(&mut self, vector: u32, is_masked: u32) { self.physical.mask(vector, is_masked != 0) }
    fn pending(&mut self) { answer(self.physical.pending(0)) }
    fn event(&mut self, vector: usize) { self.physical.signal(vector) }
    fn retire(&mut self, vector: usize) { self.physical.retire(vector) }
    fn reset(&mut self) { self.physical.reset() }
}
impl maskbit::Device for Scene {
    fn new(vectors: u32) -> Scene {
        let physical = physical::Physical::new(vectors as usize, |vector| send(0x700, vector as u32));
        Scene { kvm: Kvm::default(), routes: Vec::new(), fd: EventFd::new(), other: EventFd::new(), physical }
    }
    fn config_read(&mut self, _: u32, _: u32) -> u32 { 0 }
    fn config_write(&mut self, _: u32, _: u32, _: u32) {}
    fn table_read(&mut self, _: u32, _: u32) -> u64 { 0 }
    fn table_write(&mut self, _: u32, _: u32, _: u64) {}
    fn pba_read(&mut self, _: u32, _: u32) -> u64 { 0 }
    fn signal(&mut self, vector: u32) {
        match vector {
${scene}
            _ => {}
        }
    }
}
device!(Scene);
`,
  );
  return buildRust(path);
}

/** Each scene: what is done, in words that C and Rust share, and what leaves the device. A message to 0x1000 is the guest's; 0x700 the host's; 0x900 an answer. */
const SCENES: readonly (readonly [name: string, steps: string, sent: readonly string[]])[] = [
  [
    'an eventfd that nobody waits for keeps its count, saturated at one',
    'write(fd); write(fd); write(fd); route(3, 33); assign(fd, 3); deassign(fd, 3); read(fd);',
    ['guest 33', 'answer 0'],
  ],
  ['a read by userspace takes what was counted', 'write(fd); write(fd); read(fd); read(fd);', ['answer 1', 'answer 0']],
  [
    'what is written while an irqfd waits goes through at once',
    'route(3, 33); assign(fd, 3); write(fd); write(fd); read(fd);',
    ['guest 33', 'guest 33', 'answer 0'],
  ],
  [
    'an interrupt without a route is lost, and a route that comes later does not bring it back',
    'assign(fd, 3); write(fd); route(3, 33); read(fd);',
    ['answer 0'],
  ],
  [
    'so is what was counted before, when the irqfd is assigned first',
    'write(fd); assign(fd, 3); route(3, 33); deassign(fd, 3); assign(fd, 3);',
    [],
  ],
  [
    'and what comes after the route is taken away',
    'route(3, 33); assign(fd, 3); unroute(3); write(fd); route(3, 34); write(fd);',
    ['guest 34'],
  ],
  [
    'a route that is changed carries the next message',
    'route(3, 33); assign(fd, 3); route(3, 34); write(fd);',
    ['guest 34'],
  ],
  [
    'after it is deassigned, the eventfd counts again',
    'route(3, 33); assign(fd, 3); deassign(fd, 3); write(fd); assign(fd, 3);',
    ['guest 33'],
  ],
  [
    'eventfds keep to their interrupts',
    'route(3, 33); route(4, 44); assign(fd, 3); assign(other, 4); write(other); write(fd);',
    ['guest 44', 'guest 33'],
  ],
  [
    'a physical function interrupts the host while it is open',
    'control(0x8000); mask(1, 0); event(1); event(1);',
    ['host 1', 'host 1'],
  ],
  [
    'and holds an event while it is masked, once',
    'control(0x8000); event(1); event(1); pending(); mask(1, 0); pending();',
    ['answer 2', 'host 1', 'answer 0'],
  ],
  ['which is gone when its cause is', 'control(0x8000); event(1); retire(1); pending(); mask(1, 0);', ['answer 0']],
  [
    'or when it is reset, and it has its messages again',
    'control(0x8000); event(0); reset(); control(0x8000); pending(); mask(0, 0); event(0);',
    ['answer 0', 'host 0'],
  ],
];

const scenes = (): string => SCENES.map(([, steps], index) => `case ${index}: ${steps} break;`).join('\n');

describe.each([
  ['C', inC],
  ['Rust', inRust],
])('in %s', (_, build) => {
  let create: (options: { vectorCount: number }) => WasmDevice;
  beforeAll(() => void (create = wasmDevices(build())));
  test.each(SCENES.map(([name, , sent], index) => ({ name, sent, index })))('$name', ({ sent, index }) => {
    const device = create({ vectorCount: 2 });
    device.signal(index);
    const whose: Readonly<Record<number, string>> = { 0x1000: 'guest', 0x700: 'host', 0x900: 'answer' };
    expect(device.takeOutputs().map(({ addressLow, data }) => `${whose[addressLow]} ${data}`)).toEqual(sent);
  });
});

describe("what a kernel's code takes for granted", () => {
  test('bitmaps, lists and errors', () => {
    const device = wasmDevices(
      buildC(
        idleDevice({
          head: `#include "shims/linux.h"
struct item { u32 value; struct list_head node; };
static struct item items[3];
static DECLARE_BITMAP(bits, 70);
static void answer(u32 value) { maskbit_send(0x900, 0, value); }`,
          signal: `
u32 bit;
struct list_head list;
struct item *each;
set_bit(3, bits); __set_bit(64, bits); answer(test_and_set_bit(69, bits)); answer(test_and_clear_bit(3, bits));
for_each_set_bit(bit, bits, 70) answer(bit);
clear_bit(64, bits); answer(find_first_bit(bits, 69)); bitmap_zero(bits, 70); answer(test_bit(69, bits));
INIT_LIST_HEAD(&list); answer(list_empty(&list));
for (u32 at = 0; at < 3; at++) { items[at].value = 10 + at; list_add_tail(&items[at].node, &list); }
list_del(&items[1].node); list_add(&items[1].node, &list);
list_for_each_entry(each, &list, node) answer(each->value);
answer(IS_ERR(ERR_PTR(-EINVAL))); answer(IS_ERR(items)); answer(-PTR_ERR(ERR_PTR(-EBUSY)));
answer(GENMASK(7, 4)); answer(min(vector, 9u)); pr_err("lost %u", vector);`,
        }),
      ),
    )({ vectorCount: 1 });
    device.signal(7);
    expect(device.takeOutputs().map(({ data }) => data)).toEqual([
      ...[0, 1, 64, 69, 69, 0],
      ...[1, 11, 10, 12],
      ...[1, 0, 16, 0xf0, 7],
    ]);
  });
});

describe("a kernel's locks do nothing, but find out", () => {
  const device = (): WasmDevice =>
    wasmDevices(
      buildC(
        idleDevice({
          head: '#include "shims/linux.h"\nstatic spinlock_t lock;\nstatic struct mutex mutex;\nstatic unsigned long flags;',
          signal: `switch (vector) {
case 0: spin_lock(&lock); mutex_lock(&mutex); mutex_unlock(&mutex); spin_unlock(&lock);
	spin_lock_irqsave(&lock, flags); spin_unlock_irqrestore(&lock, flags); BUG_ON(0); WARN_ON(0); break;
case 1: spin_lock(&lock); spin_lock(&lock); break;
case 2: mutex_unlock(&mutex); break;
case 3: BUG_ON(vector == 3); break;
case 4: WARN_ON(vector == 4); break;
case 5: spin_lock(&lock); break;
case 6: spin_lock_irqsave(&lock, flags); break;
case 7: lockdep_assert_held(&lock); break;
}`,
        }),
      ),
    )({ vectorCount: 1 });
  test.each([
    ['a lock that is taken twice', [1], 'fail(1)'],
    ['a lock that is given back and was not taken', [2], 'fail(2)'],
    ['a BUG_ON', [3], 'fail(3)'],
    ['a WARN_ON', [4], 'fail(4)'],
    ['a lock that an event before has kept', [5, 6], 'fail(1)'],
    ['a lock that should be held', [7], 'fail(5)'],
  ])('%s', (_, events, sentence) => {
    const own = device();
    expect(() => own.signal(0)).not.toThrow();
    for (const event of events.slice(0, -1)) own.signal(event);
    expect(() => own.signal(events.at(-1)!)).toThrow(`an assertion of its own, ${sentence}`);
  });
});
