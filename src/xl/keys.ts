// The keys of a domain's configuration as one table (Xen, docs/man/xl.cfg.5, tools/xl/xl_parse.c): checks, hover,
// completion and docs/xl-cfg.md are made of it. Of a key that is not here xl says nothing, so that a slip of the pen has no
// effect and no message.

export type XlType =
  | 'text'
  | 'number'
  | 'boolean'
  | 'list of texts'
  | 'list of numbers'
  | 'list of lists'
  | 'text or list of texts'
  | 'boolean or text'
  | 'boolean or list of texts';

/** The language that the texts of a list are written in. */
export type XlItem =
  | 'disk' | 'vif' | 'cpus' | 'iomem' | 'irq' | 'ioport' | 'vtpm' | 'p9' | 'pvcalls' | 'channel' | 'vkb' | 'vdispl' | 'vsnd'
  | 'usbctrl' | 'usbdev' | 'pci' | 'vfb' | 'dtdev'; // prettier-ignore

export interface XlKey {
  readonly type: XlType;
  /** What the key is for; of keys for emulated PCs there is but one group. */
  readonly group: string;
  /** In words, where xl or libxl takes one by itself. */
  readonly default?: string;
  /** All that there are. */
  readonly values?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  /** What can stand there, in words. */
  readonly allowed?: string;
  readonly item?: XlItem;
  /** It is the path of a file of dom0. */
  readonly file?: true;
  /** Guests on ARM: the key is for them alone, or means nothing to them. */
  readonly arm?: 'only' | 'none';
  /** Why it means nothing on ARM. */
  readonly why?: string;
  /** It is newer than Xen 4.17, which passes over it without a word. */
  readonly newer?: true;
  /** It is old: this does the same. */
  readonly replacedBy?: string;
  readonly docs: string;
}

type Row = Omit<XlKey, 'group'> & { readonly group?: string };

/** What can follow the end of a domain. */
const ACTIONS = [
  'destroy',
  'restart',
  'rename-restart',
  'preserve',
  'coredump-destroy',
  'coredump-restart',
  'soft-reset',
] as const;

