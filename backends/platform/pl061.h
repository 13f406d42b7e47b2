/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pl061.h - eight GPIO lines (Arm DDI 0190). Line 3 is the power button.
 */
#ifndef PLATFORM_PL061_H
#define PLATFORM_PL061_H

#include <stdbool.h>
#include <stdint.h>

#define PL061_POWER_LINE 3u

/* All state, in the state file. One bit a line. */
struct pl061 {
	uint8_t data, direction;           /* outputs as written; 1 = output */
	uint8_t level, both, high, enable; /* IS, IBE, IEV, IE */
	uint8_t edges;                     /* seen and not yet cleared */
	uint8_t select;                    /* AFSEL */
	uint8_t input;                     /* levels from outside */
	uint8_t reserved[7];
};

uint32_t pl061_read(const struct pl061 *gpio, uint64_t offset);
void pl061_write(struct pl061 *gpio, uint64_t offset, uint32_t value);
/** pl061_set_input() - set the level of a line from outside. */
void pl061_set_input(struct pl061 *gpio, unsigned int line, bool high);
/** pl061_interrupt() - the level of its interrupt output. */
bool pl061_interrupt(const struct pl061 *gpio);

#endif
