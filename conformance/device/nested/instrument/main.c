/*
 * The program: qtest on standard input and output, and the guest's memory map: memory from 0 on, the counters of interrupts in it, configuration
 * space at ECAM, the function's BARs wherever it was told, and behind them the physical function's BAR with the table as the driver maps it.
 *
 *     instrument vfio|vfio-mask|kvm [0000:00:04.0]
 */
#include "instrument.h"
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY 0x1000000
#define COUNTERS 0x200000
/* Reads as this once the program counts; then the events that its device has had. */
#define READY_AT 0x200400
#define READY 0x600d600d
#define SENT_AT 0x200404
#define ECAM 0xb0000000
#define RAW 0xd0000000

static const struct backend *back;
static uint8_t memory[MEMORY];
static uint64_t bar_at[6], bar_bytes[6];
uint32_t sent;

void say(const char *format, ...) {
  va_list rest;
  va_start(rest, format);
  fputs("maskbit: ", stderr);
  vfprintf(stderr, format, rest);
  fputc('\n', stderr);
  va_end(rest);
}

void give_up(const char *format, ...) {
  va_list rest;
  va_start(rest, format);
  fputs("maskbit: ", stderr);
  vfprintf(stderr, format, rest);
  fputc('\n', stderr);
  exit(1);
}

void count_interrupt(unsigned interrupt) {
  uint32_t count;
  memcpy(&count, memory + COUNTERS + 4 * interrupt, 4);
  count++;
  memcpy(memory + COUNTERS + 4 * interrupt, &count, 4);
}

/* Where the BARs are: read anew whenever one is written. A size is found as firmware finds it. */
static void find_bars(void) {
  for (unsigned bar = 0; bar < 6; bar++) {
    uint32_t low = back->config_read(0x10 + 4 * bar, 4);
    bar_at[bar] = (low & 1) != 0 ? 0 : low & ~15u;
  }
}

static void size_bars(void) {
  for (unsigned bar = 0; bar < 6; bar++) {
    unsigned at = 0x10 + 4 * bar;
    uint32_t before = back->config_read(at, 4);
    back->config_write(at, 4, 0xffffffff);
    uint32_t value = back->config_read(at, 4);
    bar_bytes[bar] = value == 0 || (value & 1) != 0 ? 0 : (uint64_t)(~(value & ~15u)) + 1;
    back->config_write(at, 4, before);
  }
}

static uint32_t config_read(unsigned bdf, unsigned offset, unsigned bytes) {
  if (bdf != BDF) return bytes == 4 ? 0xffffffff : (1u << (8 * bytes)) - 1;
  uint32_t value = 0;
  return msix_config_read(offset, bytes, &value) ? value : back->config_read(offset, bytes);
}

static void config_write(unsigned bdf, unsigned offset, unsigned bytes, uint32_t value) {
  if (bdf != BDF || msix_config_write(offset, bytes, value)) return;
  back->config_write(offset, bytes, value);
  if (offset < 0x28 && offset + bytes > 0x10) find_bars();
}

/* The BAR of an address; -1 of none. */
static int bar_of(uint64_t address, uint64_t *offset) {
  for (unsigned bar = 0; bar < 6; bar++)
    if (bar_at[bar] != 0 && address >= bar_at[bar] && address < bar_at[bar] + bar_bytes[bar]) {
      *offset = address - bar_at[bar];
      return bar;
    }
  return -1;
}

static uint64_t load(uint64_t address, unsigned bytes) {
  uint64_t value = 0, offset;
  if (address + bytes <= MEMORY) {
    if (address >= COUNTERS && address < COUNTERS + 0x1000) back->collect();
    if (address == SENT_AT) memcpy(memory + SENT_AT, &sent, 4);
    memcpy(&value, memory + address, bytes);
    return value;
  }
  if (address >= ECAM && address < ECAM + 0x10000000)
    return config_read((address - ECAM) >> 12, address & 0xfff, bytes < 4 ? bytes : 4);
  if (address >= RAW && address < RAW + bar_bytes[table_bar()]) return back->bar_read(table_bar(), address - RAW, bytes);
  int bar = bar_of(address, &offset);
  if (bar < 0) return ~(uint64_t)0 >> (64 - 8 * bytes);
  return msix_bar_read(bar, offset, bytes, &value) ? value : back->bar_read(bar, offset, bytes);
}

