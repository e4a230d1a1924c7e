#include "timer.h"

#include "arm.h"

enum { CTL_ENABLE = 1 };
enum { NOMINAL_HZ = 24000000 };

static uint64_t started, deadline;
static uint32_t frequency, period;
static volatile uint32_t ticks;
static bool assumed, ticking;

void timer_start(void)
{
    frequency = read_cntfrq();
    assumed = frequency == 0;
    if (assumed)
        frequency = NOMINAL_HZ;
    period = frequency / TICK_HZ;
    started = read_cntvct();
}

static void arm(uint64_t at)
{
    deadline = at;
    write_cntv_cval(at);
    write_cntv_ctl(CTL_ENABLE); // a hypervisor masks it when it fires
    isb();
}

bool timer_tick(bool on)
{
    bool before = ticking;
    ticking = on;
    if (on && !before)
        arm(read_cntvct() + period);
    else if (!on)
        timer_stop();
    return before;
}

bool timer_ticking(void) { return ticking; }

void timer_wake_at(uint64_t at)
{
    if (!ticking)
        arm(started + at);
}

void timer_let_sleep(void)
{
    if (!ticking)
        timer_stop();
}

void timer_interrupt(void)
{
    if (!ticking) { // it woke somebody up
        timer_stop();
        return;
    }
    ticks++;
    uint64_t next = deadline + period, now = read_cntvct();
    arm(next > now ? next : now + period); // no burst to catch up after a debugger or a busy host held us up
}

void timer_stop(void) { write_cntv_ctl(0); }
uint64_t timer_now(void) { return read_cntvct() - started; }
uint32_t timer_frequency(void) { return frequency; }
uint32_t timer_ticks(void) { return ticks; }
bool timer_frequency_assumed(void) { return assumed; }
