/*
 * The museum in C: a right device, and every wrong device of `maskbit museum`, each compiled in by a switch.
 *
 *   clang ... -DPIECE=unmask_does_not_send -o dut.wasm museum.c shims/libc.c && maskbit prove dut.wasm
 *
 * Each step of what a function does is a function here, with the pieces that do it wrongly at its head. -DTELLING tells use and release, which the
 * last four pieces are wrong about; -DBLOW_UP adds what makes states grow without end (blow-ups.h).
 */
#include "maskbit.h"
#include "shims/libc.h"
#include "blow-ups.h"

#define PIECES(X) \
	X(mask_ignored) \
	X(function_mask_ignored) \
	X(enable_ignored) \
	X(unmask_sends_while_disabled) \
	X(one_write_clears_both) \
	X(enables_before_it_masks) \
	X(function_mask_sets_mask_bits) \
	X(function_mask_clears_mask_bits) \
	X(masks_the_neighbour) \
	X(masks_its_equals) \
	X(unmask_forgotten_after_a_write) \
	X(mask_forgotten_after_a_write) \
	X(whole_word_is_the_mask) \
	X(exchanged_control_bits) \
	X(mask_bit_reads_clear) \
	X(masked_events_dropped) \
	X(pending_never_shown) \
	X(unmask_does_not_send) \
	X(function_mask_edge_does_not_send) \
	X(enable_edge_does_not_send) \
	X(pending_outlives_its_message) \
	X(masking_clears_pending) \
	X(function_mask_clears_pending) \
	X(redundant_enable_clears_pending) \
	X(sends_twice) \
	X(bogus_mask_update) \
	X(sends_on_every_unmask) \
	X(poll_clears) \
	X(poll_sees_the_past) \
	X(qword_poll_reads_zero) \
	X(retire_ignored) \
	X(retire_clears_the_neighbour) \
	X(retire_sends) \
	X(second_event_clears) \
	X(one_bit_for_all) \
	X(unmasking_one_drops_the_other) \
	X(sends_only_one_at_the_edge) \
	X(data_zero_is_unused) \
	X(data_zero_at_enable) \
	X(affinity_ignored) \
	X(masked_at_enable_is_skipped) \
	X(route_not_refreshed_by_function_mask) \
	X(route_not_refreshed_by_unmask) \
	X(torn_message) \
	X(data_is_16_bits) \
	X(upper_address_not_sent) \
	X(address_is_48_bits) \
	X(address_bit_31_not_sent) \
	X(upper_address_wiped_by_mask) \
	X(write_under_function_mask_discarded) \
	X(first_event_lost) \
	X(route_removed_while_masked) \
	X(no_resource_for_the_third) \
	X(third_open_vector_is_lost) \
	X(unknown_is_entry_zero) \
	X(zero_marks_a_free_slot) \
	X(message_is_of_the_last_write) \
	X(disable_wipes_the_table) \
	X(disable_masks_all) \
	X(enable_unmasks_all) \
	X(host_left_enabled) \
	X(disable_drops_function_mask) \
	X(enable_needs_function_mask_clear) \
	X(reset_leaves_unmasked) \
	X(reset_leaves_enabled) \
	X(reset_leaves_function_mask) \
	X(reset_leaves_pending) \
	X(reset_leaves_mask_bits) \
	X(reset_sends) \
	X(reset_leaves_the_route) \
	X(event_leaks_across_reset) \
	X(control_byte_ignored) \
	X(control_dword_ignored) \
	X(control_byte_does_not_send) \
	X(qword_control_ignored) \
	X(qword_unmask_does_not_send) \
	X(qword_address_upper_half_ignored) \
	X(qword_halves_exchanged) \
	X(control_before_data) \
	X(qword_read_repeats) \
	X(big_endian_table) \
	X(control_at_the_next_entry) \
	X(reserved_control_bits_kept) \
	X(table_size_can_be_written) \
	X(table_size_is_the_number) \
	X(table_size_truncated) \
	X(byte_write_panics) \
	X(unaligned_write_spills) \
	X(word_write_reaches_the_mask) \
	X(read_of_control_acknowledges) \
	X(read_of_capability_masks) \
	X(pba_write_panics) \
	X(low_byte_is_control) \
	X(next_pointer_can_be_written) \
	X(table_offset_can_be_written) \
	X(byte_read_panics) \
	X(byte_poll_clears) \
	X(last_qword_repeats) \
	X(last_vector_unusable) \
	X(pending_word_of_32) \
	X(vector_32_never_pending) \
	X(storage_of_32) \
	X(second_qword_not_shown) \
	X(function_mask_edge_ends_at_64) \
	X(vector_2047_masks_vector_1023) \
	X(vector_2047_sends_nothing) \
	X(stray_pending_bits) \
	X(lost_after_unmask_and_mask) \
	X(third_masking) \
	X(lost_after_a_disable) \
	X(mask_ignored_after_function_mask) \
	X(second_function_mask_clears_it) \
	X(write_while_open_sticks) \
	X(lost_after_a_poll) \
	X(mixed_widths) \
	X(eight_events_overflow) \
	X(retire_then_deaf) \
	X(reset_keeps_a_copy) \
	X(masking_one_ends_the_watch) \
	X(second_event_at_once_is_lost) \
	X(waits_for_what_blocked_it) \
	X(message_of_the_event) \
	X(level_triggered) \
	X(not_released_on_disable) \
	X(used_twice) \
	X(released_without_use) \
	X(not_released_on_function_mask)

