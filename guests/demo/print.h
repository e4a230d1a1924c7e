// Text output on the console.
#ifndef PRINT_H
#define PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Prints to the console; "\n" ends a line. Of printf: %s %c %u %d %x %%, with a width, '-' to pad on the right
 * (%s, %u) and '0' to pad with zeros. All numbers are 32 bits wide.
 */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** The same into a buffer of `size` bytes, cut off where that is full, with a NUL. @returns the buffer */
char *format_text(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** Pads with blanks up to column `column` (from 0), counted from the last "\n". */
void print_to_column(unsigned column);

/** Prints a physical address: eight digits, more only above 4 GiB. */
void print_address(uint64_t address);

/** Prints a number of bytes as KiB or MiB where that is exact. */
void print_size(uint64_t bytes);

/** Quotient and remainder by shift and subtract: there is no libgcc here. */
uint64_t divide(uint64_t dividend, uint32_t divisor, uint32_t *remainder);

/** A duration in counter ticks as seconds, milliseconds or microseconds. */
void print_duration(uint64_t ticks);

bool equal(const char *a, const char *b);
bool starts_with(const char *text, const char *prefix);
size_t length(const char *text);

#endif
