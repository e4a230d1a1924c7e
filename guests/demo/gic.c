#include "gic.h"

#include "arm.h"

enum {
    GICD_CTLR = 0x000,
    GICD_TYPER = 0x004,
    GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180,
    GICD_IPRIORITYR = 0x400,
    GICD_ITARGETSR = 0x800,
    GICD_SGIR = 0xf00,
};
enum { GICC_CTLR = 0x00, GICC_PMR = 0x04, GICC_IAR = 0x0c, GICC_EOIR = 0x10 };
enum { PRIORITY = 0xa0, FIRST_SPI = 32 };

static uint32_t distributor, cpu_interface, lines;

void gic_start(uint32_t d, uint32_t c)
{
    distributor = d;
    cpu_interface = c;
    *reg32(d, GICD_CTLR) = 0;
    lines = 32 * ((*reg32(d, GICD_TYPER) & 0x1f) + 1);
    if (lines > GIC_INTERRUPTS)
        lines = GIC_INTERRUPTS;
    for (uint32_t i = 0; i < lines; i += 32)
        *reg32(d, GICD_ICENABLER + i / 8) = 0xffffffff;
    *reg32(d, GICD_CTLR) = 1;
    gic_start_core();
}

void gic_start_core(void)
{
    *reg32(cpu_interface, GICC_PMR) = 0xff;
    *reg32(cpu_interface, GICC_CTLR) = 1;
}

void gic_stop_core(void)
{
    if (cpu_interface)
        *reg32(cpu_interface, GICC_CTLR) = 0;
}

void gic_enable(uint32_t intid)
{
    if (intid >= lines)
        return;
    *(volatile uint8_t *)(distributor + GICD_IPRIORITYR + intid) = PRIORITY;
    if (intid >= FIRST_SPI)
        *(volatile uint8_t *)(distributor + GICD_ITARGETSR + intid) = 1;
    *reg32(distributor, GICD_ISENABLER + intid / 32 * 4) = 1u << (intid % 32);
}

void gic_send(uint32_t targets, uint32_t sgi)
{
    dsb(); // what the other core is to see comes first
    *reg32(distributor, GICD_SGIR) = targets << 16 | sgi;
}

uint32_t gic_acknowledge(void) { return *reg32(cpu_interface, GICC_IAR); }
void gic_end(uint32_t iar) { *reg32(cpu_interface, GICC_EOIR) = iar; }
uint32_t gic_lines(void) { return lines; }