#define ENUMERATOR(name) name,
enum { none, PIECES(ENUMERATOR) };
#ifndef PIECE
#define PIECE none
#endif
/* Not static, so that the compiler does not know it: tests change it in the file. */
uint32_t museum_piece[2] = { 0x5ec7ed00, PIECE };
#define IS(name) (museum_piece[1] == name)

MASKBIT_DEVICE

#define VECTORS_MAX 2048
#define ENABLE 0x8000u
#define FUNCTION_MASK 0x4000u

static uint32_t count, enabled, function_mask;
static uint32_t table[4 * VECTORS_MAX]; /* four dwords for each vector */
static uint8_t pending[VECTORS_MAX];
static uint32_t memory[4 * VECTORS_MAX + 4]; /* what a wrong device remembers */
static uint32_t *control_of(uint32_t vector) { return &table[4 * vector + 3]; }

/* ---- What blocks */

static int is_masked(uint32_t vector)
{
	if (IS(whole_word_is_the_mask))
		return *control_of(vector) != 0;
	return *control_of(vector) & 1;
}

static int is_blocked(uint32_t vector)
{
	if (IS(mask_ignored))
		return !enabled || function_mask;
	if (IS(function_mask_ignored))
		return !enabled || is_masked(vector);
	if (IS(enable_ignored))
		return function_mask || is_masked(vector);
	if (IS(host_left_enabled))
		return !memory[0] || function_mask || is_masked(vector);
	if (IS(mask_ignored_after_function_mask))
		return !enabled || function_mask || (!memory[0] && is_masked(vector));
	if (IS(masking_one_ends_the_watch))
		return !enabled || function_mask || !memory[vector + 1];
	if (IS(reset_keeps_a_copy) && memory[0])
		return 1;
	return !enabled || function_mask || is_masked(vector);
}

/* ---- What is sent */

static int is_copying(void)
{
	return IS(affinity_ignored) || IS(route_not_refreshed_by_function_mask) || IS(route_not_refreshed_by_unmask);
}

static void copy_entry(uint32_t vector)
{
	for (uint32_t dword = 0; dword < 3; dword++)
		memory[4 * vector + dword] = table[4 * vector + dword];
}

static void message_of(uint32_t vector, uint32_t out[3])
{
	const uint32_t *from = &table[4 * vector];

	if (is_copying() || (IS(write_while_open_sticks) && memory[4 * vector + 3] == 1))
		from = &memory[4 * vector];
	if (IS(unknown_is_entry_zero) && from[2] == 0)
		from = table;
	if (IS(message_is_of_the_last_write) && memory[0] == 1)
		from = &table[4];
	for (uint32_t dword = 0; dword < 3; dword++)
		out[dword] = from[dword];
	if (IS(torn_message))
		out[2] = memory[4 * vector + 2];
	if (IS(data_is_16_bits))
		out[2] &= 0xffff;
	if (IS(upper_address_not_sent))
		out[1] = 0;
	if (IS(address_is_48_bits))
		out[1] &= 0xffff;
	if (IS(address_bit_31_not_sent))
		out[0] &= 0x7fffffff;
}

