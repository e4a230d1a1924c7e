// Identity map in the short-descriptor format (ARM ARM DDI 0406C, B3.5).
#ifndef MMU_H
#define MMU_H

#include <stdint.h>

/** Builds the tables: RAM cached, device windows strongly ordered, all else unmapped. */
void mmu_build(void);
/** Maps the section around an address that has memory though no node says so. Also when the MMU is on. */
void mmu_map_memory(uint32_t address);
/** A window of 1 MiB of device memory at an address that nothing else has. */
void mmu_map_window(uint32_t address, uint32_t physical);
/** MMU and caches on, on the calling core. */
void mmu_enable(void);

#endif
