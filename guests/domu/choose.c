// A domain of Xen; without one the same shell on the board.
#include "board.h"
#include "domu.h"

const struct platform *platform_choose(void)
{
    return board.hypervisor == FDT_NONE ? &native_platform : &domu_platform;
}