static void send(uint32_t vector)
{
	uint32_t message[3], open = 0;

	if (IS(vector_2047_sends_nothing) && vector == 2047)
		return;
	if (IS(no_resource_for_the_third) && vector >= 2)
		return;
	if (IS(third_open_vector_is_lost)) {
		for (uint32_t other = 0; other < vector; other++)
			open += !is_blocked(other);
		if (open >= 2)
			return;
	}
	if (IS(affinity_ignored) && !memory[4 * vector + 3]) {
		copy_entry(vector);
		memory[4 * vector + 3] = 1;
	}
	message_of(vector, message);
	if (IS(reset_leaves_the_route)) {
		uint32_t *route = &memory[4 * vector];
		if (route[3] == 1)
			maskbit_send(route[0], route[1], route[2]);
		else
			maskbit_send(message[0], message[1], message[2]);
		memcpy(route, message, sizeof message);
		route[3] = 0;
		return;
	}
	maskbit_send(message[0], message[1], message[2]);
}

static void hold(uint32_t vector)
{
	if (IS(masked_events_dropped) || (IS(vector_32_never_pending) && vector == 32))
		return;
	if (IS(second_event_clears)) {
		pending[vector] ^= 1;
		return;
	}
	if (IS(route_removed_while_masked) && memory[vector] && is_masked(vector) && enabled)
		return;
	if (IS(lost_after_unmask_and_mask) && memory[vector])
		return;
	if (IS(third_masking) && memory[vector] >= 3)
		return;
	if (IS(lost_after_a_disable) && memory[0])
		return;
	if (IS(eight_events_overflow)) {
		memory[vector] = (memory[vector] + 1) % 8;
		pending[vector] = memory[vector] != 0;
		return;
	}
	if (IS(retire_then_deaf) && memory[vector]) {
		memory[vector] = 0;
		return;
	}
	if (IS(message_of_the_event) && !pending[vector])
		copy_entry(vector);
	if (IS(waits_for_what_blocked_it))
		memory[vector] = is_masked(vector);
	pending[vector] = 1;
}

/* Sends what is pending, where nothing blocks it any more. */
static void release(uint32_t vector)
{
	if (IS(eight_events_overflow) && !is_blocked(vector))
		memory[vector] = 0;
	if (!pending[vector] || is_blocked(vector))
		return;
	if (IS(pending_outlives_its_message)) {
		send(vector);
		return;
	}
	if (IS(sends_twice))
		send(vector);
	if (IS(lost_after_a_poll) && vector == 0 && memory[0]) {
		memory[0] = pending[0] = 0;
		return;
	}
	pending[vector] = 0;
	if (IS(message_of_the_event))
		maskbit_send(memory[4 * vector], memory[4 * vector + 1], memory[4 * vector + 2]);
	else
		send(vector);
}

static void release_all(void)
{
	uint32_t end = IS(function_mask_edge_ends_at_64) && count > 64 ? 64 : count;

	if ((IS(control_byte_does_not_send) || IS(function_mask_edge_does_not_send) || IS(enable_edge_does_not_send)) && memory[0])
		return;
	for (uint32_t vector = 0; vector < end; vector++) {
		int is_sent = pending[vector] && !is_blocked(vector);
		if (IS(waits_for_what_blocked_it) && memory[vector])
			continue;
		release(vector);
		if (IS(sends_only_one_at_the_edge) && is_sent)
			return;
	}
}

/* ---- What is told */

#ifdef TELLING
static void update(uint32_t vector)
{
	uint32_t is_used = !is_blocked(vector);

	if (is_used == memory[vector])
		return;
	memory[vector] = is_used;
	if (is_used)
		maskbit_use(vector);
	else
		maskbit_release(vector);
}

static void update_all(void)
{
	if ((IS(not_released_on_disable) && !enabled) || (IS(not_released_on_function_mask) && function_mask))
		return;
	for (uint32_t vector = 0; vector < count; vector++)
		update(vector);
}
#else
static void update(uint32_t vector) { (void)vector; }
static void update_all(void) {}
#endif

/* ---- What is written */

