/**
 * The guest that is recorded with an assigned device: L2's Linux, in a QEMU inside L1, whose vfio-pci has the device. The log is that of L2's QEMU;
 * it comes out of L1 by a serial channel, while it is written. L2 has no interrupt controller of KVM's, so that messages pass through its QEMU.
 */
import { existsSync, readFileSync } from 'node:fs';
import { addModules, treeWithBusybox } from '../device/nested/initramfs.ts';
import { addQemu, BUSYBOX, type Parts, PRELUDE, WANTED } from '../device/nested/parts.ts';
import { DeviceError } from '../device/failure.ts';
import { EVENTS } from '../replay/recipe.ts';

/** The device as L2's QEMU calls it in its log. */
export const ASSIGNED = 'vfio-pci';
/** Memory of L1, in MiB: L2 and all files are in it. */
export const L1_MEMORY = 1536;
const L2_MEMORY = 384;

/** What Debian's QEMU begins a kernel with. */
const FIRMWARE = ['bios-256k.bin', 'linuxboot_dma.bin', 'kvmvapic.bin'];
const FOLDERS = ['/usr/share/seabios', '/usr/share/qemu'];

/** Makes the initramfs of L1: with L2's QEMU, its kernel, its own initramfs, and its kernel's command line. */
export function hostInitramfs(parts: Parts, guest: Uint8Array, words: readonly string[], cpus: number): Uint8Array {
  const tree = treeWithBusybox(parts.busybox, BUSYBOX);
  addModules(tree, parts.modules, WANTED);
  addQemu(tree, parts);
  for (const name of FIRMWARE) {
    const path = FOLDERS.map((folder) => `${folder}/${name}`).find((each) => existsSync(each));
    if (path === undefined)
      throw new DeviceError(
        `Got no ${name} in ${FOLDERS.join(' or ')}; expected it. On Debian: apt-get install seabios.`,
      );
    tree.file(`l2/${name}`, readFileSync(path));
  }
  tree.file('l2/vmlinuz', readFileSync(parts.kernel));
  tree.file('l2/guest', guest);
  const trace = [...EVENTS, 'vfio_*'].map((event) => `-trace '${event}'`).join(' ');
  tree.file(
    'init',
    `${PRELUDE}/l2/qemu -nodefaults -display none -no-reboot -machine q35,kernel-irqchip=off -accel kvm -smp ${cpus} -m ${L2_MEMORY} -L /l2 \\
  -kernel /l2/vmlinuz -initrd /l2/guest -append '${words.join(' ')}' -device vfio-pci,host=$D,addr=10.0 \\
  -serial stdio ${trace} -D $P </dev/null 2>/dev/ttyS0
R=$?; [ $R = 0 ] || say "L2 has ended with exit status $R"
poweroff -f
`,
    true,
  );
  return tree.pack();
}

/** What is put on L0's command line for the channel, and for the log that comes out of it. */
export const channelTo = (log: string): readonly string[] => [
  ...['-device', 'virtio-serial-pci,addr=05.0', '-chardev', `file,id=trace,path=${log}`],
  ...['-device', 'virtserialport,chardev=trace,nr=1,name=trace'],
];
