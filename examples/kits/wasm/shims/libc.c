/*
 * What a program did before it came to a state must not be told from its memory, or each history of calls is a state of its own. So free()
 * zeroes what it takes back, malloc() takes the first block that fits, from the start, and what is free at the end is forgotten.
 */
#include "libc.h"
#include <stdint.h>

#ifndef MASKBIT_HEAP_BYTES
#define MASKBIT_HEAP_BYTES (256 * 1024)
#endif

struct block {
	uint32_t bytes; /* with this header; 0 is where the heap ends */
	uint32_t is_used;
};

static _Alignas(16) unsigned char heap[MASKBIT_HEAP_BYTES];

void *memset(void *to, int byte, size_t count)
{
	unsigned char *at = to;

	while (count--)
		*at++ = (unsigned char)byte;
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
	unsigned char *at = to;
	const unsigned char *source = from;

	while (count--)
		*at++ = *source++;
	return to;
}

void *memmove(void *to, const void *from, size_t count)
{
	unsigned char *at = to;
	const unsigned char *source = from;

	if (at <= source)
		return memcpy(to, from, count);
	while (count--)
		at[count] = source[count];
	return to;
}

int memcmp(const void *one, const void *other, size_t count)
{
	const unsigned char *a = one, *b = other;

	for (; count--; a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

static struct block *block_at(size_t offset) { return (struct block *)(void *)(heap + offset); }

void *malloc(size_t size)
{
	uint32_t bytes = (uint32_t)(size + sizeof(struct block) + 15) & ~15u;
	size_t at = 8; /* so that what is handed out is aligned to 16 */

	for (; block_at(at)->bytes; at += block_at(at)->bytes)
		if (!block_at(at)->is_used && block_at(at)->bytes == bytes) {
			block_at(at)->is_used = 1;
			return block_at(at) + 1;
		}
	if (size >= MASKBIT_HEAP_BYTES || at + bytes + sizeof(struct block) > MASKBIT_HEAP_BYTES)
		return NULL;
	*block_at(at) = (struct block){ bytes, 1 };
	return block_at(at) + 1;
}

void free(void *pointer)
{
	struct block *block = (struct block *)pointer - 1;

	if (!pointer)
		return;
	block->is_used = 0;
#ifndef MASKBIT_KEEPS_FREED /* what becomes of it otherwise: a test wants to see */
	size_t end = 8;

	memset(pointer, 0, block->bytes - sizeof *block);
	for (size_t at = 8; block_at(at)->bytes; at += block_at(at)->bytes)
		if (block_at(at)->is_used)
			end = at + block_at(at)->bytes;
	while (block_at(end)->bytes) {
		block = block_at(end);
		end += block->bytes;
		*block = (struct block){ 0, 0 };
	}
#endif
}

void *calloc(size_t count, size_t size)
{
	void *block = malloc(count * size);

	return block ? memset(block, 0, count * size) : NULL;
}

void *realloc(void *before, size_t size)
{
	void *after = malloc(size);
	size_t held;

	if (!before || !after)
		return after;
	held = ((struct block *)before - 1)->bytes - sizeof(struct block);
	memcpy(after, before, held < size ? held : size);
	free(before);
	return after;
}