// prettier-ignore
const KEYS: Readonly<Record<string, Row>> = {
  name: { type: 'text', group: 'identity', docs: 'Name of the domain. The one key that xl insists on.' },
  type: { type: 'text', group: 'identity', default: '"pvh" on ARM ("pv" on x86)', values: ['pvh', 'pv', 'hvm'], docs: 'Kind of guest. On ARM there is one, `pvh`; leave the key out. xl compares only as many letters as are written.' },
  builder: { type: 'text', group: 'identity', values: ['generic', 'hvm'], replacedBy: 'type', docs: 'Old spelling of `type`. One that says something else than `type` is an error.' },
  uuid: { type: 'text', group: 'identity', default: 'fresh random UUID', allowed: '8-4-4-4-12 hexadecimal digits', docs: 'Identifier of the guest.' },
  seclabel: { type: 'text', group: 'identity', default: 'policy default', allowed: 'XSM label user:role:type', docs: 'Security label of the running guest.' },
  init_seclabel: { type: 'text', group: 'identity', default: 'seclabel', allowed: 'XSM label', docs: 'Security label used only while the guest is being built.' },
  pool: { type: 'text', group: 'cpu', default: 'Pool-0', allowed: 'name of an existing CPU pool', docs: 'CPU pool the guest runs in.' },
  vcpus: { type: 'number', group: 'cpu', default: '1', least: 1, most: 128, allowed: '1..128 (GUEST_MAX_VCPUS; GICv2 guests 8)', docs: 'Virtual CPUs that run from the start.' },
  maxvcpus: { type: 'number', group: 'cpu', default: 'vcpus', least: 1, most: 128, allowed: '>= vcpus', docs: 'Virtual CPUs that the guest can have; those beyond `vcpus` are off at first.' },
  cpus: { type: 'text or list of texts', group: 'cpu', default: 'no pinning', item: 'cpus', docs: 'Host CPUs the vCPUs may run on (hard affinity).' },
  cpus_soft: { type: 'text or list of texts', group: 'cpu', default: 'none', item: 'cpus', docs: 'Host CPUs the vCPUs prefer (soft affinity).' },
  cpu_weight: { type: 'number', group: 'scheduling', default: '256', least: 1, most: 65535, allowed: '1..65535', docs: 'Share of CPU time against other guests (credit, credit2).' },
  cap: { type: 'number', group: 'scheduling', default: '0', least: 0, allowed: '0 = no cap, else percent of one host CPU (may exceed 100)', docs: 'Upper limit of CPU time.' },
  period: { type: 'number', group: 'scheduling', default: 'scheduler default', least: 0, allowed: 'microseconds', docs: 'Period of the real-time scheduler (RTDS), in microseconds.' },
  slice: { type: 'number', group: 'scheduling', default: 'scheduler default', least: 0, allowed: 'microseconds', docs: 'Time slice of a scheduler that is gone (SEDF); nothing reads it.' },
  latency: { type: 'number', group: 'scheduling', default: 'scheduler default', least: 0, docs: 'Latency of a scheduler that is gone (SEDF); nothing reads it.' },
  extratime: { type: 'number', group: 'scheduling', default: 'scheduler default', allowed: '0 | 1', docs: 'Lets the guest use spare time (RTDS).' },
  memory: { type: 'number', group: 'memory', default: 'libxl default 32 MiB ... always set it', least: 1, allowed: 'MiB, > 0', docs: 'RAM at the start, in MiB. Without it libxl takes its own small default.' },
  maxmem: { type: 'number', group: 'memory', default: 'memory', least: 1, allowed: 'MiB, >= memory', docs: 'What the RAM may grow to, in MiB. More than `memory`: the guest starts with a balloon that it gives back.' },
  shadow_memory: { type: 'number', group: 'memory', default: '1 MiB per vCPU + 4 KiB per MiB of RAM + 512 KiB on ARM', least: 0, allowed: 'MiB', docs: 'On ARM the size of the stage-2 (P2M) page pool.' },
  vnuma: { type: 'list of lists', group: 'memory', default: 'none', arm: 'none', why: 'libxl has no virtual NUMA on ARM', allowed: 'each node: ["pnode=N","size=MB","vcpus=CPUSTRING","vdistances=N,N"], all four needed', docs: 'Virtual NUMA nodes.' },
  llc_colors: { type: 'list of texts', group: 'memory', default: 'Xen default', arm: 'only', newer: true, allowed: 'each item N or N-M, M >= N', docs: 'Last-level-cache colors of the guest (arm64).' },
  kernel: { type: 'text', group: 'boot', file: true, allowed: 'path of an ARM zImage / arm64 Image / uImage / gzip of these', docs: 'Kernel to load: zImage, Image of arm64, uImage, or one of these packed with gzip. On ARM a domain needs it.' },
  ramdisk: { type: 'text', group: 'boot', file: true, allowed: 'path', docs: 'Initial RAM disk.' },
  cmdline: { type: 'text', group: 'boot', allowed: 'text', docs: 'Kernel command line; root and extra are then ignored.' },
  root: { type: 'text', group: 'boot', allowed: 'text', docs: 'Adds root=... to the command line.' },
  extra: { type: 'text', group: 'boot', allowed: 'text', docs: 'More words for the command line.' },
  bootloader: { type: 'text', group: 'boot', allowed: 'program, e.g. pygrub', docs: 'Program that finds kernel and RAM disk inside the guest disk.' },
  bootloader_args: { type: 'text or list of texts', group: 'boot', allowed: 'list; a plain string is split at blanks (deprecated)', docs: 'Arguments for the bootloader.' },
  bootloader_restrict: { type: 'boolean', group: 'boot', default: 'set by xl.conf/environment (off)', newer: true, docs: 'Runs the bootloader with few rights.' },
  bootloader_user: { type: 'text', group: 'boot', newer: true, allowed: 'user name', docs: 'User for bootloader_restrict.' },
  device_tree: { type: 'text', group: 'boot', file: true, arm: 'only', allowed: 'path of a compiled partial DTB', docs: 'Everything under /passthrough and /aliases of it is copied into the guest tree; phandle 65000 is taken.' },
  acpi: { type: 'boolean', group: 'boot', default: '0 on ARM (1 on x86)', docs: 'Gives the guest ACPI tables (arm64).' },
  firmware: { type: 'text', group: 'boot', arm: 'none', why: 'guests on ARM have no firmware that it could name', allowed: 'uefi/ovmf/... (hvm), pvgrub32|64 (pv)', docs: 'Guest firmware; no value works for PVH.' },
  on_poweroff: { type: 'text', group: 'events', default: 'destroy', values: ACTIONS, docs: 'What to do after a power-off.' },
  on_reboot: { type: 'text', group: 'events', default: 'restart', values: ACTIONS, docs: 'What to do after a reboot.' },
  on_watchdog: { type: 'text', group: 'events', default: 'destroy', values: ACTIONS, docs: 'What to do when the Xen watchdog fires.' },
  on_crash: { type: 'text', group: 'events', default: 'destroy', values: ACTIONS, docs: 'What to do after a crash.' },
  on_soft_reset: { type: 'text', group: 'events', default: 'soft-reset', values: ACTIONS, docs: 'What to do after a soft reset (kexec).' },
  max_grant_frames: { type: 'number', group: 'limits', default: 'xl.conf', least: 0, most: 2147483647, allowed: '0..2147483647', docs: 'Limit of grant frames.' },
  max_maptrack_frames: { type: 'number', group: 'limits', default: 'xl.conf', least: 0, most: 2147483647, allowed: '0..2147483647', docs: 'Limit of maptrack frames.' },
  max_grant_version: { type: 'number', group: 'limits', default: 'xl.conf', least: 0, most: 2, allowed: '0 (no grants), 1, 2 (ARM: 1)', docs: 'Highest grant table version.' },
  max_event_channels: { type: 'number', group: 'limits', default: '1023', least: 0, most: 131071, allowed: '<= 131071 (FIFO ABI) or 4095 (2-level ABI on ARM)', docs: 'Limit of event channels.' },
  xenstore_feature_mask: { type: 'number', group: 'limits', default: '0xffffffff', newer: true, allowed: 'bits 0x1 reconnect, 0x2 error, 0x4 watch depth, 0x8 all-domain permission', docs: 'Xenstore features the guest may see.' },
  xenstore_quota: { type: 'list of texts', group: 'limits', default: 'Xenstore default', newer: true, allowed: 'each item quota-name=non-negative integer', docs: 'Xenstore quota of the guest.' },
  nomigrate: { type: 'boolean', group: 'limits', default: '0', docs: 'Turns migration off.' },
  driver_domain: { type: 'boolean', group: 'limits', default: '0', docs: 'Guest may serve devices to other guests.' },
  passthrough: { type: 'text', group: 'passthrough', default: 'default', values: ['default', 'disabled', 'enabled', 'share_pt', 'sync_pt'], docs: 'IOMMU mappings for the guest.' },
  xend_suspend_evtchn_compat: { type: 'boolean', group: 'limits', default: '0', docs: 'Old way of suspending.' },
  vmtrace_buf_kb: { type: 'number', group: 'limits', default: '0', least: 0, arm: 'none', why: 'ARM has nothing that traces', allowed: 'KiB', docs: 'Trace buffer per vCPU.' },
  vpmu: { type: 'boolean', group: 'arm', default: '0', docs: 'Lets the guest use the physical PMU registers (experimental).' },
  disk: { type: 'list of texts', group: 'devices', item: 'disk', docs: 'Block devices: one text for each, TARGET,FORMAT,VDEV,ACCESS or NAME=VALUE.' },
  vif: { type: 'list of texts', group: 'devices', item: 'vif', docs: 'Network interfaces: one text for each, NAME=VALUE; the empty text is an interface with all defaults.' },
  vif2: { type: 'list of texts', group: 'devices', replacedBy: 'vif', docs: 'Network interfaces of an old kind. xl warns and does nothing.' },
  vtpm: { type: 'list of texts', group: 'devices', item: 'vtpm', docs: 'Virtual TPMs.' },
  p9: { type: 'list of texts', group: 'devices', item: 'p9', docs: 'Xen 9pfs shares.' },
  pvcalls: { type: 'list of texts', group: 'devices', item: 'pvcalls', docs: 'PV calls (sockets) connections.' },
  vfb: { type: 'list of texts', group: 'devices', item: 'vfb', docs: 'PV frame buffers.' },
  channel: { type: 'list of texts', group: 'devices', item: 'channel', docs: 'Virtual byte channels.' },
  usbctrl: { type: 'list of texts', group: 'devices', item: 'usbctrl', docs: 'USB controllers.' },
  usbdev: { type: 'list of texts', group: 'devices', item: 'usbdev', docs: 'USB devices of the host.' },
  pci: { type: 'list of texts', group: 'passthrough', item: 'pci', docs: 'PCI devices passed through.' },
  pci_permissive: { type: 'boolean', group: 'passthrough', default: '0', docs: 'Default of permissive for the pci list.' },
  pci_msitranslate: { type: 'boolean', group: 'passthrough', default: '0', docs: 'Default of msitranslate for the pci list.' },
  pci_seize: { type: 'boolean', group: 'passthrough', default: '0', docs: 'Default of seize for the pci list.' },
  pci_power_mgmt: { type: 'boolean', group: 'passthrough', default: '0', docs: 'Default of power_mgmt for the pci list.' },
  dtdev: { type: 'list of texts', group: 'passthrough', item: 'dtdev', arm: 'only', docs: 'Host device tree nodes given to the guest (behind an IOMMU).' },
  irqs: { type: 'list of numbers', group: 'passthrough', item: 'irq', docs: 'Host interrupts given to the guest, mapped 1:1.' },
  iomem: { type: 'list of texts', group: 'passthrough', item: 'iomem', docs: 'Host MMIO pages mapped into the guest; GFN defaults to START.' },
  ioports: { type: 'list of texts', group: 'passthrough', item: 'ioport', arm: 'none', why: 'ARM has no I/O ports', docs: 'I/O ports given to the guest.' },
  vdispl: { type: 'list of texts', group: 'devices', item: 'vdispl', docs: 'PV displays.' },
  vsnd: { type: 'list of lists', group: 'devices', item: 'vsnd', docs: 'PV sound cards.' },
  vkb: { type: 'list of texts', group: 'devices', item: 'vkb', docs: 'PV keyboards and pointers.' },
  virtio: { type: 'list of texts', group: 'devices', arm: 'only', newer: true, allowed: 'keys: backend, type=virtio,device[N hex] or a compatible string, transport=mmio, grant_usage=0|1', docs: 'Virtio devices (virtio-mmio nodes in the guest tree).' },
  device_model_user: { type: 'text', group: 'device-model', allowed: 'user name', docs: 'User of the device model.' },
  device_model_version: { type: 'text', group: 'device-model', default: 'qemu-xen', values: ['qemu-xen', 'qemu-xen-traditional'], docs: 'Device model variant.' },
  device_model_override: { type: 'text', group: 'device-model', file: true, allowed: 'path', docs: 'Device model program.' },
  device_model_args: { type: 'list of texts', group: 'device-model', docs: 'More arguments for the device model.' },
  device_model_args_pv: { type: 'list of texts', group: 'device-model', docs: 'More arguments for the device model of PV guests.' },
  dm_restrict: { type: 'boolean', group: 'device-model', default: '0', docs: 'Restricts the device model after start.' },
  keymap: { type: 'text', group: 'devices', default: 'en-us', allowed: 'qemu keymap name', docs: 'Keyboard map of the display.' },
  vnc: { type: 'boolean', group: 'display', docs: 'A display over VNC.' },
  vnclisten: { type: 'text', group: 'display', docs: 'Address that the VNC server listens at.' },
  vncdisplay: { type: 'number', group: 'display', docs: 'VNC display number.' },
  vncunused: { type: 'boolean', group: 'display', docs: 'Take a free VNC display.' },
  vncpasswd: { type: 'text', group: 'display', docs: 'Password of the VNC server.' },
  sdl: { type: 'boolean', group: 'display', docs: 'A display in an SDL window.' },
  opengl: { type: 'boolean', group: 'display', docs: 'OpenGL in the SDL window.' },
  display: { type: 'text', group: 'display', docs: 'X display that the SDL window opens on.' },
  xauthority: { type: 'text', group: 'display', docs: 'File with the authority for the X display.' },
  vncviewer: { type: 'boolean', group: 'display', replacedBy: 'xl create -V', docs: 'Old; `xl create -V` starts a viewer.' },
  gic_version: { type: 'text', group: 'arm', default: 'default', values: ['default', 'v2', 'v3'], arm: 'only', docs: "Interrupt controller of the guest; \"default\" is the host's." },
  vuart: { type: 'text', group: 'arm', values: ['sbsa_uart', 'unknown'], arm: 'only', docs: 'Emulated PL011 (SBSA subset) at 0x22000000, SPI 32.' },
  sve: { type: 'text', group: 'arm', default: 'disabled', arm: 'only', newer: true, allowed: 'disabled | hw | 128..2048 in steps of 128 (as strings)', docs: 'SVE for the guest and its longest vector (arm64).' },
  nr_spis: { type: 'number', group: 'arm', default: 'worked out from irqs, vuart and virtio', least: 0, most: 5088, arm: 'only', newer: true, allowed: '<= 960 (5088 with eSPI); not below what the devices need', docs: 'Number of shared interrupts.' },
  trap_unmapped_accesses: { type: 'boolean', group: 'arm', default: '1', arm: 'only', newer: true, docs: '1: access to unmapped addresses traps; 0: reads give all ones, writes are dropped.' },
  tee: { type: 'text', group: 'arm', default: 'none', values: ['none', 'optee'], arm: 'only', docs: 'Access to a trusted execution environment.' },
  arm_sci: { type: 'text', group: 'arm', default: 'type=none', arm: 'only', newer: true, allowed: 'type=none | type=scmi_smc', docs: 'Access to SCMI firmware.' },

  // Those that are about x86, or about guests with an emulated PC around them.
  acpi_firmware: { type: 'text', arm: 'none', docs: 'File with more ACPI tables.' },
  acpi_laptop_slate: { type: 'boolean', arm: 'none', docs: 'ACPI says that the PC is a laptop or slate.' },
  acpi_s3: { type: 'boolean', arm: 'none', docs: 'ACPI sleep state S3.' },
  acpi_s4: { type: 'boolean', arm: 'none', docs: 'ACPI sleep state S4.' },
  altp2m: { type: 'text', arm: 'none', docs: 'Alternate second-stage mappings.' },
  altp2m_count: { type: 'number', arm: 'none', newer: true, docs: 'Number of alternate second-stage mappings.' },
  altp2mhvm: { type: 'boolean', arm: 'none', replacedBy: 'altp2m', docs: 'Old spelling of `altp2m`.' },
  apic: { type: 'boolean', arm: 'none', docs: 'Local APIC.' },
  bios: { type: 'text', arm: 'none', docs: 'BIOS of the emulated PC.' },
  bios_path_override: { type: 'text', arm: 'none', docs: 'File of the BIOS.' },
  boot: { type: 'text', arm: 'none', docs: 'Order of the boot devices.' },
  cpuid: { type: 'text or list of texts', arm: 'none', docs: 'What CPUID tells the guest.' },
  device_model: { type: 'text', arm: 'none', replacedBy: 'device_model_override', docs: 'Old; xl ignores it.' },
  device_model_args_hvm: { type: 'list of texts', arm: 'none', docs: 'More arguments for the device model of HVM guests.' },
  device_model_stubdomain_override: { type: 'boolean', arm: 'none', docs: 'Device model in a domain of its own.' },
  device_model_stubdomain_seclabel: { type: 'text', arm: 'none', docs: 'XSM label of the domain of the device model.' },
  e820_host: { type: 'boolean', arm: 'none', docs: 'Memory map of the host for the guest.' },
  firmware_override: { type: 'text', arm: 'none', docs: 'File of the firmware.' },
  gfx_passthru: { type: 'boolean or text', arm: 'none', docs: "The host's graphics card for the guest." },
  hap: { type: 'boolean', arm: 'none', docs: 'Second stage of address translation by hardware.' },
  hdtype: { type: 'text', arm: 'none', docs: 'Kind of the emulated disk controller.' },
  hpet: { type: 'boolean', arm: 'none', docs: 'HPET timer.' },
  hvm_pirq: { type: 'boolean', arm: 'none', newer: true, docs: 'Interrupts of the host as event channels.' },
  localtime: { type: 'boolean', arm: 'none', docs: 'RTC in local time.' },
  mca_caps: { type: 'list of texts', arm: 'none', docs: 'Machine check features.' },
  mmio_hole: { type: 'number', arm: 'none', docs: 'Size of the hole below 4 GiB, in MiB.' },
  ms_vm_genid: { type: 'text', arm: 'none', docs: 'Generation ID as Microsoft defines it.' },
  msr_relaxed: { type: 'boolean', arm: 'none', docs: 'Reads of unknown MSRs give 0.' },
  nestedhvm: { type: 'boolean', arm: 'none', docs: 'Hypervisors in the guest.' },
  nographic: { type: 'boolean', arm: 'none', docs: 'No graphics card.' },
  nx: { type: 'boolean', arm: 'none', docs: 'No-execute bit.' },
  oos: { type: 'boolean', arm: 'none', docs: 'Out-of-sync shadow page tables.' },
  pae: { type: 'boolean', arm: 'none', docs: 'PAE.' },
  pvshim: { type: 'boolean', arm: 'none', docs: 'A small Xen between the guest and this one.' },
  pvshim_cmdline: { type: 'text', arm: 'none', docs: 'Command line of the shim.' },
  pvshim_extra: { type: 'text', arm: 'none', docs: 'More of the command line of the shim.' },
  pvshim_path: { type: 'text', arm: 'none', docs: 'File of the shim.' },
  rdm: { type: 'text', arm: 'none', docs: 'How reserved device memory is treated.' },
  rdm_mem_boundary: { type: 'number', arm: 'none', docs: 'Limit for reserved device memory, in MiB.' },
  rtc_timeoffset: { type: 'number', arm: 'none', docs: 'Offset of the RTC in seconds.' },
  serial: { type: 'text or list of texts', arm: 'none', docs: 'Emulated serial ports.' },
  smbios: { type: 'list of texts', arm: 'none', newer: true, docs: 'SMBIOS strings.' },
  smbios_firmware: { type: 'text', arm: 'none', docs: 'File with more SMBIOS tables.' },
  soundhw: { type: 'text', arm: 'none', docs: 'Emulated sound card.' },
  spice: { type: 'boolean', arm: 'none', docs: 'A display over SPICE.' },
  spice_clipboard_sharing: { type: 'boolean', arm: 'none', docs: 'Clipboard over SPICE.' },
  spice_image_compression: { type: 'text', arm: 'none', docs: 'Compression of SPICE.' },
  spice_streaming_video: { type: 'text', arm: 'none', docs: 'Streaming of SPICE.' },
  spiceagent_mouse: { type: 'boolean', arm: 'none', docs: 'Mouse through the SPICE agent.' },
  spicedisable_ticketing: { type: 'boolean', arm: 'none', docs: 'SPICE without a password.' },
  spicehost: { type: 'text', arm: 'none', docs: 'Address that SPICE listens at.' },
  spicepasswd: { type: 'text', arm: 'none', docs: 'Password of SPICE.' },
  spiceport: { type: 'number', arm: 'none', docs: 'Port of SPICE.' },
  spicetls_port: { type: 'number', arm: 'none', docs: 'TLS port of SPICE.' },
  spiceusbredirection: { type: 'number', arm: 'none', docs: 'USB channels of SPICE.' },
  spicevdagent: { type: 'boolean', arm: 'none', docs: 'SPICE agent.' },
  stdvga: { type: 'boolean', arm: 'none', docs: 'Old way to choose the standard VGA.' },
  stubdomain_cmdline: { type: 'text', arm: 'none', docs: 'Command line of the domain of the device model.' },
  stubdomain_kernel: { type: 'text', arm: 'none', docs: 'Kernel of the domain of the device model.' },
  stubdomain_memory: { type: 'number', arm: 'none', docs: 'Memory of the domain of the device model, in MiB.' },
  stubdomain_ramdisk: { type: 'text', arm: 'none', docs: 'RAM disk of the domain of the device model.' },
  timer_mode: { type: 'text', arm: 'none', docs: 'What becomes of timer ticks that were missed.' },
  tsc_mode: { type: 'text', arm: 'none', docs: 'How the TSC is emulated.' },
  usb: { type: 'boolean', arm: 'none', docs: 'Emulated USB controller.' },
  usbdevice: { type: 'text or list of texts', arm: 'none', docs: 'Emulated USB devices.' },
  usbversion: { type: 'number', arm: 'none', docs: 'Version of the emulated USB controller.' },
  vendor_device: { type: 'text', arm: 'none', docs: "PCI device of a vendor's drivers." },
  vga: { type: 'text', arm: 'none', docs: 'Emulated graphics card.' },
  videoram: { type: 'number', arm: 'none', docs: 'Memory of the graphics card, in MiB.' },
  viridian: { type: 'boolean or list of texts', arm: 'none', docs: 'Interfaces of Hyper-V.' },
  vkb_device: { type: 'boolean', arm: 'none', docs: 'Paravirtual keyboard.' },
  vpt_align: { type: 'boolean', arm: 'none', docs: 'Timers of one guest expire together.' },
  xen_platform_pci: { type: 'boolean', arm: 'none', docs: "Xen's platform PCI device." },
  xen_platform_pci_bar_uc: { type: 'boolean', arm: 'none', newer: true, docs: 'The BAR of the platform device is not cached.' },
};

const PC = { group: 'emulated PC', why: 'it is about x86' };

export const XL_KEYS: ReadonlyMap<string, XlKey> = new Map(
  Object.entries(KEYS).map(([name, row]) => [
    name,
    row.group === undefined ? { ...PC, ...row } : { ...row, group: row.group },
  ]),
);

/** Those that mean something for a guest on ARM. */
export const ARM_KEYS: ReadonlySet<string> = new Set(
  [...XL_KEYS].flatMap(([name, { arm }]) => (arm === 'none' ? [] : [name])),
);
