// Dom0 on Xen; without one the same shell on the board.
#include "board.h"
#include "dom0.h"

const struct platform *platform_choose(void)
{
    return board.hypervisor == FDT_NONE ? &native_platform : &dom0_platform;
}
