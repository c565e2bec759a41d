/**
 * How to record a log that can be replayed: one place for the command line, the refusals and the page.
 */

/** The trace events that a replay reads. */
export const EVENTS = [
  'memory_region_ops_*',
  'pci_cfg_*',
  'msix_write_config',
  '*irq_msix*',
  'resettable_phase_*',
] as const;

/** What to give QEMU. */
export const RECIPE = `${EVENTS.map((event) => `-trace ${event.includes('*') ? `'${event}'` : event}`).join(' ')} -D FILE`;

/** The same as a sentence. */
export const RECORD = `Record the guest's accesses with QEMU instead: ${RECIPE}`;
