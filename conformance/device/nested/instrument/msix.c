/*
 * A function's MSI-X as its guest sees it, kept by the program: Message Control, the table's bytes, and which vectors are in use. Every change
 * of what blocks a vector becomes `use` or `release` of the back end, one after the other, as QEMU does it. Bytes are kept as they are written, of any width.
 */
#include "instrument.h"
#include <string.h>

static const struct backend *back;
static unsigned capability, vectors, table_at_bar, pending_at_bar;
static uint64_t table_at, pending_at;
static uint16_t control;
static uint8_t table[16 * MOST_VECTORS];
static uint8_t in_use[MOST_VECTORS];
static struct message in_force[MOST_VECTORS];

#define ENABLE 0x8000
#define FUNCTION_MASK 0x4000

void msix_begin(const struct backend *below) {
  back = below;
  unsigned at = back->config_read(0x34, 1) & 0xfc;
  for (unsigned count = 0; at != 0 && count < 48 && back->config_read(at, 1) != 0x11; count++)
    at = back->config_read(at + 1, 1) & 0xfc;
  if (at == 0) give_up("The function has no MSI-X.");
  capability = at;
  vectors = (back->config_read(at + 2, 2) & 0x7ff) + 1;
  if (vectors > MOST_VECTORS) give_up("Got %u vectors; expected %u at most.", vectors, MOST_VECTORS);
  uint32_t word = back->config_read(at + 4, 4);
  table_at_bar = word & 7;
  table_at = word & ~7u;
  word = back->config_read(at + 8, 4);
  pending_at_bar = word & 7;
  pending_at = word & ~7u;
  for (unsigned vector = 0; vector < vectors; vector++) table[16 * vector + 12] = 1;
}

unsigned vector_count(void) { return vectors; }
unsigned table_bar(void) { return table_at_bar; }
unsigned pending_bar(void) { return pending_at_bar; }
uint64_t table_offset(void) { return table_at; }
uint64_t pending_offset(void) { return pending_at; }
int is_enabled(void) { return (control & ENABLE) != 0; }
int is_in_use(unsigned vector) { return in_use[vector]; }

struct message message_of(unsigned vector) {
  struct message message;
  memcpy(&message, table + 16 * vector, sizeof message);
  return message;
}

void arrived(unsigned vector) { count_interrupt(in_force[vector].data & 0xff); }

static void settle(unsigned vector) {
  int is_open = (control & (ENABLE | FUNCTION_MASK)) == ENABLE && (table[16 * vector + 12] & 1) == 0;
  if (is_open == in_use[vector]) return;
  in_use[vector] = is_open;
  if (is_open) {
    in_force[vector] = message_of(vector);
    back->use(vector);
  } else
    back->release(vector);
}

static void write_control(uint16_t value) {
  uint16_t before = control;
  control = value & (ENABLE | FUNCTION_MASK);
  if ((control & ENABLE) != 0 && (before & ENABLE) == 0) back->enable();
  for (unsigned vector = 0; vector < vectors; vector++) settle(vector);
  if ((control & ENABLE) == 0 && (before & ENABLE) != 0) back->disable();
}

int msix_config_read(unsigned offset, unsigned bytes, uint32_t *value) {
  if (offset + bytes <= capability || offset >= capability + 4) return 0;
  uint32_t whole = (back->config_read(capability, 4) & 0xffff) | (uint32_t)((vectors - 1) | control) << 16;
  for (unsigned byte = 0; byte < bytes; byte++) {
    unsigned at = offset + byte;
    uint32_t part = at >= capability && at < capability + 4 ? whole >> (8 * (at - capability)) : back->config_read(at, 1);
    *value |= (part & 0xff) << (8 * byte);
  }
  return 1;
}

int msix_config_write(unsigned offset, unsigned bytes, uint32_t value) {
  if (offset + bytes <= capability || offset >= capability + 12) return 0;
  uint16_t next = control;
  for (unsigned byte = 0; byte < bytes; byte++) {
    unsigned shift = 8 * (offset + byte - capability - 2);
    if (offset + byte == capability + 2 || offset + byte == capability + 3)
      next = (next & ~(0xff << shift)) | (value >> (8 * byte) & 0xff) << shift;
  }
  if (next != control) write_control(next);
  return 1;
}

int msix_bar_read(unsigned bar, uint64_t offset, unsigned bytes, uint64_t *value) {
  if (bar == table_at_bar && offset >= table_at && offset + bytes <= table_at + 16 * vectors) {
    memcpy(value, table + (offset - table_at), bytes);
    return 1;
  }
  if (bar == pending_at_bar && offset >= pending_at && offset + bytes <= pending_at + (vectors + 63) / 64 * 8) {
    uint64_t bits = 0;
    for (unsigned vector = 0; vector < vectors; vector++)
      if (!in_use[vector] && back->is_pending(vector)) bits |= (uint64_t)1 << vector;
    bits >>= 8 * (offset - pending_at);
    memcpy(value, &bits, bytes);
    return 1;
  }
  return 0;
}

int msix_bar_write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value) {
  if (bar == table_at_bar && offset >= table_at && offset + bytes <= table_at + 16 * vectors) {
    memcpy(table + (offset - table_at), &value, bytes);
    for (unsigned vector = (offset - table_at) / 16; vector <= (offset - table_at + bytes - 1) / 16; vector++) settle(vector);
    return 1;
  }
  return bar == pending_at_bar && offset >= pending_at && offset + bytes <= pending_at + (vectors + 63) / 64 * 8;
}
