// The keys of a domain's configuration that xl knows (Xen, docs/man/xl.cfg.5, tools/xl/xl_parse.c). Of any other key xl says
// nothing, so that a slip of the pen has no effect and no message.

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Those that mean something for a guest on ARM. */
export const ARM_KEYS: ReadonlySet<string> = new Set(
  words(`
  name type builder uuid seclabel init_seclabel pool vcpus maxvcpus cpus cpus_soft cpu_weight cap period slice
  latency extratime memory maxmem shadow_memory vnuma llc_colors kernel ramdisk cmdline root extra bootloader
  bootloader_args bootloader_restrict bootloader_user device_tree acpi firmware on_poweroff on_reboot
  on_watchdog on_crash on_soft_reset max_grant_frames max_maptrack_frames max_grant_version max_event_channels
  xenstore_feature_mask xenstore_quota nomigrate driver_domain passthrough xend_suspend_evtchn_compat
  vmtrace_buf_kb vpmu disk vif vif2 vtpm p9 pvcalls vfb channel usbctrl usbdev pci pci_permissive
  pci_msitranslate pci_seize pci_power_mgmt dtdev irqs iomem ioports vdispl vsnd vkb virtio device_model_user
  device_model_version device_model_override device_model_args device_model_args_pv dm_restrict keymap vnc
  vnclisten vncdisplay vncunused vncpasswd sdl opengl display xauthority vncviewer gic_version vuart sve
  nr_spis trap_unmapped_accesses tee arm_sci
`),
);

/** Those that are about x86, or about guests with an emulated PC around them. */
export const X86_KEYS: ReadonlySet<string> = new Set(
  words(`
  acpi_firmware acpi_laptop_slate acpi_s3 acpi_s4 altp2m altp2m_count altp2mhvm apic bios bios_path_override
  boot cpuid device_model device_model_args_hvm device_model_stubdomain_override
  device_model_stubdomain_seclabel e820_host firmware_override gfx_passthru hap hdtype hpet hvm_pirq localtime
  mca_caps mmio_hole ms_vm_genid msr_relaxed nestedhvm nographic nx oos pae pvshim pvshim_cmdline pvshim_extra
  pvshim_path rdm rdm_mem_boundary rtc_timeoffset serial smbios smbios_firmware soundhw spice
  spice_clipboard_sharing spice_image_compression spice_streaming_video spiceagent_mouse
  spicedisable_ticketing spicehost spicepasswd spiceport spicetls_port spiceusbredirection spicevdagent stdvga
  stubdomain_cmdline stubdomain_kernel stubdomain_memory stubdomain_ramdisk timer_mode tsc_mode usb usbdevice
  usbversion vendor_device vga videoram viridian vkb_device vpt_align xen_platform_pci xen_platform_pci_bar_uc
`),
);
