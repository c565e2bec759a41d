/*
 * The C starter kit, put to the work of `contenders.ts`: `kit OPERATION VECTORS COUNT` does COUNT operations and prints the nanoseconds
 * they took and their checksum. Built from examples/kits/c/msix.c by `cc -O2`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "msix.h"

static struct msix msix;
static uint32_t sum;

void msix_send(uint32_t address_low, uint32_t address_high, uint32_t data)
{
	sum += address_low ^ address_high ^ data;
}

static uint32_t toggle_pairs(uint32_t count)
{
	uint32_t set = 0;

	for (uint32_t index = 0; index < count; index++) {
		uint32_t offset = index % msix.vectors * 16 + 12;

		msix_table_write(&msix, offset, 4, index / msix.vectors & 1);
		set += (uint32_t)msix_table_read(&msix, offset, 4);
	}
	return set;
}

static uint32_t signal_unmasked(uint32_t count)
{
	sum = 0;
	for (uint32_t index = 0; index < count; index++)
		msix_signal(&msix, index % msix.vectors);
	return sum;
}

static uint32_t signal_masked(uint32_t count)
{
	for (uint32_t index = 0; index < count; index++)
		msix_signal(&msix, index % msix.vectors);
	return (uint32_t)msix_pba_read(&msix, 0, 4);
}

static uint32_t signal_retire(uint32_t count)
{
	for (uint32_t index = 0; index < count; index++) {
		msix_signal(&msix, index % msix.vectors);
		msix_retire(&msix, index % msix.vectors);
	}
	return (uint32_t)msix_pba_read(&msix, 0, 4);
}

static const struct {
	const char *name;
	uint32_t (*run)(uint32_t count);
	uint32_t masked;
} operations[] = {
	{ "togglePairs", toggle_pairs, 1 },
	{ "signalUnmasked", signal_unmasked, 0 },
	{ "signalMasked", signal_masked, 1 },
	{ "signalRetire", signal_retire, 1 },
};

int main(int argc, char **argv)
{
	for (size_t each = 0; argc == 4 && each < sizeof operations / sizeof *operations; each++) {
		uint32_t count = (uint32_t)atoi(argv[3]), checksum;
		struct timespec start, end;

		if (strcmp(operations[each].name, argv[1]))
			continue;
		msix_init(&msix, (uint32_t)atoi(argv[2]));
		msix_config_write(&msix, 2, 2, MSIX_ENABLE);
		for (uint32_t vector = 0; vector < msix.vectors; vector++) {
			msix_table_write(&msix, vector * 16, 8, 0xfee01004);
			msix_table_write(&msix, vector * 16 + 8, 8, (uint64_t)operations[each].masked << 32 | (0x4021 + vector));
		}
		operations[each].run(count); /* once before, as the others had rounds to warm up */
		clock_gettime(CLOCK_MONOTONIC, &start);
		checksum = operations[each].run(count);
		clock_gettime(CLOCK_MONOTONIC, &end);
		printf("%lld %d\n", (end.tv_sec - start.tv_sec) * 1000000000ll + end.tv_nsec - start.tv_nsec, (int32_t)checksum);
		return 0;
	}
	fputs("Expected an operation, a number of vectors, and a count.\n", stderr);
	return 2;
}
