#include "hypercall.h"

#include "print.h"

int32_t hvm_get_param(uint32_t index, uint64_t *value)
{
    struct xen_hvm_param param = {.domid = DOMID_SELF, .index = index};
    int32_t error = xen_op(HYPERVISOR_hvm_op, HVMOP_get_param, &param);
    if (!error)
        *value = param.value;
    return error;
}

int32_t hvm_set_param(uint32_t index, uint64_t value)
{
    struct xen_hvm_param param = {.domid = DOMID_SELF, .index = index, .value = value};
    return xen_op(HYPERVISOR_hvm_op, HVMOP_set_param, &param);
}

int32_t map_xen_page(uint32_t space, uint32_t index, volatile void *page)
{
    struct xen_add_to_physmap map = {.domid = DOMID_SELF, .space = space, .idx = index, .gpfn = frame_of(page)};
    return xen_op(HYPERVISOR_memory_op, XENMEM_add_to_physmap, &map);
}

void sched_shutdown(uint32_t reason)
{
    xen_op(HYPERVISOR_sched_op, SCHEDOP_shutdown, &reason);
}

void xen_version(char *to, uint32_t size)
{
    char extra[16] = "";
    uint32_t version = (uint32_t)hypercall(HYPERVISOR_xen_version, XENVER_version, 0, 0);
    xen_op(HYPERVISOR_xen_version, XENVER_extraversion, extra);
    extra[sizeof extra - 1] = 0;
    format_text(to, size, "%u.%u%s", (unsigned)(version >> 16), (unsigned)(version & 0xffff), extra);
}

void psci_cpu_on(uint32_t core, uint32_t entry)
{
    enum { CPU_ON = (int)0x84000003 };
    register uint32_t r0 __asm__("r0") = (uint32_t)CPU_ON;
    register uint32_t r1 __asm__("r1") = core;
    register uint32_t r2 __asm__("r2") = entry;
    register uint32_t r3 __asm__("r3") = 0;
    __asm__ volatile("dsb\n hvc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3) : : "r12", "memory");
}
