// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * format.c - printf's formats that EL2 uses, into a bounded buffer.
 */
#include "lib/format.h"
#include "lib/string.h"

struct sink {
	char *out;
	size_t bytes, used;
};

static void put(struct sink *sink, char c)
{
	if (sink->used + 1 < sink->bytes)
		sink->out[sink->used] = c;
	sink->used++;
}

static void put_padded(struct sink *sink, const char *text, size_t length, unsigned int width, char pad)
{
	for (; width > length; width--)
		put(sink, pad);
	while (length--)
		put(sink, *text++);
}

static void put_number(struct sink *sink, uint64_t value, unsigned int base, bool negative, unsigned int width,
		       char pad)
{
	char digits[24];
	size_t n = sizeof(digits);

	do {
		digits[--n] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative)
		digits[--n] = '-';
	put_padded(sink, digits + n, sizeof(digits) - n, width, pad);
}

static uint64_t next_integer(va_list *args, unsigned int longs, bool is_signed)
{
	if (longs)
		return va_arg(*args, uint64_t);
	if (is_signed)
		return (uint64_t)(int64_t)va_arg(*args, int);
	return va_arg(*args, unsigned int);
}

struct spec {
	char pad;
	unsigned int width, longs;
};

static const char *parse_spec(const char *p, struct spec *spec)
{
	*spec = (struct spec){ .pad = ' ' };
	if (*p == '0')
		spec->pad = *p++;
	for (; *p >= '0' && *p <= '9'; p++)
		spec->width = spec->width * 10 + (unsigned int)(*p - '0');
	for (; *p == 'l' || *p == 'z'; p++)
		spec->longs++;
	return p;
}

static void put_conversion(struct sink *sink, char conversion, const struct spec *spec, va_list *args)
{
	const char *text;
	int64_t number;

	switch (conversion) {
	case 's':
		text = va_arg(*args, const char *);
		text = text ? text : "(null)";
		put_padded(sink, text, strlen(text), spec->width, ' ');
		break;
	case 'c': put(sink, (char)va_arg(*args, int)); break;
	case 'd':
		number = (int64_t)next_integer(args, spec->longs, true);
		put_number(sink, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 10, number < 0, spec->width,
			   spec->pad);
		break;
	case 'u': put_number(sink, next_integer(args, spec->longs, false), 10, false, spec->width, spec->pad); break;
	case 'p': put_number(sink, (uintptr_t)va_arg(*args, void *), 16, false, 16, '0'); break;
	case 'x': put_number(sink, next_integer(args, spec->longs, false), 16, false, spec->width, spec->pad); break;
	default: put(sink, conversion);
	}
}

size_t format_text(char *out, size_t bytes, const char *format, va_list args)
{
	struct sink sink = { out, bytes, 0 };
	struct spec spec;
	va_list copy;

	va_copy(copy, args);
	for (const char *p = format; *p; p++) {
		if (*p != '%') {
			put(&sink, *p);
			continue;
		}
		p = parse_spec(p + 1, &spec);
		if (!*p)
			break;
		put_conversion(&sink, *p, &spec, &copy);
	}
	va_end(copy);
	if (bytes)
		out[MIN(sink.used, bytes - 1)] = '\0';
	return sink.used;
}

size_t format_args(char *out, size_t bytes, const char *format, ...)
{
	va_list args;
	size_t used;

	va_start(args, format);
	used = format_text(out, bytes, format, args);
	va_end(args);
	return MIN(used, bytes - 1);
}