static void write_vector_control(uint32_t vector, uint32_t value)
{
	uint32_t *control = control_of(vector);
	int was_open = !is_blocked(vector), was_masked = is_masked(vector);

	if (IS(control_at_the_next_entry))
		control = control_of(vector = (vector + 1) % count);
	if (IS(unmask_sends_while_disabled)) {
		*control = value & 1;
		if (!pending[vector] || function_mask || is_masked(vector))
			return;
		pending[vector] = 0;
		send(vector);
		return;
	}
	if (IS(unmask_does_not_send)) {
		*control = value & 1;
		return;
	}
	if (IS(whole_word_is_the_mask)) {
		*control = value;
		release(vector);
		return;
	}
	if (IS(masking_clears_pending) && value & 1)
		pending[vector] = 0;
	if (IS(bogus_mask_update) && was_open && !(value & 1))
		send(vector);
	if (IS(sends_on_every_unmask) && was_masked && !(value & 1))
		pending[vector] = 1;
	if (IS(route_not_refreshed_by_function_mask) && was_masked && !(value & 1))
		copy_entry(vector);
	if (IS(upper_address_wiped_by_mask))
		table[4 * vector + 1] = 0;
	if (IS(route_removed_while_masked) && was_open)
		memory[vector] = 1;
	if (IS(third_masking) && value & 1 && !was_masked && memory[vector] < 3)
		memory[vector]++;
	if (IS(masking_one_ends_the_watch) && !memory[0]) {
		for (uint32_t other = 0; other < count; other++)
			if (other != vector && memory[other + 1] && memory[vector + 1] && value & 1)
				memory[0] = 1;
		memory[vector + 1] = !(value & 1);
	}
	if (IS(level_triggered) && was_masked && !(value & 1) && memory[vector])
		pending[vector] = 1;

	*control = value & 1;
	release(vector);

	if (IS(masks_the_neighbour) && value & 1 && (vector ^ 1) < count)
		*control_of(vector ^ 1) |= 1;
	if (IS(masks_its_equals) && value & 1)
		for (uint32_t other = 0; other < count; other++)
			if (!memcmp(&table[4 * other], &table[4 * vector], 12))
				*control_of(other) |= 1;
	if (IS(unmasking_one_drops_the_other) && !(value & 1) && count > 1)
		pending[vector ^ 1] = 0;
	if (IS(lost_after_unmask_and_mask) && !is_blocked(vector))
		memory[vector] = 1;
	if (IS(event_leaks_across_reset) && memory[vector] == 1 && !is_blocked(vector)) {
		memory[vector] = 0;
		send(vector);
	}
	if (IS(vector_2047_masks_vector_1023) && vector == 2047) {
		*control_of(1023) = value & 1;
		release(1023);
	}
	update(vector);
#ifdef TELLING
	if (IS(used_twice) && was_open && !(value & 1))
		maskbit_use(vector);
	if (IS(released_without_use) && !was_masked && !enabled && is_masked(vector))
		maskbit_release(vector);
#endif
}

/* A whole dword; `size` is the width of the access that it is part of. */
static void write_dword(uint32_t dword, uint32_t value, uint32_t size)
{
	uint32_t vector = dword / 4, is_control = dword % 4 == 3;

	if (IS(unmask_forgotten_after_a_write) || IS(mask_forgotten_after_a_write)) {
		if (!is_control)
			memory[vector] = 1;
		else if (memory[vector] && (value & 1) == (IS(mask_forgotten_after_a_write) ? 1 : 0)) {
			memory[vector] = 0;
			return;
		}
	}
	if (IS(write_under_function_mask_discarded) && !is_control && !is_masked(vector))
		return;
	if (IS(zero_marks_a_free_slot) && dword % 4 == 2 && table[2] == 0)
		dword = 2;
	if (IS(message_is_of_the_last_write) && dword % 4 == 2)
		memory[0] = vector;
	if (IS(qword_control_ignored) && size == 8 && is_control)
		return;
	if (IS(qword_unmask_does_not_send) && size == 8 && is_control) {
		table[dword] = value & 1;
		return;
	}
	if (IS(qword_address_upper_half_ignored) && size == 8 && dword % 4 == 1)
		return;
	if (IS(mixed_widths) && size == 8 && is_control && memory[0])
		return;
	if (IS(storage_of_32) && dword >= 128)
		dword -= 128;
	if (IS(write_while_open_sticks) && dword % 4 == 2 && !is_blocked(vector) && !memory[4 * vector + 3]) {
		copy_entry(vector);
		memory[4 * vector + 2] = value;
		memory[4 * vector + 3] = 1;
	}
	if (dword % 4 == 3)
		write_vector_control(dword / 4, value);
	else
		table[dword] = dword % 4 == 0 ? value & ~3u : value;
}

