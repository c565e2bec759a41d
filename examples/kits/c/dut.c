/*
 * The device behind maskbit's text protocol: a request a line on standard input, an answer a line on standard output.
 *
 *   cc -O2 -o dut dut.c msix.c && maskbit conform -- ./dut
 *   maskbit conform -- ./dut --bug unmask-forgets
 */
#include "msix.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGES_MAX 8192

static struct msix msix;
static struct msix_message messages[MESSAGES_MAX];
static size_t message_count;

void msix_send(uint32_t address_low, uint32_t address_high, uint32_t data)
{
	if (message_count < MESSAGES_MAX)
		messages[message_count++] = (struct msix_message){ address_low, address_high, data };
}

static void answer_messages(void)
{
	fputs("ok", stdout);
	for (size_t i = 0; i < message_count; i++)
		printf(" 0x%" PRIx64 ":0x%" PRIx32, (uint64_t)messages[i].address_high << 32 | messages[i].address_low, messages[i].data);
	putchar('\n');
	message_count = 0;
}

/* Numbers are hexadecimal with 0x. Returns how many follow the verb. */
static int numbers(char *line, uint64_t out[3])
{
	int count = 0;
	for (char *word = strtok(line, " "); word && count < 3; word = strtok(NULL, " "))
		out[count++] = strtoull(word, NULL, 16);
	return count;
}

static void answer(char *line)
{
	uint64_t n[3] = { 0, 0, 0 };
	char *rest = line + strcspn(line, " ");
	int is_alone = *rest == '\0';
	if (!is_alone)
		*rest++ = '\0';
	int count = is_alone ? 0 : numbers(rest, n);

	if (!strcmp(line, "hello"))
		printf("ok maskbit-dut/1 name=c-kit vectors=0x%" PRIx32 " lacks=save\n", msix.vectors);
	else if (!strcmp(line, "reset"))
		msix_reset(&msix), puts("ok");
	else if (!strcmp(line, "messages"))
		answer_messages();
	else if (!strcmp(line, "config-read") && count == 2)
		printf("ok 0x%" PRIx32 "\n", msix_config_read(&msix, n[0], n[1]));
	else if (!strcmp(line, "table-read") && count == 2)
		printf("ok 0x%" PRIx64 "\n", msix_table_read(&msix, n[0], n[1]));
	else if (!strcmp(line, "pba-read") && count == 2)
		printf("ok 0x%" PRIx64 "\n", msix_pba_read(&msix, n[0], n[1]));
	else if (!strcmp(line, "config-write") && count == 3)
		msix_config_write(&msix, n[0], n[1], n[2]), puts("ok");
	else if (!strcmp(line, "table-write") && count == 3)
		msix_table_write(&msix, n[0], n[1], n[2]), puts("ok");
	else if (!strcmp(line, "pba-write") && count == 3)
		puts("ok"); /* read-only */
	else if (!strcmp(line, "signal") && count == 1)
		msix_signal(&msix, n[0]), puts("ok");
	else if (!strcmp(line, "retire") && count == 1)
		msix_retire(&msix, n[0]), puts("ok");
	else
		puts("unsupported");
}

int main(int argc, char **argv)
{
	static char block[1 << 16];
	size_t held = 0;
	ssize_t got;
	uint32_t vectors = 4;

	for (int i = 1; i < argc; i += 2) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		int is_right = 0;
		if (!strcmp(argv[i], "--vectors"))
			is_right = (vectors = strtoul(value, NULL, 0)) >= 1 && vectors <= MSIX_VECTORS_MAX;
		else if (!strcmp(argv[i], "--bug")) {
			for (msix_bug = 0; msix_bugs[msix_bug] && strcmp(msix_bugs[msix_bug], value);)
				msix_bug++;
			is_right = msix_bugs[msix_bug] != NULL;
		}
		if (!is_right) {
			fprintf(stderr, "Got %s %s; expected [--vectors 1..2048] [--bug NAME], of these bugs:", argv[i], value);
			for (int bug = 0; msix_bugs[bug]; bug++)
				fprintf(stderr, " %s", msix_bugs[bug]);
			fprintf(stderr, "\n");
			return 2;
		}
	}
	msix_init(&msix, vectors);
	/* Requests come in blocks, many at a time; their answers leave before the next block is waited for. */
	while ((got = read(STDIN_FILENO, block + held, sizeof block - 1 - held)) > 0) {
		char *line = block, *end;
		block[held += got] = '\0';
		for (; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			answer(line);
		}
		held = strlen(line);
		memmove(block, line, held);
		fflush(stdout);
	}
	return 0;
}
