/* Runs maskbit's test vectors in process: cc -I kit -o consume consume.c kit/msix.c && ./consume function-1.dut [NAME OF A BUG] */
#include "msix.h" /* yours comes here */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct msix msix;
static char sent[1 << 16], got[1 << 20], line[1 << 20], name[1 << 16];

void msix_send(uint32_t low, uint32_t high, uint32_t data)
{
	sprintf(sent + strlen(sent), " 0x%" PRIx64 ":0x%" PRIx32, (uint64_t)high << 32 | low, data);
}

static void answer(const char *request)
{
	char verb[16], *out = got + strlen(got);
	uint64_t a = 0, b = 0, c = 0; /* offset or vector, size, value */
	sscanf(request, "%15s %" SCNx64 " %" SCNx64 " %" SCNx64, verb, &a, &b, &c);
	out += sprintf(out, out == got ? "ok" : "|ok");
	if (!strcmp(verb, "config-read")) sprintf(out, " 0x%" PRIx32, msix_config_read(&msix, a, b));
	else if (!strcmp(verb, "table-read")) sprintf(out, " 0x%" PRIx64, msix_table_read(&msix, a, b));
	else if (!strcmp(verb, "pba-read")) sprintf(out, " 0x%" PRIx64, msix_pba_read(&msix, a, b));
	else if (!strcmp(verb, "config-write")) msix_config_write(&msix, a, b, c);
	else if (!strcmp(verb, "table-write")) msix_table_write(&msix, a, b, c);
	else if (!strcmp(verb, "signal")) msix_signal(&msix, a);
	else if (!strcmp(verb, "retire")) msix_retire(&msix, a);
	else if (!strcmp(verb, "reset")) msix_reset(&msix);
	else if (!strcmp(verb, "messages")) strcpy(out, sent), sent[0] = 0;
}

int main(int argc, char **argv)
{
	FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
	unsigned vectors = 1, passed = 0, failed = 0, told = -1u, left[64], possible[64]; /* what the device may have chosen, 4 bits each */
	memset(possible, 0xff, sizeof possible);
	while (argc > 2 && msix_bugs[msix_bug] && strcmp(msix_bugs[msix_bug], argv[2])) msix_bug++; /* yours has none */
	if (!msix_bugs[msix_bug]) return fprintf(stderr, "Got the bug %s; expected one of msix_bugs.\n", argv[2]), 2;
	if (!file || !fgets(line, sizeof line, file) || sscanf(line, "maskbit-vectors/1 vectors=%x", &vectors) != 1)
		return fprintf(stderr, "Got %s; expected a file that begins with maskbit-vectors/1.\n", argc > 1 ? argv[1] : "no file"), 2;
	for (unsigned agrees = 0; fgets(line, sizeof line, file);) {
		line[strcspn(line, "\n")] = 0;
		sscanf(line, "# %u tests", &told); /* its last line */
		if (!strncmp(line, "test ", 5)) agrees = got[0] = sent[0] = 0, strcpy(name, line), msix_init(&msix, vectors);
		else if (line[0] == '>') answer(line + 2);
		else if (line[0] == '=' && !strcmp(strchr(line + 2, ' ') + 1, got))
			for (int i = 4; line[i] != ' '; i++) agrees |= left[i] = possible[i] & (line[i] < 'a' ? line[i] - '0' : line[i] - 'a' + 10);
		else if (!strcmp(line, "end") && agrees) memcpy(possible, left, sizeof left), passed++;
		else if (!strcmp(line, "end") && failed++ < 3) printf("fails: %s\n", name);
	}
	if (told != passed + failed) printf("the file is cut\n");
	return printf("%u passed, %u failed\n", passed, failed), failed || !passed || told != passed;
}