static void set_control(uint32_t value)
{
	enabled = value & ENABLE;
	function_mask = value & FUNCTION_MASK;
	release_all();
}

/* Message Control is written: `value` has both bits in place, `size` is the width of the access. */
static void write_control(uint32_t value, uint32_t size)
{
	int enables = !enabled && value & ENABLE, disables = enabled && !(value & ENABLE);
	int lifts = function_mask && !(value & FUNCTION_MASK);
	uint32_t both = value & (ENABLE | FUNCTION_MASK);

	if (IS(control_byte_ignored) && size == 1)
		return;
	if (IS(control_dword_ignored) && size == 4)
		return;
	if (IS(control_byte_does_not_send))
		memory[0] = size == 1;
	if (IS(function_mask_edge_does_not_send))
		memory[0] = function_mask && enabled;
	if (IS(enable_edge_does_not_send))
		memory[0] = !enabled;
	if (IS(one_write_clears_both) && enabled && function_mask && !both) {
		function_mask = 0;
		release_all();
	}
	if (IS(enables_before_it_masks) && both == (ENABLE | FUNCTION_MASK) && !enabled)
		set_control(ENABLE);
	if (IS(function_mask_clears_pending) && both == (ENABLE | FUNCTION_MASK) && enabled)
		memset(pending, 0, count);
	if (IS(redundant_enable_clears_pending) && enabled && value & ENABLE)
		memset(pending, 0, count);
	for (uint32_t vector = 0; vector < count && enables; vector++) {
		if (IS(data_zero_at_enable))
			memory[vector] = table[4 * vector + 2] == 0;
		if (IS(masked_at_enable_is_skipped))
			memory[vector] = is_masked(vector);
	}
	for (uint32_t vector = 0; vector < count; vector++)
		if (IS(route_not_refreshed_by_unmask) || (IS(torn_message) && !enabled))
			copy_entry(vector);
	if (IS(host_left_enabled) && value & ENABLE)
		memory[0] = 1;
	if (IS(reset_keeps_a_copy) && !(value & FUNCTION_MASK) != !function_mask)
		memory[0] = !!(value & FUNCTION_MASK);
	if (IS(disable_drops_function_mask) && !(value & ENABLE))
		value = 0;
	if (IS(enable_needs_function_mask_clear) && both == (ENABLE | FUNCTION_MASK) && !enabled)
		value = FUNCTION_MASK;
	if (IS(lost_after_a_disable) && disables)
		memory[0] = 1;
	if (IS(mask_ignored_after_function_mask) && lifts)
		memory[0] = 1;
	if (IS(second_function_mask_clears_it) && function_mask && value & FUNCTION_MASK && enabled)
		value &= ~FUNCTION_MASK;
	if (IS(mixed_widths))
		memory[0] = size == 1;

	set_control(value);

	if (IS(control_byte_does_not_send) || IS(function_mask_edge_does_not_send) || IS(enable_edge_does_not_send))
		memory[0] = 0;
	for (uint32_t vector = 0; vector < count; vector++) {
		if ((IS(function_mask_sets_mask_bits) && function_mask) || (IS(disable_masks_all) && disables))
			*control_of(vector) = 1;
		if ((IS(function_mask_clears_mask_bits) && lifts) || (IS(enable_unmasks_all) && enables))
			*control_of(vector) = 0;
		if (IS(disable_wipes_the_table) && disables)
			memset(&table[4 * vector], 0, 12);
	}
	update_all();
}

/* ---- What is read */

static uint32_t read_control(void)
{
	uint32_t bits = (enabled ? ENABLE : 0) | (function_mask ? FUNCTION_MASK : 0) | (count - 1);

	if (IS(exchanged_control_bits))
		return (enabled ? FUNCTION_MASK : 0) | (function_mask ? ENABLE : 0) | (count - 1);
	if (IS(reserved_control_bits_kept) || IS(table_size_can_be_written))
		return bits | memory[0];
	if (IS(table_size_is_the_number))
		return (bits & ~0x7ffu) | count;
	return IS(table_size_truncated) ? bits & 0xc01f : bits;
}

static uint32_t read_dword(uint32_t dword)
{
	if (IS(read_of_control_acknowledges) && dword % 4 == 3)
		pending[dword / 4] = 0;
	if (IS(mask_bit_reads_clear) && dword % 4 == 3)
		return 0;
	return IS(big_endian_table) ? __builtin_bswap32(table[dword]) : table[dword];
}

