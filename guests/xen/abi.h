// Xen's interface on ARM as far as the guests use it (Xen, public/xen.h, arch-arm.h, event_channel.h, grant_table.h,
// memory.h, hvm/hvm_op.h, hvm/params.h, io/console.h, io/xs_wire.h, sysctl.h, domctl.h).
#ifndef XEN_ABI_H
#define XEN_ABI_H

#include <stdint.h>

#define PAGE_SIZE 4096
#define DOMID_SELF 0x7ff0

enum {
    HYPERVISOR_memory_op = 12,
    HYPERVISOR_xen_version = 17,
    HYPERVISOR_console_io = 18,
    HYPERVISOR_grant_table_op = 20,
    HYPERVISOR_sched_op = 29,
    HYPERVISOR_event_channel_op = 32,
    HYPERVISOR_hvm_op = 34,
    HYPERVISOR_sysctl = 35,
};

enum { XENVER_version = 0, XENVER_extraversion = 1 };
enum { CONSOLEIO_write = 0, CONSOLEIO_read = 1 };
enum { SCHEDOP_shutdown = 2 };
enum { SHUTDOWN_poweroff = 0, SHUTDOWN_reboot = 1, SHUTDOWN_crash = 3 };

enum { XENMEM_add_to_physmap = 7 };
enum { XENMAPSPACE_shared_info = 0, XENMAPSPACE_grant_table = 1 };
struct xen_add_to_physmap {
    uint16_t domid, size;
    uint32_t space;
    uint64_t idx, gpfn;
};

enum { HVMOP_set_param = 0, HVMOP_get_param = 1 };
enum {
    HVM_PARAM_STORE_PFN = 1,
    HVM_PARAM_STORE_EVTCHN = 2,
    HVM_PARAM_CONSOLE_PFN = 17,
    HVM_PARAM_CONSOLE_EVTCHN = 18,
};
struct xen_hvm_param {
    uint16_t domid, pad;
    uint32_t index;
    uint64_t value;
};

enum { VIRQ_CONSOLE = 2 };
enum {
    EVTCHNOP_bind_interdomain = 0,
    EVTCHNOP_bind_virq = 1,
    EVTCHNOP_close = 3,
    EVTCHNOP_send = 4,
    EVTCHNOP_alloc_unbound = 6,
};
struct evtchn_bind_interdomain {
    uint16_t remote_dom;
    uint32_t remote_port, local_port;
};
struct evtchn_bind_virq {
    uint32_t virq, vcpu, port;
};
struct evtchn_alloc_unbound {
    uint16_t dom, remote_dom;
    uint32_t port;
};

// Longs of the shared page have 64 bits on ARM; words of 32 are the same in little-endian order.
struct vcpu_info {
    uint8_t upcall_pending, upcall_mask, pad[6];
    uint32_t pending_sel[2];
    uint32_t time[8];
};
struct shared_info {
    struct vcpu_info vcpu;
    uint32_t pending[128], mask[128];
};

enum { GNTTABOP_map_grant_ref = 0, GNTTABOP_unmap_grant_ref = 1 };
enum { GTF_permit_access = 1, GTF_reading = 8, GTF_writing = 16 };
enum { GNTMAP_host_map = 2 };
struct grant_entry {
    uint16_t flags, domid;
    uint32_t frame;
};
struct gnttab_map_grant_ref {
    uint64_t host_addr;
    uint32_t flags, ref;
    uint16_t dom;
    int16_t status;
    uint32_t handle;
    uint64_t dev_bus_addr;
};
struct gnttab_unmap_grant_ref {
    uint64_t host_addr, dev_bus_addr;
    uint32_t handle;
    int16_t status;
};

struct xencons_interface {
    char in[1024], out[2048];
    uint32_t in_cons, in_prod, out_cons, out_prod;
};

struct xenstore_domain_interface {
    char req[1024], rsp[1024];
    uint32_t req_cons, req_prod, rsp_cons, rsp_prod;
};
enum {
    XS_DIRECTORY = 1,
    XS_READ = 2,
    XS_WATCH = 4,
    XS_UNWATCH = 5,
    XS_WRITE = 11,
    XS_MKDIR = 12,
    XS_RM = 13,
    XS_SET_PERMS = 14,
    XS_WATCH_EVENT = 15,
    XS_ERROR = 16,
};
enum { XENSTORE_PAYLOAD_MAX = 4096 };
struct xsd_sockmsg {
    uint32_t type, req_id, tx_id, len;
};

enum { XEN_SYSCTL_getdomaininfolist = 6, XEN_SYSCTL_INTERFACE_VERSION = 0x15 };
enum { XEN_DOMINF_dying = 1, XEN_DOMINF_shutdown = 4, XEN_DOMINF_paused = 8, XEN_DOMINF_running = 32 };
struct xen_domctl_getdomaininfo {
    uint16_t domain, pad;
    uint32_t flags;
    uint64_t tot_pages, max_pages, outstanding_pages, shr_pages, paged_pages, shared_info_frame, cpu_time;
    uint32_t nr_online_vcpus, max_vcpu_id, ssidref;
    uint8_t handle[16];
    uint32_t cpupool;
    uint8_t gpaddr_bits, pad2[7];
    uint8_t gic_version, pad3;
    uint16_t tee_type;
    uint32_t nr_spis, clock_frequency;
};
struct xen_sysctl_getdomaininfolist {
    uint32_t cmd, interface_version;
    uint16_t first_domain;
    uint32_t max_domains;
    uint64_t buffer;
    uint32_t num_domains;
    uint8_t rest[104]; // the size of the whole union
};

#endif
