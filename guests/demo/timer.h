// The virtual timer of the generic timer: the tick and the clock.
#ifndef TIMER_H
#define TIMER_H

#include <stdbool.h>
#include <stdint.h>

#define TICK_HZ 100

/** Reads the counter frequency, or assumes the board's where firmware left it zero. */
void timer_start(void);
/** The tick on or off. @returns whether it was on */
bool timer_tick(bool on);
bool timer_ticking(void);
/** An interrupt at `at` counter ticks since timer_start, unless the tick is on, which is one as well. */
void timer_wake_at(uint64_t at);
/** That interrupt is not wanted any more. */
void timer_let_sleep(void);
/** The timer's interrupt. */
void timer_interrupt(void);
void timer_stop(void);
/** Counter ticks since timer_start. */
uint64_t timer_now(void);
/** Of the counter, in Hz. */
uint32_t timer_frequency(void);
/** Timer interrupts taken. */
uint32_t timer_ticks(void);
/** Whether CNTFRQ was zero, so that the frequency is the board's nominal one. */
bool timer_frequency_assumed(void);

#endif
