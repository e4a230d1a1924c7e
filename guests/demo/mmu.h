// Identity map in the short-descriptor format (ARM ARM DDI 0406C, B3.5).
#ifndef MMU_H
#define MMU_H

/** Builds the tables: RAM cached, device windows strongly ordered, all else unmapped. */
void mmu_build(void);
/** MMU and caches on, on the calling core. */
void mmu_enable(void);

#endif
