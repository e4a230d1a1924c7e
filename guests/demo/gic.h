// GICv2 (ARM IHI 0048B): distributor and CPU interface.
#ifndef GIC_H
#define GIC_H

#include <stdbool.h>
#include <stdint.h>

#define GIC_INTERRUPTS 1020

/** Distributor on, everything masked; then the calling core's interface. */
void gic_start(uint32_t distributor, uint32_t cpu_interface);
/** The calling core's CPU interface. */
void gic_start_core(void);
/** Stops signalling interrupts to the calling core. */
void gic_stop_core(void);
/** Routes a level-sensitive interrupt to core 0 and lets it through; INTIDs beyond the distributor are ignored. */
void gic_enable(uint32_t intid);
/** Sends software interrupt 0..15 to the cores in `targets` (bit n: core n). */
void gic_send(uint32_t targets, uint32_t sgi);
/** The pending interrupt (GICC_IAR), and its end. INTIDs from 1020 on mean none. */
uint32_t gic_acknowledge(void);
void gic_end(uint32_t iar);
/** Interrupts that the distributor has (GICD_TYPER). */
uint32_t gic_lines(void);

#endif
