/*
 * The vfio-pci driver alone, with the physical function below it. Two habits of a VMM, so that what they differ in can be told:
 *
 *     vfio        as QEMU 7.2 does: the event descriptor of a vector is changed at each mask and unmask, by VFIO_DEVICE_SET_IRQS, and a vector
 *                 that is used first is added: where the driver cannot (VFIO_IRQ_INFO_NORESIZE), MSI-X is disabled and enabled with one more
 *     vfio-mask   every vector is set up once, when MSI-X is enabled; afterwards the Mask Bit of the physical table is written, which the
 *                 driver lets a VMM map
 */
#include "instrument.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static int device;
static struct vfio_region_info region[9];
static volatile uint8_t *mapped[6];
static int is_resizable;
/* Events while a vector is in use, and while it is blocked. */
static int deliver[MOST_VECTORS], kept[MOST_VECTORS];
/* Events that came to `deliver` when the vector was blocked already. */
static uint8_t latched[MOST_VECTORS];
/* With how many vectors MSI-X is enabled. */
static unsigned enabled;

static void open_function(const char *function) {
  char path[128], link[128];
  snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/iommu_group", function);
  ssize_t length = readlink(path, link, sizeof link - 1);
  if (length < 0) give_up("The function %s has no IOMMU group.", function);
  link[length] = 0;
  snprintf(path, sizeof path, "/dev/vfio%s", strrchr(link, '/'));
  int container = open("/dev/vfio/vfio", O_RDWR), group = open(path, O_RDWR);
  if (container < 0 || group < 0) give_up("%s: %s", path, strerror(errno));
  if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0) give_up("VFIO_GROUP_SET_CONTAINER: %s", strerror(errno));
  if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0) give_up("VFIO_SET_IOMMU: %s", strerror(errno));
  device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, function);
  if (device < 0) give_up("VFIO_GROUP_GET_DEVICE_FD: %s", strerror(errno));
  for (unsigned index = 0; index < 9; index++) {
    region[index] = (struct vfio_region_info){.argsz = sizeof region[index], .index = index};
    if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region[index]) < 0) region[index].size = 0;
    if (index >= 6 || region[index].size == 0 || (region[index].flags & VFIO_REGION_INFO_FLAG_MMAP) == 0) continue;
    void *at = mmap(NULL, region[index].size, PROT_READ | PROT_WRITE, MAP_SHARED, device, region[index].offset);
    if (at != MAP_FAILED) mapped[index] = at;
  }
  struct vfio_irq_info info = {.argsz = sizeof info, .index = VFIO_PCI_MSIX_IRQ_INDEX};
  if (ioctl(device, VFIO_DEVICE_GET_IRQ_INFO, &info) < 0) give_up("VFIO_DEVICE_GET_IRQ_INFO: %s", strerror(errno));
  is_resizable = (info.flags & VFIO_IRQ_INFO_NORESIZE) == 0;
  say("vfio-pci gives %u vectors, and %s while MSI-X is enabled.", info.count, is_resizable ? "adds some" : "adds none (NORESIZE)");
  for (unsigned vector = 0; vector < MOST_VECTORS; vector++) {
    deliver[vector] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    kept[vector] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  }
  ioctl(device, VFIO_DEVICE_RESET);
}

static uint32_t config_read(unsigned offset, unsigned bytes) {
  uint32_t value = 0;
  if (pread(device, &value, bytes, region[VFIO_PCI_CONFIG_REGION_INDEX].offset + offset) < 0) say("A read of configuration space: %s", strerror(errno));
  return value;
}

static void config_write(unsigned offset, unsigned bytes, uint32_t value) {
  if (pwrite(device, &value, bytes, region[VFIO_PCI_CONFIG_REGION_INDEX].offset + offset) < 0)
    say("A write of configuration space: %s", strerror(errno));
}

static uint64_t bar_read(unsigned bar, uint64_t offset, unsigned bytes) {
  volatile uint8_t *at = mapped[bar] + offset;
  uint64_t value = 0;
  if (offset + bytes > region[bar].size) return ~(uint64_t)0;
  if (mapped[bar] == NULL) {
    if (pread(device, &value, bytes, region[bar].offset + offset) < 0) say("A read of BAR%u: %s", bar, strerror(errno));
    return value;
  }
  return bytes == 1 ? *at : bytes == 2 ? *(volatile uint16_t *)at : bytes == 4 ? *(volatile uint32_t *)at : *(volatile uint64_t *)at;
}

static void bar_write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value) {
  volatile uint8_t *at = mapped[bar] + offset;
  if (offset + bytes > region[bar].size) return;
  if (mapped[bar] == NULL) {
    if (pwrite(device, &value, bytes, region[bar].offset + offset) < 0) say("A write of BAR%u: %s", bar, strerror(errno));
  } else if (bytes == 1) *at = value;
  else if (bytes == 2) *(volatile uint16_t *)at = value;
  else if (bytes == 4) *(volatile uint32_t *)at = value;
  else *(volatile uint64_t *)at = value;
}

