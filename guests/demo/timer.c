#include "timer.h"

#include "arm.h"

enum { CTL_ENABLE = 1 };
enum { NOMINAL_HZ = 24000000 };

static uint64_t started, deadline;
static uint32_t frequency, period;
static volatile uint32_t ticks;
static bool assumed;

void timer_start(void)
{
    frequency = read_cntfrq();
    assumed = frequency == 0;
    if (assumed)
        frequency = NOMINAL_HZ;
    period = frequency / TICK_HZ;
    started = read_cntvct();
    deadline = started + period;
    write_cntv_cval(deadline);
    write_cntv_ctl(CTL_ENABLE);
    isb();
}

void timer_interrupt(void)
{
    ticks++;
    deadline += period;
    if (deadline <= read_cntvct()) // we were held up (a debugger, a busy host): no burst to catch up
        deadline = read_cntvct() + period;
    write_cntv_cval(deadline);
}

void timer_stop(void) { write_cntv_ctl(0); }
uint64_t timer_now(void) { return read_cntvct() - started; }
uint32_t timer_frequency(void) { return frequency; }
uint32_t timer_ticks(void) { return ticks; }
bool timer_frequency_assumed(void) { return assumed; }
