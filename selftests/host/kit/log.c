// SPDX-License-Identifier: GPL-2.0
/* The log, in place of machine.c's */
#include <stdarg.h>

#include <linux/kernel.h>

#include "log.h"

unsigned int log_lines;
void (*on_log)(const char *text);

static char log_text[1000][200];

void __wrap_log_line(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

void __wrap_log_line(const char *format, ...)
{
	char *text = log_text[log_lines];
	va_list args;

	if (log_lines == ARRAY_SIZE(log_text))
		failed("the log is full");
	log_lines++;
	va_start(args, format);
	vsnprintf(text, sizeof(log_text[0]), format, args);
	va_end(args);
	if (on_log)
		on_log(text);
}

unsigned int log_count(const char *text)
{
	unsigned int i, n = 0;

	for (i = 0; i < log_lines; i++)
		n += strstr(log_text[i], text) != NULL;
	return n;
}

void expect_log(const char *text, unsigned int times)
{
	if (log_count(text) != times)
		failed("said %u times, not %u: %s", log_count(text), times,
		       text);
}
