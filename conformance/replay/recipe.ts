/**
 * How to record a log that can be replayed: one place for the command line, the refusals and the page.
 */

/** What to give QEMU. */
export const RECIPE =
  "-trace 'memory_region_ops_*' -trace 'pci_cfg_*' -trace msix_write_config -trace '*irq_msix*' -trace 'resettable_phase_*' -D FILE";

/** The same as a sentence. */
export const RECORD = `Record the guest's accesses with QEMU instead: ${RECIPE}`;