static int is_shown_pending(uint32_t vector)
{
	if (vector >= count)
		return IS(stray_pending_bits);
	if (IS(pending_never_shown) || (IS(second_qword_not_shown) && vector >= 64))
		return 0;
	if (IS(pending_word_of_32))
		return pending[vector % 32];
	for (uint32_t other = 0; other < count && IS(one_bit_for_all); other++)
		if (pending[other])
			return 1;
	return pending[vector];
}

static uint32_t read_pending(uint32_t dword)
{
	uint32_t bits = 0, before;

	if (IS(lost_after_a_poll) && dword == 0 && pending[0])
		memory[0] = 1;
	for (uint32_t bit = 0; bit < 32; bit++)
		bits |= (uint32_t)is_shown_pending(32 * dword + bit) << bit;
	if (IS(poll_clears))
		for (uint32_t vector = 32 * dword; vector < 32 * dword + 32 && vector < count; vector++)
			pending[vector] = 0;
	if (IS(poll_sees_the_past)) {
		before = memory[dword];
		memory[dword] = bits;
		return before;
	}
	return bits;
}

/* ---- The ABI */

static void reset_vector(uint32_t vector)
{
	uint32_t mask = *control_of(vector), bit = pending[vector];

	if (IS(reset_sends) && bit)
		send(vector);
	if (IS(event_leaks_across_reset))
		memory[vector] = bit;
	if (IS(eight_events_overflow) || IS(level_triggered))
		memory[vector] = 0;
	memset(&table[4 * vector], 0, 12);
	*control_of(vector) = IS(reset_leaves_unmasked) ? 0 : IS(reset_leaves_mask_bits) ? mask : 1;
	pending[vector] = IS(reset_leaves_pending) ? bit : 0;
}

void maskbit_reset(void)
{
	uint32_t was_enabled = enabled, was_masked = function_mask;

	blow_up(5, 0);
	if (IS(host_left_enabled) || IS(lost_after_a_poll))
		memory[0] = 0;
	enabled = function_mask = 0;
	for (uint32_t vector = 0; vector < count; vector++)
		reset_vector(vector);
	if (IS(reset_leaves_enabled))
		enabled = was_enabled;
	if (IS(reset_leaves_function_mask))
		function_mask = was_masked;
	if (IS(affinity_ignored) || IS(masking_one_ends_the_watch) || IS(second_event_at_once_is_lost))
		memset(memory, 0, sizeof memory);
	for (uint32_t vector = 0; vector < count && IS(reset_leaves_the_route); vector++)
		if (memory[4 * vector + 2])
			memory[4 * vector + 3] = 1;
	update_all();
}

void maskbit_init(uint32_t vectors)
{
	if (vectors > VECTORS_MAX)
		__builtin_trap();
	count = vectors;
	for (uint32_t vector = 0; vector < count; vector++)
		*control_of(vector) = 1; /* as a device is made, not as it is reset */
}

/* Something was read or written. */
static void accessed(void)
{
	if (IS(second_event_at_once_is_lost))
		memset(memory, 0, count * sizeof *memory);
}

uint32_t maskbit_config_read(uint32_t offset, uint32_t size)
{
	uint32_t dword = offset < 4 ? 0x11 | read_control() << 16 : offset < 8 ? 0x2000 : 0x3000;

	accessed();
	if (IS(next_pointer_can_be_written) && offset == 0)
		dword |= memory[0];
	if (IS(table_offset_can_be_written) && offset == 4 && memory[0])
		dword = memory[0];
	if (IS(read_of_capability_masks) && size == 2)
		function_mask = FUNCTION_MASK;
	dword >>= 8 * (offset % 4);
	return size == 4 ? dword : dword & ((1u << 8 * size) - 1);
}

void maskbit_config_write(uint32_t offset, uint32_t size, uint32_t value)
{
	blow_up(1, value);
	if (IS(reserved_control_bits_kept) && offset == 0)
		memory[0] = value >> 16 & 0x3800;
	if (IS(table_size_can_be_written) && offset == 0 && (value >> 16) % 2048)
		memory[0] = 0x7ff;
	if (IS(next_pointer_can_be_written) && offset == 0 && size >= 2)
		memory[0] = value & 0xff00;
	if (IS(table_offset_can_be_written) && offset == 4)
		memory[0] = value;
	if (IS(low_byte_is_control) && offset == 2 && size == 1)
		offset = 3;
	accessed();
	if (offset <= 3 && offset + size > 3)
		write_control((value >> 8 * (3 - offset) & 0xff) << 8, size);
}

