/*
 * KVM's irqfd and routing alone: a virtual machine whose only processor never runs, with KVM's own interrupt controllers. The device is a thread
 * that writes event descriptors, on a processor of its own where there are two; what arrives is read in the IRR of the local APIC. A vector that is
 * put into use has its route set and its event descriptor assigned (KVM_IRQFD); one that is blocked has it taken away, and an event waits in it.
 *
 * The IRR has one bit for each interrupt, so two events of a vector would count as one. Before the device has an event, what is under way is waited
 * for: each earlier event is then in the IRR, or waits in the event descriptor of a vector that is not in use. After that the IRR is emptied: nothing
 * is under way that the emptying could lose. An event of which nothing is seen in 200 ms is given up, and a sentence on the console says so.
 */
#include "instrument.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define VECTORS 4
#define FIRST_ROUTE 24
#define TABLE 0x0
#define PENDING 0x1000
/* A write of a vector's number here is its event. */
#define DOORBELL 0x2000
#define BAR_BYTES 0x4000
#define IRR 0x200
#define PATIENCE 200000000

static int machine, processor;
static int events[VECTORS];
static uint8_t is_assigned[VECTORS];
/* The interrupt that each vector's route names, now and before. */
static uint8_t routed[VECTORS][2];
/* An event was handed to the device, and nothing has come of it yet. */
static uint8_t is_under_way[VECTORS];
static uint8_t seen[256];
static int posts[2];
static _Atomic uint32_t written;
static uint8_t configuration[256];

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void control(int descriptor, unsigned long request, const char *name, void *argument) {
  if (ioctl(descriptor, request, argument) < 0) say("%s: %s", name, strerror(errno));
}

/* The device. */
static void *device(void *unused) {
  cpu_set_t second;
  CPU_ZERO(&second);
  CPU_SET(1, &second);
  // Where there is one processor, this fails, and is no matter.
  sched_setaffinity(0, sizeof second, &second);
  for (uint8_t vector; read(posts[0], &vector, 1) == 1;) {
    uint64_t one = 1;
    if (write(events[vector], &one, sizeof one) != sizeof one) say("An event descriptor: %s", strerror(errno));
    written++;
  }
  return unused;
}

static void put(unsigned at, uint32_t value) { memcpy(configuration + at, &value, 4); }

static void empty_irr(void) {
  struct kvm_lapic_state state;
  control(processor, KVM_GET_LAPIC, "KVM_GET_LAPIC", &state);
  uint32_t enabled = 0x1ff;
  for (unsigned word = 0; word < 8; word++) memset(state.regs + IRR + 0x10 * word, 0, 4);
  memcpy(state.regs + 0xf0, &enabled, 4);
  control(processor, KVM_SET_LAPIC, "KVM_SET_LAPIC", &state);
  memset(seen, 0, sizeof seen);
}

static void open_machine(const char *function) {
  (void)function;
  int kvm = open("/dev/kvm", O_RDWR);
  if (kvm < 0) give_up("/dev/kvm: %s", strerror(errno));
  machine = ioctl(kvm, KVM_CREATE_VM, 0);
  if (machine < 0) give_up("KVM_CREATE_VM: %s", strerror(errno));
  if (ioctl(machine, KVM_CREATE_IRQCHIP, 0) < 0) give_up("KVM_CREATE_IRQCHIP: %s", strerror(errno));
  processor = ioctl(machine, KVM_CREATE_VCPU, 0);
  if (processor < 0) give_up("KVM_CREATE_VCPU: %s", strerror(errno));
  empty_irr();
  for (unsigned vector = 0; vector < VECTORS; vector++) events[vector] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  put(0x00, 0x00014d42);
  put(0x04, 0x00100000);
  put(0x34, 0x40);
  put(0x40, (VECTORS - 1) << 16 | 0x11);
  put(0x44, TABLE);
  put(0x48, PENDING);
  pthread_t thread;
  if (pipe2(posts, O_CLOEXEC) < 0 || pthread_create(&thread, NULL, device, NULL) != 0) give_up("The device does not start.");
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  sched_setaffinity(0, sizeof first, &first);
}

static uint32_t config_read(unsigned offset, unsigned bytes) {
  uint32_t value = 0;
  if (offset + bytes <= sizeof configuration) memcpy(&value, configuration + offset, bytes);
  return value;
}

