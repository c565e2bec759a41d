#include "msix.h"

enum { NO_BUG, UNMASK_FORGETS, MASKED_SENDS, LIFT_FORGETS, QWORD_SKIPS_CONTROL, STALE_MESSAGE, DISABLE_UNMASKS, HIGH_VECTORS, MOODY };
uint32_t msix_bug;
const char *const msix_bugs[] = {
	[NO_BUG] = "none",
	[UNMASK_FORGETS] = "unmask-forgets",           /* unmasking a vector does not send what is pending */
	[MASKED_SENDS] = "masked-sends",               /* a vector that is masked sends all the same */
	[LIFT_FORGETS] = "lift-forgets",               /* lifting Function Mask does not send what is pending */
	[QWORD_SKIPS_CONTROL] = "qword-skips-control", /* 8 bytes at data and Vector Control write the data alone */
	[STALE_MESSAGE] = "stale-message",             /* a message written while masked comes into force one unmask late */
	[DISABLE_UNMASKS] = "disable-unmasks",         /* disabling MSI-X clears the Mask Bits */
	[HIGH_VECTORS] = "high-vectors",               /* with --vectors 65: the Pending bit of vector 32 and up is that of its number modulo 32 */
	[MOODY] = "moody",                             /* no bug: an event while disabled is now held, now dropped */
	0,
};

#define TABLE_OFFSET 0u
static int blocked(const struct msix *msix, uint32_t vector)
{
	if ((msix->control & (MSIX_ENABLE | MSIX_FUNCTION_MASK)) != MSIX_ENABLE)
		return 1;
	return msix->vector[vector].masked;
}

static uint32_t *pending_word(struct msix *msix, uint32_t vector)
{
	return &msix->pending[msix_bug == HIGH_VECTORS ? 0 : vector / 32];
}

static void send(const struct msix *msix, uint32_t vector)
{
	const struct msix_message *message = &msix->vector[vector].latched;
	msix_send(message->address_low, message->address_high, message->data);
}

/* A vector has just become unblocked: its entry comes into force, and what it holds goes out. */
static void unblock(struct msix *msix, uint32_t vector)
{
	uint32_t bit = 1u << (vector % 32);
	uint32_t *word = pending_word(msix, vector);

	if (msix_bug != STALE_MESSAGE)
		msix->vector[vector].latched = msix->vector[vector].entry;
	if (*word & bit) {
		*word &= ~bit;
		send(msix, vector);
	}
	if (msix_bug == STALE_MESSAGE)
		msix->vector[vector].latched = msix->vector[vector].entry;
}

/* What blocks a vector may have changed. While it is blocked, no message is in force, and what was in force before leaves no trace. */
static void follow(struct msix *msix, uint32_t vector, int was_blocked)
{
	if (!blocked(msix, vector)) {
		if (was_blocked)
			unblock(msix, vector);
	} else if (msix_bug != STALE_MESSAGE)
		msix->vector[vector].latched = (struct msix_message){ 0, 0, 0 };
}

void msix_init(struct msix *msix, uint32_t vectors)
{
	msix->vectors = vectors;
	msix_reset(msix);
}

void msix_reset(struct msix *msix)
{
	msix->control = 0;
	for (uint32_t vector = 0; vector < msix->vectors; vector++) {
		msix->vector[vector].entry = msix->vector[vector].latched = (struct msix_message){ 0, 0, 0 };
		msix->vector[vector].masked = 1;
	}
	for (uint32_t word = 0; word < MSIX_VECTORS_MAX / 32; word++)
		msix->pending[word] = 0;
}

static uint64_t all_ones(uint32_t size)
{
	return size < 8 ? (1ull << (8 * size)) - 1 : ~0ull;
}

static int lawful_config(uint32_t offset, uint32_t size)
{
	return (size == 1 || size == 2 || size == 4) && offset <= 12 - size;
}

/* Byte by byte, so that every width and offset means the same. */
uint32_t msix_config_read(const struct msix *msix, uint32_t offset, uint32_t size)
{
	uint32_t pba = TABLE_OFFSET + (16 * msix->vectors + 4095) / 4096 * 4096;
	const uint32_t dwords[3] = { 0x11 | (msix->control | (msix->vectors - 1)) << 16, TABLE_OFFSET, pba };
	uint32_t value = 0;

	if (!lawful_config(offset, size))
		return (uint32_t)all_ones(size);
	for (uint32_t byte = 0; byte < size; byte++)
		value |= (dwords[(offset + byte) / 4] >> 8 * ((offset + byte) % 4) & 0xff) << 8 * byte;
	return value;
}

