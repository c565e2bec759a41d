/*
 * What makes the states of a device grow though it behaves the same: each cause on purpose, by the switch BLOW_UP. It is 0 for none, 1 to 6 for
 * one, 7 for all that a variable holds.
 */
#ifndef BLOW_UPS_H
#define BLOW_UPS_H

#include "maskbit.h"
#include "shims/libc.h"

#ifndef BLOW_UP
#define BLOW_UP 0
#endif
#define BLOWS_UP(cause) (BLOW_UP == (cause) || (BLOW_UP == 7 && (cause) <= 4))

#if BLOWS_UP(1)
static uint64_t event_counter;
#endif
#if BLOWS_UP(2)
static struct {
	uint32_t head, entries[16];
} log_buffer;
#endif
#if BLOWS_UP(3)
static struct {
	uint32_t writes, signals, resets;
} statistics;
#endif
#if BLOWS_UP(4)
/* A stub of a clock, and when the last event was. */
static volatile uint32_t clock_ticks, last_event;
static uint32_t now(void) { return ++clock_ticks; }
#endif

/* `event`: 1 and 2 a write, 3 a signal, 4 a retirement, 5 a reset. */
static void blow_up(uint32_t event, uint32_t value)
{
#if BLOWS_UP(1)
	if (event == 3)
		event_counter++;
#endif
#if BLOWS_UP(2)
	log_buffer.entries[log_buffer.head] = event << 28 ^ value;
	log_buffer.head = (log_buffer.head + 1) % 16;
#endif
#if BLOWS_UP(3)
	statistics.writes += event <= 2;
	statistics.signals += event == 3;
	statistics.resets += event == 5;
#endif
#if BLOWS_UP(4)
	if (event == 3)
		last_event = now();
#endif
#if BLOWS_UP(5)
	/* A call that leaves on the stack what it was called with. */
	volatile uint32_t frame[8];
	frame[event] = value;
#endif
#if BLOWS_UP(6)
	/* A copy that is made and freed: what it held is still there, unless free() zeroes it. */
	volatile uint32_t *copy = malloc(16 * (1 + event % 3));
	copy[0] = value;
	copy[1] = event;
	copy[3] = ~value;
	free((void *)(uintptr_t)copy);
#endif
	(void)event, (void)value;
}

#endif