static void config_write(unsigned offset, unsigned bytes, uint32_t value) {
  if (offset == 0x10 && bytes == 4) put(0x10, value & ~(BAR_BYTES - 1u));
  if (offset == 0x04) memcpy(configuration + 4, &value, bytes < 2 ? bytes : 2);
}

static uint64_t bar_read(unsigned bar, uint64_t offset, unsigned bytes) {
  (void)bar, (void)offset, (void)bytes;
  return 0;
}

/* Counts what the IRR has, once. */
static void collect(void) {
  struct kvm_lapic_state state;
  control(processor, KVM_GET_LAPIC, "KVM_GET_LAPIC", &state);
  for (unsigned interrupt = 16; interrupt < 256; interrupt++) {
    uint32_t word;
    memcpy(&word, state.regs + IRR + 0x10 * (interrupt / 32), 4);
    if ((word >> interrupt % 32 & 1) == 0 || seen[interrupt]) continue;
    seen[interrupt] = 1;
    count_interrupt(interrupt);
    for (unsigned vector = 0; vector < VECTORS; vector++)
      if (routed[vector][0] == interrupt || routed[vector][1] == interrupt) is_under_way[vector] = 0;
  }
}

static int is_pending(unsigned vector) {
  struct pollfd wait = {.fd = events[vector], .events = POLLIN};
  return poll(&wait, 1, 0) == 1;
}

static int all_have_come(void) {
  if (written != sent) return 0;
  for (unsigned vector = 0; vector < VECTORS; vector++)
    if (is_under_way[vector] && (is_assigned[vector] || !is_pending(vector))) return 0;
  return 1;
}

static void wait_for_all(void) {
  int64_t begun = now();
  for (collect(); !all_have_come(); collect()) {
    if (now() - begun < PATIENCE) continue;
    say("An event is given up: nothing of it has come in 200 ms.");
    break;
  }
  memset(is_under_way, 0, sizeof is_under_way);
  empty_irr();
}

static void bar_write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value) {
  (void)bytes;
  if (bar != 0 || offset != DOORBELL || value >= VECTORS) return;
  wait_for_all();
  uint8_t vector = value;
  is_under_way[vector] = 1;
  sent++;
  if (write(posts[1], &vector, 1) != 1) say("The device's pipe: %s", strerror(errno));
}

static void set_routes(void) {
  union {
    struct kvm_irq_routing routing;
    uint8_t bytes[sizeof(struct kvm_irq_routing) + VECTORS * sizeof(struct kvm_irq_routing_entry)];
  } all;
  memset(&all, 0, sizeof all);
  for (unsigned vector = 0; vector < VECTORS; vector++) {
    if (!is_assigned[vector]) continue;
    struct message message = message_of(vector);
    uint8_t interrupt = message.data & 0xff;
    if (interrupt != routed[vector][0]) {
      routed[vector][1] = routed[vector][0];
      routed[vector][0] = interrupt;
    }
    struct kvm_irq_routing_entry *entry = &all.routing.entries[all.routing.nr++];
    entry->gsi = FIRST_ROUTE + vector;
    entry->type = KVM_IRQ_ROUTING_MSI;
    entry->u.msi.address_lo = message.low;
    entry->u.msi.address_hi = message.high;
    entry->u.msi.data = message.data;
  }
  control(machine, KVM_SET_GSI_ROUTING, "KVM_SET_GSI_ROUTING", &all.routing);
}

static void assign(unsigned vector, int is_wanted) {
  struct kvm_irqfd irqfd = {.fd = events[vector], .gsi = FIRST_ROUTE + vector, .flags = is_wanted ? 0 : KVM_IRQFD_FLAG_DEASSIGN};
  control(machine, KVM_IRQFD, "KVM_IRQFD", &irqfd);
}

static void nothing(void) {}

static void use(unsigned vector) {
  is_assigned[vector] = 1;
  set_routes();
  assign(vector, 1);
}

static void release(unsigned vector) {
  assign(vector, 0);
  is_assigned[vector] = 0;
  set_routes();
}

const struct backend KVM = {
    .name = "kvm",
    .open = open_machine,
    .config_read = config_read,
    .config_write = config_write,
    .bar_read = bar_read,
    .bar_write = bar_write,
    .enable = nothing,
    .disable = nothing,
    .use = use,
    .release = release,
    .is_pending = is_pending,
    .collect = collect,
};