static void set_irqs(unsigned start, unsigned count, const int *descriptors) {
  union {
    struct vfio_irq_set set;
    uint8_t bytes[sizeof(struct vfio_irq_set) + sizeof(int) * MOST_VECTORS];
  } all = {.set = {.argsz = sizeof(struct vfio_irq_set) + (descriptors == NULL ? 0 : sizeof(int) * count),
                   .flags = VFIO_IRQ_SET_ACTION_TRIGGER | (descriptors == NULL ? VFIO_IRQ_SET_DATA_NONE : VFIO_IRQ_SET_DATA_EVENTFD),
                   .index = VFIO_PCI_MSIX_IRQ_INDEX,
                   .start = start,
                   .count = count}};
  if (descriptors != NULL) memcpy(all.set.data, descriptors, sizeof(int) * count);
  if (ioctl(device, VFIO_DEVICE_SET_IRQS, &all.set) < 0) say("VFIO_DEVICE_SET_IRQS(start %u, count %u): %s", start, count, strerror(errno));
}

static uint64_t drained(int descriptor) {
  uint64_t count;
  return read(descriptor, &count, sizeof count) == sizeof count ? count : 0;
}

static void collect(void) {
  for (unsigned vector = 0; vector < vector_count(); vector++) {
    uint64_t count = drained(deliver[vector]);
    if (count == 0) continue;
    if (is_in_use(vector))
      while (count-- > 0) arrived(vector);
    else
      latched[vector] = 1;
  }
}

/* What was held goes out. */
static void let_out(unsigned vector) {
  int was_kept = drained(kept[vector]) > 0;
  if (was_kept || latched[vector]) arrived(vector);
  latched[vector] = 0;
}

static void disable(void) {
  set_irqs(0, 0, NULL);
  enabled = 0;
  collect();
}

/* ---- As QEMU does */

static void enable_switching(void) {
  set_irqs(0, 1, kept);
  enabled = 1;
}

static void use_switching(unsigned vector) {
  if (vector >= enabled && !is_resizable) {
    int descriptors[MOST_VECTORS];
    set_irqs(0, 0, NULL);
    for (unsigned each = 0; each <= vector; each++) descriptors[each] = is_in_use(each) ? deliver[each] : kept[each];
    set_irqs(0, vector + 1, descriptors);
  } else
    set_irqs(vector, 1, &deliver[vector]);
  if (vector >= enabled) enabled = vector + 1;
  let_out(vector);
}

static void release_switching(unsigned vector) {
  // What came before the mask is complete has come. The driver has waited for its handler.
  if (vector < enabled) set_irqs(vector, 1, &kept[vector]);
  uint64_t count = drained(deliver[vector]);
  while (count-- > 0) arrived(vector);
}

static int is_kept(unsigned vector) {
  uint64_t count = drained(kept[vector]);
  if (count > 0 && write(kept[vector], &count, sizeof count) < 0) say("An event descriptor: %s", strerror(errno));
  return count > 0 || latched[vector];
}

const struct backend VFIO = {
    .name = "vfio",
    .open = open_function,
    .config_read = config_read,
    .config_write = config_write,
    .bar_read = bar_read,
    .bar_write = bar_write,
    .enable = enable_switching,
    .disable = disable,
    .use = use_switching,
    .release = release_switching,
    .is_pending = is_kept,
    .collect = collect,
};

/* ---- By the physical Mask Bit */

static void mask(unsigned vector, int is_masked) {
  uint64_t at = table_offset() + 16 * vector + 12;
  bar_write(table_bar(), at, 4, is_masked);
  // A read brings in what is in flight, as far as the interrupt controller; a handler may run later.
  bar_read(table_bar(), at, 4);
}

static void enable_masking(void) {
  set_irqs(0, vector_count(), deliver);
  for (unsigned vector = 0; vector < vector_count(); vector++) mask(vector, 1);
}

static void use_masking(unsigned vector) {
  let_out(vector);
  mask(vector, 0);
}

static void release_masking(unsigned vector) {
  if (is_enabled()) mask(vector, 1);
  uint64_t count = drained(deliver[vector]);
  while (count-- > 0) arrived(vector);
}

static int is_physically_pending(unsigned vector) {
  collect();
  uint64_t word = is_enabled() ? bar_read(pending_bar(), pending_offset() + vector / 32 * 4, 4) : 0;
  return (word >> vector % 32 & 1) != 0 || latched[vector];
}

const struct backend VFIO_MASK = {
    .name = "vfio-mask",
    .open = open_function,
    .config_read = config_read,
    .config_write = config_write,
    .bar_read = bar_read,
    .bar_write = bar_write,
    .enable = enable_masking,
    .disable = disable,
    .use = use_masking,
    .release = release_masking,
    .is_pending = is_physically_pending,
    .collect = collect,
};
