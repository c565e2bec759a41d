/**
 * What the levels are made of: a kernel with its modules, busybox, QEMU with its libraries. Finds them, says what is missing and how to get
 * it, and makes the initramfs of L1.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DeviceError } from '../failure.ts';
import { qemuVersion } from '../qemu/process.ts';
import type { Tree } from './cpio.ts';
import { countingFirmware, haltingFirmware } from '../qemu/firmware.ts';
import { addModules, treeWithBusybox } from './initramfs.ts';
import { compileInstrument } from './instrument.ts';
import type { Level } from './names.ts';

/** Where the parts are. */
export interface Parts {
  readonly kernel: string;
  readonly release: string;
  readonly modules: string;
  readonly busybox: string;
  /** QEMU of L0, and of L1. */
  readonly qemu: string;
  readonly version: string;
}

/** The modules of every L1 of ours. */
export const WANTED = ['virtio_pci', 'virtio_console', 'vfio-pci', 'vfio_iommu_type1', 'kvm-amd'];

/** Finds the parts. @throws {DeviceError} that says all that is missing, and how to get it. */
export function findParts(kernel: string | undefined, qemu = 'qemu-system-x86_64'): Parts {
  const missing: string[] = [];
  const installed = existsSync('/boot')
    ? readdirSync('/boot')
        .filter((name) => /^vmlinuz-.*-cloud-amd64$/.test(name))
        .toSorted()
    : [];
  const image = kernel ?? (installed.length === 0 ? undefined : join('/boot', installed[installed.length - 1]));
  if (image === undefined) missing.push('a kernel (linux-image-cloud-amd64, or --kernel and the path of one)');
  else if (!existsSync(image)) missing.push(`the kernel ${image}`);
  const release = image === undefined ? '' : image.replace(/^.*vmlinuz-/, '');
  const modules =
    image === undefined
      ? ''
      : ['/lib/modules', '/usr/lib/modules']
          .map((folder) => join(image.startsWith('/boot/') ? '/' : join(dirname(image), '..'), folder, release))
          .find((folder) => existsSync(folder));
  if (image !== undefined && modules === undefined)
    missing.push(`the modules of ${image}, in ../lib/modules/${release} beside its folder`);
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
  if (busybox === undefined) missing.push('busybox (busybox-static)');
  let version = '';
  try {
    version = qemuVersion(qemu);
  } catch {
    missing.push(`QEMU as ${qemu} (qemu-system-x86, or --qemu-binary and the path of one)`);
  }
  if (missing.length > 0)
    throw new DeviceError(
      `Got no ${missing.join(', no ')}; expected all that the real path is made of. On Debian: apt-get install qemu-system-x86 linux-image-cloud-amd64 busybox-static.`,
    );
  return { kernel: image!, release, modules: modules!, busybox: busybox!, qemu: pathOf(qemu), version };
}

function pathOf(program: string): string {
  if (program.includes('/')) return program;
  const { stdout } = spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' });
  return stdout.trim();
}

/** What tells one set of parts from another: paths, sizes and times. */
export function partsKey({ kernel, busybox, qemu, version, release }: Parts): readonly string[] {
  const of = (path: string): string => {
    const { size, mtimeMs } = statSync(path);
    return `${path} ${size} ${mtimeMs}`;
  };
  return [release, version, of(kernel), of(busybox), of(realpathSync(qemu))];
}

