/*
 * Runs maskbit's test vectors (JSON) against the starter kit in C, in process.
 *
 *   cc -o consume consume.c ../../kits/c/msix.c -lcjson    # Debian: libcjson-dev
 *   ./consume ../../../vectors/function-1.json [NAME OF A BUG]
 */
#include "../../kits/c/msix.h"
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct msix msix;
static char sent[4096];

void msix_send(uint32_t low, uint32_t high, uint32_t data)
{
	sprintf(sent + strlen(sent), " 0x%" PRIx64 ":0x%" PRIx32, (uint64_t)high << 32 | low, data);
}

static void answer(const char *request, char *out)
{
	char verb[16];
	uint64_t a = 0, b = 0, c = 0;
	sscanf(request, "%15s %" SCNx64 " %" SCNx64 " %" SCNx64, verb, &a, &b, &c);
	strcpy(out, "ok");
	if (!strcmp(verb, "config-read")) sprintf(out, "ok 0x%" PRIx32, msix_config_read(&msix, a, b));
	else if (!strcmp(verb, "table-read")) sprintf(out, "ok 0x%" PRIx64, msix_table_read(&msix, a, b));
	else if (!strcmp(verb, "pba-read")) sprintf(out, "ok 0x%" PRIx64, msix_pba_read(&msix, a, b));
	else if (!strcmp(verb, "config-write")) msix_config_write(&msix, a, b, c);
	else if (!strcmp(verb, "table-write")) msix_table_write(&msix, a, b, c);
	else if (!strcmp(verb, "signal")) msix_signal(&msix, a);
	else if (!strcmp(verb, "retire")) msix_retire(&msix, a);
	else if (!strcmp(verb, "reset")) msix_reset(&msix);
	else if (!strcmp(verb, "messages")) sprintf(out, "ok%s", sent), sent[0] = '\0';
}

/* The set of profiles that are still possible, four to a digit, as in the file; all of them at first. */
static char possible[64] = "";

static int narrow(const char *mask, char *left)
{
	size_t have = strlen(possible), given = strlen(mask += 2);
	int any = 0;
	for (size_t i = 0; i < have; i++) { /* from the lowest digit */
		char p[2] = { possible[have - 1 - i], 0 }, m[2] = { i < given ? mask[given - 1 - i] : '0', 0 };
		char l[2] = { left[have - 1 - i], 0 };
		int bits = (strtol(p, 0, 16) & strtol(m, 0, 16)) | strtol(l, 0, 16);
		left[have - 1 - i] = "0123456789abcdef"[bits];
		any |= bits;
	}
	return any != 0;
}

int main(int argc, char **argv)
{
	FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
	static char text[1 << 24];
	cJSON *suite = file && fread(text, 1, sizeof text - 1, file) ? cJSON_Parse(text) : NULL, *test;
	int passed = 0, failed = 0;
	while (argc > 2 && msix_bugs[msix_bug] && strcmp(msix_bugs[msix_bug], argv[2])) msix_bug++;
	if (!suite || !msix_bugs[msix_bug]) return fprintf(stderr, "usage: consume VECTORS.json [BUG]\n"), 2;
	memset(possible, 'f', (cJSON_GetArraySize(cJSON_GetObjectItem(suite, "profiles")) + 3) / 4);
	cJSON_ArrayForEach(test, cJSON_GetObjectItem(suite, "tests")) {
		cJSON *requests = cJSON_GetObjectItem(test, "requests"), *permitted;
		int count = cJSON_GetArraySize(requests), agrees = 0;
		char(*got)[8192] = malloc(count * sizeof *got), left[64] = "";
		memset(left, '0', strlen(possible));
		msix_init(&msix, cJSON_GetObjectItem(suite, "vectors")->valueint);
		for (int i = 0; i < count; i++) answer(cJSON_GetArrayItem(requests, i)->valuestring, got[i]);
		cJSON_ArrayForEach(permitted, cJSON_GetObjectItem(test, "permitted")) {
			cJSON *answers = cJSON_GetObjectItem(permitted, "answers");
			int same = 1;
			for (int i = 0; i < count && same; i++) same = !strcmp(got[i], cJSON_GetArrayItem(answers, i)->valuestring);
			if (same) agrees = narrow(cJSON_GetObjectItem(permitted, "profiles")->valuestring, left);
		}
		if (agrees) strcpy(possible, left), passed++;
		else if (failed++ < 3) printf("fails: %s\n", cJSON_GetObjectItem(test, "name")->valuestring);
		free(got);
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0;
}