uint64_t maskbit_table_read(uint32_t offset, uint32_t size)
{
	uint32_t low, high;

	accessed();
	if (IS(byte_read_panics) && size == 1)
		maskbit_fail(size);
	if (size < 4 || offset % 4 || offset + size > 16 * count)
		return ~0ull;
	high = size == 8 ? read_dword(offset / 4 + 1) : 0;
	low = read_dword(offset / 4);
	if (IS(qword_read_repeats) && size == 8)
		high = low;
	return low | (uint64_t)high << 32;
}

void maskbit_table_write(uint32_t offset, uint32_t size, uint64_t value)
{
	uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);

	blow_up(2, low);
	accessed();
	if (IS(byte_write_panics) && size < 4)
		maskbit_fail(size);
	if (IS(word_write_reaches_the_mask) && size == 2 && offset % 16 < 12) {
		write_vector_control(offset / 16, 0);
		return;
	}
	if (IS(unaligned_write_spills) && size == 4 && offset % 4) {
		uint32_t dword = offset / 4;
		do
			write_dword(dword, low, 4);
		while (++dword % 4);
		return;
	}
	if (size < 4 || offset % 4 || offset + size > 16 * count)
		return;
	if (IS(control_before_data) && size == 8 && offset % 16 == 8) {
		write_dword(offset / 4 + 1, high, 4);
		write_dword(offset / 4, low, 4);
		return;
	}
	if (IS(qword_halves_exchanged) && size == 8) {
		uint32_t other = low;
		low = high;
		high = other;
	}
	write_dword(offset / 4, low, size);
	if (size == 8)
		write_dword(offset / 4 + 1, high, size);
}

uint64_t maskbit_pba_read(uint32_t offset, uint32_t size)
{
	uint64_t high;
	uint32_t first = 8 * (offset & ~3u);

	accessed();
	if (IS(byte_poll_clears) && size == 1)
		for (uint32_t vector = first; vector < first + 32 && vector < count; vector++)
			pending[vector] = 0;
	if (size < 4 || offset % 4)
		return ~0ull;
	high = size == 8 ? read_pending(offset / 4 + 1) : 0;
	if (IS(last_qword_repeats) && size == 8 && first + 32 >= count)
		high = read_pending(offset / 4);
	high = high << 32 | read_pending(offset / 4);
	return IS(qword_poll_reads_zero) && size == 8 ? 0 : high;
}

void maskbit_pba_write(uint32_t offset, uint32_t size, uint64_t value)
{
	(void)offset, (void)size, (void)value;
	if (IS(pba_write_panics))
		__builtin_trap();
}

void maskbit_signal(uint32_t vector)
{
	blow_up(3, vector);
	if (IS(last_vector_unusable) && vector && vector >= count - 1)
		return;
	if (IS(data_zero_is_unused) && table[4 * vector + 2] == 0)
		return;
	if ((IS(data_zero_at_enable) || IS(masked_at_enable_is_skipped)) && enabled && memory[vector])
		return;
	if (IS(first_event_lost) && !is_blocked(vector) && !memory[vector]) {
		memory[vector] = 1;
		return;
	}
	if (IS(second_event_at_once_is_lost)) {
		int is_again = memory[vector];
		memory[vector] = !is_blocked(vector);
		if (is_again)
			return;
	}
	if (IS(level_triggered))
		memory[vector] = 1;
	if (is_blocked(vector))
		hold(vector);
	else
		send(vector);
}

void maskbit_retire(uint32_t vector)
{
	blow_up(4, vector);
	if (IS(retire_ignored))
		return;
	if (IS(retire_sends) && pending[vector] && enabled)
		send(vector);
	if (IS(retire_then_deaf) && pending[vector])
		memory[vector] = 1;
	if (IS(eight_events_overflow) || IS(level_triggered))
		memory[vector] = 0;
	pending[vector] = 0;
	if (IS(retire_clears_the_neighbour) && (vector ^ 1) < count)
		pending[vector ^ 1] = 0;
}
