/* As much of a C library as devices call: memory functions, and an allocator that leaves no trace of what was freed. Link libc.c. */
#ifndef MASKBIT_LIBC_H
#define MASKBIT_LIBC_H

#include <stddef.h>

void *memset(void *to, int byte, size_t count);
void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
int memcmp(const void *one, const void *other, size_t count);
size_t strlen(const char *text);
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);

#endif