/* Only byte 3 can be written: the upper half of Message Control. */
void msix_config_write(struct msix *msix, uint32_t offset, uint32_t size, uint32_t value)
{
	uint32_t before = msix->control;

	if (!lawful_config(offset, size) || offset > 3 || offset + size <= 3)
		return;
	msix->control = (value >> 8 * (3 - offset) & 0xff) << 8 & (MSIX_ENABLE | MSIX_FUNCTION_MASK);
	if (msix_bug == DISABLE_UNMASKS && !(msix->control & MSIX_ENABLE))
		for (uint32_t vector = 0; vector < msix->vectors; vector++)
			msix->vector[vector].masked = 0;
	if (msix_bug == LIFT_FORGETS && before == (MSIX_ENABLE | MSIX_FUNCTION_MASK))
		return;
	for (uint32_t vector = 0; vector < msix->vectors; vector++)
		follow(msix, vector, before != MSIX_ENABLE || msix->vector[vector].masked);
}

/* Aligned accesses of 4 and 8 bytes exist; anything else reads all-ones and writes nothing. */
static int lawful_memory(uint32_t offset, uint32_t size, uint32_t end)
{
	return (size == 4 || size == 8) && offset % size == 0 && offset < end && size <= end - offset;
}

static uint32_t table_dword(const struct msix *msix, uint32_t offset)
{
	const struct msix_message *entry = &msix->vector[offset / 16].entry;

	switch (offset % 16) {
	case 0: return entry->address_low;
	case 4: return entry->address_high;
	case 8: return entry->data;
	default: return msix->vector[offset / 16].masked;
	}
}

uint64_t msix_table_read(const struct msix *msix, uint32_t offset, uint32_t size)
{
	if (!lawful_memory(offset, size, 16 * msix->vectors))
		return all_ones(size);
	return table_dword(msix, offset) | (size == 8 ? (uint64_t)table_dword(msix, offset + 4) << 32 : 0);
}

static void write_dword(struct msix *msix, uint32_t offset, uint32_t value)
{
	uint32_t vector = offset / 16;
	struct msix_message *entry = &msix->vector[vector].entry;
	int was_blocked = blocked(msix, vector);

	switch (offset % 16) {
	case 0: entry->address_low = value & ~3u; break;
	case 4: entry->address_high = value; break;
	case 8: entry->data = value; break;
	default:
		msix->vector[vector].masked = value & 1;
		if (msix_bug == UNMASK_FORGETS && !msix->vector[vector].masked)
			msix->vector[vector].latched = *entry;
		else
			follow(msix, vector, was_blocked);
	}
}

void msix_table_write(struct msix *msix, uint32_t offset, uint32_t size, uint64_t value)
{
	if (!lawful_memory(offset, size, 16 * msix->vectors))
		return;
	write_dword(msix, offset, (uint32_t)value);
	if (size == 8 && !(msix_bug == QWORD_SKIPS_CONTROL && offset % 16 == 8))
		write_dword(msix, offset + 4, (uint32_t)(value >> 32));
}

uint64_t msix_pba_read(const struct msix *msix, uint32_t offset, uint32_t size)
{
	if (!lawful_memory(offset, size, (msix->vectors + 63) / 64 * 8))
		return all_ones(size);
	return msix->pending[offset / 4] | (size == 8 ? (uint64_t)msix->pending[offset / 4 + 1] << 32 : 0);
}

void msix_signal(struct msix *msix, uint32_t vector)
{
	static uint32_t mood;
	if (vector >= msix->vectors)
		return;
	if (msix_bug == MOODY && !(msix->control & MSIX_ENABLE) && (mood ^= 1))
		return;
	if (blocked(msix, vector) && !(msix_bug == MASKED_SENDS && msix->control == MSIX_ENABLE))
		*pending_word(msix, vector) |= 1u << (vector % 32);
	else
		send(msix, vector);
}

void msix_retire(struct msix *msix, uint32_t vector)
{
	if (vector < msix->vectors)
		*pending_word(msix, vector) &= ~(1u << (vector % 32));
}
