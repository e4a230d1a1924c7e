// Lets arm/timer.c of kvm-unit-tests, which is written for AArch64, be compiled for AArch32: the registers of the Generic
// Timer by their CP15 encodings (ARM DDI 0406C B8.2), one exception level, the vectors of that architecture.
#include <libcflat.h>
#include <devicetree.h>
#include <errata.h>
#include <asm/timer.h>
#include <asm/delay.h>
#include <asm/processor.h>
#include <asm/sysreg.h>
#include <asm/gic.h>
#include <asm/io.h>

#define cntfrq_el0 __ACCESS_CP15(c14, 0, c0, 0)
#define cntpct_el0 __ACCESS_CP15_64(0, c14)
#define cntvct_el0 __ACCESS_CP15_64(1, c14)
#define cntp_cval_el0 __ACCESS_CP15_64(2, c14)
#define cntv_cval_el0 __ACCESS_CP15_64(3, c14)
#define cntp_tval_el0 __ACCESS_CP15(c14, 0, c2, 0)
#define cntp_ctl_el0 __ACCESS_CP15(c14, 0, c2, 1)
#define cntv_tval_el0 __ACCESS_CP15(c14, 0, c3, 0)
#define cntv_ctl_el0 __ACCESS_CP15(c14, 0, c3, 1)

#define CurrentEL_EL1 1
#define current_level() CurrentEL_EL1

// The library looks for the interrupts of an `arm,armv8-timer` only.
#undef TIMER_PTIMER_IRQ
#undef TIMER_VTIMER_IRQ
#define TIMER_PTIMER_IRQ 30u
#define TIMER_VTIMER_IRQ 27u

#define install_irq_handler(vector, handler) (install_exception_handler)(EXCPTN_IRQ, handler)
// The physical timer is there: its absence need not be caught.
#define install_exception_handler(vector, ec, handler) ((void)ptimer_unsupported_handler)
#define pc uregs[15]