static void store(uint64_t address, unsigned bytes, uint64_t value) {
  uint64_t offset;
  if (address + bytes <= MEMORY) memcpy(memory + address, &value, bytes);
  else if (address >= ECAM && address < ECAM + 0x10000000)
    config_write((address - ECAM) >> 12, address & 0xfff, bytes < 4 ? bytes : 4, value);
  else if (address >= RAW && address < RAW + bar_bytes[table_bar()]) back->bar_write(table_bar(), address - RAW, bytes, value);
  else {
    int bar = bar_of(address, &offset);
    if (bar >= 0 && !msix_bar_write(bar, offset, bytes, value)) back->bar_write(bar, offset, bytes, value);
  }
}

/* ---- The lines */

static unsigned width_of(char suffix) { return suffix == 'b' ? 1 : suffix == 'w' ? 2 : suffix == 'l' ? 4 : suffix == 'q' ? 8 : 0; }

static void answer_block(uint64_t address, uint64_t bytes) {
  if (address + bytes > MEMORY) {
    puts("FAIL no memory");
    return;
  }
  load(address, 1);
  fputs("OK 0x", stdout);
  for (uint64_t at = 0; at < bytes; at++) printf("%02x", memory[address + at]);
  putchar('\n');
}

static void obey(char *line) {
  char verb[16], digits[2048];
  uint64_t first = 0, second = 0, third = 0;
  if (sscanf(line, "%15s", verb) != 1) return;
  int count = sscanf(line, "%*s %" SCNi64 " %" SCNi64 " %" SCNi64, &first, &second, &third);
  size_t length = strlen(verb);
  unsigned bytes = width_of(verb[length - 1]);
  if (strncmp(verb, "read", 4) == 0 && length == 5 && bytes != 0 && count >= 1)
    printf("OK 0x%016" PRIx64 "\n", load(first, bytes));
  else if (strncmp(verb, "write", 5) == 0 && length == 6 && bytes != 0 && count >= 2) {
    store(first, bytes, second);
    puts("OK");
  } else if (strcmp(verb, "read") == 0 && count >= 2)
    answer_block(first, second);
  else if (strcmp(verb, "write") == 0 && sscanf(line, "%*s %*s %*s 0x%2047s", digits) == 1) {
    for (uint64_t at = 0; at < second && first + at < MEMORY; at++) {
      unsigned byte;
      if (sscanf(digits + 2 * at, "%2x", &byte) != 1) break;
      memory[first + at] = byte;
    }
    puts("OK");
  } else if (strcmp(verb, "memset") == 0 && count >= 2) {
    if (first < MEMORY) memset(memory + first, third, second < MEMORY - first ? second : MEMORY - first);
    puts("OK");
  } else if (strncmp(verb, "out", 3) == 0)
    puts("OK");
  else if (strncmp(verb, "in", 2) == 0)
    puts("OK 0xffffffff");
  else
    printf("FAIL Unknown command '%s'\n", verb);
}

int main(int count, char **words) {
  const struct backend *all[] = {&VFIO, &VFIO_MASK, &KVM};
  for (unsigned index = 0; index < 3; index++)
    if (count > 1 && strcmp(words[1], all[index]->name) == 0) back = all[index];
  if (back == NULL) give_up("Got %s; expected vfio, vfio-mask or kvm.", count > 1 ? words[1] : "nothing");
  back->open(count > 2 ? words[2] : "");
  size_bars();
  find_bars();
  msix_begin(back);
  uint32_t ready = READY;
  memcpy(memory + READY_AT, &ready, 4);
  static char out[1 << 16], in[1 << 18];
  setvbuf(stdout, out, _IOFBF, sizeof out);
  size_t held = 0;
  for (;;) {
    ssize_t got = read(0, in + held, sizeof in - held - 1);
    if (got < 0 && errno == EINTR) continue;
    // A channel that nobody holds reads as ended; it may be taken up again.
    if (got <= 0) {
      usleep(10000);
      continue;
    }
    held += got;
    in[held] = 0;
    char *line = in;
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
      *end = 0;
      obey(line);
    }
    held -= line - in;
    memmove(in, line, held);
    fflush(stdout);
  }
}
