/**
 * What is kept of a log while it is recorded: the accesses of the tables and Pending Bit Arrays, the messages, and the configuration space
 * and events of functions whose name is wanted. What a replay does not read, such as times and pointers, is taken off. A log of millions of
 * lines becomes some thousand.
 */

/** The processors' own registers in the region of messages, which only look like messages. */
const REGISTERS = [0xfee00010, 0xfee01000] as const;

/** Makes a filter for lines: returns what is kept of one, or undefined. */
export function keeper(names: readonly string[]): (line: string) => string | undefined {
  const configuration = names.map((name) => ` ${name} `);
  const views = names.map((name) => ` dev ${name} `);
  return (line) => {
    const text = line.replace(/^\d+@[\d.]+:/, '');
    if (text.startsWith('memory_region_ops_')) {
      if (text.includes("'msix-table'") || text.includes("'msix-pba'")) return bare(text);
      if (!text.includes("'apic-msi'") || text.startsWith('memory_region_ops_read')) return undefined;
      const address = Number.parseInt(/ addr 0x([\da-f]+)/.exec(text)?.[1] ?? '0', 16);
      return address >= REGISTERS[0] && address < REGISTERS[1] ? undefined : bare(text);
    }
    if (text.startsWith('pci_cfg_')) return configuration.some((name) => text.includes(name)) ? text : undefined;
    if (text.startsWith('msix_write_config')) return views.some((name) => text.includes(name)) ? text : undefined;
    if (/^\w*irq_msix\w* |^vfio_/.test(text)) return text;
    if (/^resettable_phase_(?:enter|hold)_exec /.test(text))
      return names.some((name) => text.includes(`(${name})`)) ? bare(text) : undefined;
    return undefined;
  };
}

/** A pointer tells nothing, and is another one each time. */
const bare = (text: string): string => text.replace(/ mr 0x[\da-f]+/, '');
