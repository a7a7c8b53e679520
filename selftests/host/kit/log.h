/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that the kernel has said. Link with --wrap=log_line: otherwise there is
 * the last line only, see machine.h.
 */
#ifndef _LOG_H
#define _LOG_H

/* Lines that are kept; a test that goes on for long sets it to zero */
extern unsigned int log_lines;
/* Somebody else does something just when the kernel has come to say so */
extern void (*on_log)(const char *text);

/** log_count - how many of them have @text in them? */
unsigned int log_count(const char *text);

/** expect_log - so many must have it */
void expect_log(const char *text, unsigned int times);

#endif