/** How every L1 of ours begins: it loads its modules, gives the device to vfio-pci, and waits for the channel to L0. */
export const PRELUDE = `#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
say() { echo "maskbit: $*"; }
arg() { tr ' ' '\\n' < /proc/cmdline | sed -n "s/^$1=//p"; }
for m in $(cat /modules/order); do insmod /modules/$m.ko 2>/tmp/e || say "insmod $m: $(cat /tmp/e)"; done
[ -e /dev/kvm ] || say "KVM is missing inside L1"
D=0000:00:04.0
L=$(arg level)
if [ "$L" != kvm ]; then
[ -e /sys/bus/pci/devices/$D/iommu_group ] || say "the device has no IOMMU group"
echo vfio-pci > /sys/bus/pci/devices/$D/driver_override
# A driver that is built in has it already.
[ ! -e /sys/bus/pci/devices/$D/driver ] || echo $D > /sys/bus/pci/devices/$D/driver/unbind
echo $D > /sys/bus/pci/drivers_probe || say "vfio-pci does not take the device"
fi
P=/dev/vport0p1
n=0; while [ ! -e $P ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done
ulimit -l unlimited
`;

/** What L1 does then: it starts L2, or the instrument in its place, on the channel to L0. */
const INIT = `${PRELUDE}# How often the driver's handler has run: unlike the counts of /proc/interrupts, this outlives that MSI-X is disabled.
T=/sys/kernel/tracing
mount -t tracefs tracefs $T && echo "p:taken vfio_msihandler" > $T/kprobe_events && echo 0 > $T/tracing_on && echo 1 > $T/events/kprobes/taken/enable
say "L1 is up after $(cut -d' ' -f1 /proc/uptime) s"
( exec 4<>/dev/vport0p2; while read -r c <&4; do { eval "$c"; echo .; } >&4 2>&4; done ) &
exec 3<>$P
A=$(arg accel)
if [ "$L" != guest ]; then /l2/instrument $L $D <&3 >&3 2>/dev/ttyS0
else /l2/qemu -nodefaults -display none -machine q35 -L /l2 -bios /l2/$A.bin -m 256 -accel $A \\
  -device vfio-pci,host=$D,addr=10.0$(arg vfio) -qtest stdio -qtest-log /dev/null <&3 >&3 2>/dev/ttyS0
fi
say "L2 has ended with exit status $?"
dmesg | tail -5
poweroff -f
`;

/** Makes the initramfs. It is not compressed: L0 reads it faster as it is. The smaller instruments need no QEMU in it. */
export function makeInitramfs(parts: Parts, level: Level): Uint8Array {
  const tree = treeWithBusybox(parts.busybox, BUSYBOX);
  addModules(tree, parts.modules, WANTED);
  tree.file('init', INIT, true);
  if (level === 'guest') addQemu(tree, parts);
  else tree.file('l2/instrument', compileInstrument(), true);
  return tree.pack();
}

/** Adds QEMU as `l2/qemu`, with what it is made of and our firmware. */
export function addQemu(tree: Tree, parts: Parts): void {
  addProgram(tree, 'l2/qemu', parts.qemu);
  const accelerators = ['/usr/lib/x86_64-linux-gnu/qemu', '/usr/lib/qemu'].find((path) => existsSync(path));
  for (const name of ['accel-tcg-x86_64.so'])
    if (accelerators !== undefined && existsSync(join(accelerators, name)))
      addProgram(tree, join(accelerators, name).slice(1), join(accelerators, name));
  const blobs = '/usr/share/qemu/kvmvapic.bin';
  if (existsSync(blobs)) tree.file('l2/kvmvapic.bin', readFileSync(blobs));
  tree.file('l2/kvm.bin', countingFirmware());
  tree.file('l2/tcg.bin', haltingFirmware());
}

/** So that L1 has something to say when it is asked. */
export const INIT_TEXT = INIT;

/** What every L1 of ours calls. */
export const BUSYBOX = 'sh mount insmod cat echo sleep dmesg poweroff tr sed cut tail ls grep pidof kill'.split(' ');

/** Adds a program or library, and the libraries that it needs, where it looks for them. */
function addProgram(tree: Tree, name: string, path: string): void {
  tree.file(name, readFileSync(path), true);
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
  for (const [library] of (stdout ?? '').matchAll(/\/\S+/g)) {
    if (!tree.has(library.slice(1)) && existsSync(library)) tree.file(library.slice(1), readFileSync(library), true);
  }
}
