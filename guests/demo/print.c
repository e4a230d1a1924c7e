#include "print.h"

#include <stdarg.h>

#include "platform.h"
#include "timer.h"

static unsigned column;
// Where text goes instead of the console, and how much room there is still.
static char *captured;
static size_t room;

static void put(char c)
{
    if (captured) {
        if (room > 1) {
            *captured++ = c;
            room--;
        }
        return;
    }
    column = c == '\n' ? 0 : column + 1;
    platform->write(c);
    if (c == '\n')
        platform->flush();
}

static void put_padded(const char *text, size_t n, unsigned width, bool left, char pad)
{
    if (!left)
        for (size_t i = n; i < width; i++)
            put(pad);
    for (size_t i = 0; i < n; i++)
        put(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?'); // a device tree may hold anything
    if (left)
        for (size_t i = n; i < width; i++)
            put(' ');
}

static void put_number(uint32_t value, unsigned base, bool negative, unsigned width, bool left, char pad)
{
    char digits[12];
    size_t at = sizeof digits;
    do
        digits[--at] = "0123456789abcdef"[value % base];
    while (value /= base);
    if (negative)
        digits[--at] = '-';
    put_padded(digits + at, sizeof digits - at, width, left, pad);
}

static void print_list(const char *format, va_list arguments)
{
    for (; *format; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        bool left = *++format == '-';
        if (left)
            format++;
        char pad = *format == '0' ? '0' : ' ';
        unsigned width = 0;
        for (; *format >= '0' && *format <= '9'; format++)
            width = width * 10 + (unsigned)(*format - '0');
        if (*format == 's') {
            const char *text = va_arg(arguments, const char *);
            put_padded(text, length(text), width, left, ' ');
        } else if (*format == 'c') {
            put((char)va_arg(arguments, int));
        } else if (*format == 'd') {
            int value = va_arg(arguments, int);
            put_number(value < 0 ? -(uint32_t)value : (uint32_t)value, 10, value < 0, width, left, pad);
        } else if (*format == 'u') {
            put_number(va_arg(arguments, unsigned), 10, false, width, left, pad);
        } else if (*format == 'x') {
            put_number(va_arg(arguments, unsigned), 16, false, width, left, pad);
        } else {
            put(*format);
        }
    }
}

void print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
}

char *format_text(char *to, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    captured = to;
    room = size;
    print_list(format, arguments);
    *captured = 0;
    captured = NULL;
    va_end(arguments);
    return to;
}

void print_to_column(unsigned to)
{
    do
        put(' ');
    while (column < to);
}

void print_address(uint64_t address)
{
    if (address >> 32)
        print("%x", (unsigned)(address >> 32));
    print("%08x", (unsigned)address);
}

void print_size(uint64_t bytes)
{
    uint32_t kib = (uint32_t)(bytes >> 10);
    if ((bytes & 0x3ff) || bytes >> 42)
        print("0x%x%08x bytes", (unsigned)(bytes >> 32), (unsigned)bytes);
    else if (kib & 0x3ff)
        print("%u KiB", (unsigned)kib);
    else
        print("%u MiB", (unsigned)(kib >> 10));
}

uint64_t divide(uint64_t dividend, uint32_t divisor, uint32_t *remainder)
{
    uint64_t quotient = 0, rest = 0;
    for (unsigned bit = 64; bit-- > 0;) {
        rest = rest << 1 | (dividend >> 63);
        dividend <<= 1;
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    *remainder = (uint32_t)rest;
    return quotient;
}

void print_duration(uint64_t ticks)
{
    uint32_t rest;
    uint64_t seconds = divide(ticks, timer_frequency(), &rest);
    uint32_t microseconds = (uint32_t)divide((uint64_t)rest * 1000000, timer_frequency(), &rest);
    if (seconds)
        print("%u.%03u s", (unsigned)seconds, (unsigned)(microseconds / 1000));
    else if (microseconds >= 1000)
        print("%u.%03u ms", (unsigned)(microseconds / 1000), (unsigned)(microseconds % 1000));
    else
        print("%u us", (unsigned)microseconds);
}

bool equal(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

bool starts_with(const char *text, const char *prefix)
{
    while (*prefix)
        if (*text++ != *prefix++)
            return false;
    return true;
}

size_t length(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}
