/**
 * The guest that is recorded: a kernel of Debian's with busybox, the driver of the device, and scenarios. What it says on its console
 * begins with "maskbit:"; lines that begin with "maskbit: host" ask for what only whoever runs the machine can do.
 */
import { readFileSync } from 'node:fs';
import { addModules, treeWithBusybox } from '../device/nested/initramfs.ts';
import type { Parts } from '../device/nested/parts.ts';
import { callProgram } from './call.ts';
import type { RecordedDevice } from './devices.ts';
import type { Scenario } from './scenarios.ts';

/** What the guest says on its console begins with it. */
export const SAYS = 'maskbit: ';
/** What it says last. */
export const ENDS = 'the end';

const BUSYBOX = (
  'sh mount insmod cat echo sleep dmesg reboot tr sed cut tail head ls grep ' +
  'readlink basename dd ping ifconfig taskset printf mkdir nproc seq true rmmod'
).split(' ');

/** What the guest's init does; `$SCENARIOS` is put in. */
const INIT = `#!/bin/sh
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
say() { echo "maskbit: $*"; }
host() { say "host $*"; }
arg() { tr ' ' '\\n' < /proc/cmdline | sed -n "s/^$1=//p" | tail -1; }
for m in $(cat /modules/order); do insmod /modules/$m.ko 2>/tmp/e || say "insmod $m: $(cat /tmp/e)"; done
K=$(arg kind)
# The device by its numbers; a virtual function is none.
find() {
  for d in /sys/bus/pci/devices/*; do
    [ -e $d/physfn ] || [ "$(cat $d/vendor 2>/dev/null):$(cat $d/device 2>/dev/null)" != "$(arg id)" ] || { D=$d; B=$(basename $d); return 0; }
  done
  return 1
}
found() { t=0; until find && [ -n "$(target)" ]; do sleep 0.2; t=$((t + 1)); [ $t -lt 100 ] || { say "the device does not come"; return 1; }; done; }
lost() { t=0; while find; do sleep 0.2; t=$((t + 1)); [ $t -lt 150 ] || { say "the device does not go"; return 1; }; done; }
# What work is done with: an interface or a disk of the device.
target() {
  case $K in
    net) ls $D/net $D/virtio*/net 2>/dev/null | grep -v : | grep . | head -1;;
    disk) for b in /sys/block/*; do case $(readlink -f $b) in */$B/*) basename $b;; esac; done | head -1;;
  esac
}
# Some work, on every processor.
load() {
  T=$(target)
  case $K in net) ifconfig $T 10.0.2.15 netmask 255.255.255.0 up;; esac
  for c in $(sed -n 's/^processor.*: //p' /proc/cpuinfo); do
    m=$(printf %x $((1 << c)))
    case $K in
      net) taskset $m ping -c $1 -i 0.05 -W 1 10.0.2.2 >/tmp/load 2>&1;;
      disk) taskset $m dd if=/dev/$T of=/dev/null bs=4k count=$1 iflag=direct 2>/tmp/load;;
    esac || say "load on $T: $(tail -1 /tmp/load)"
  done
}
interrupts() { for i in $(ls $D/msi_irqs 2>/dev/null); do say "interrupt $(sed -n "s/^ *\\($i:.*\\)/\\1/p" /proc/interrupts | tr -s ' ')"; done; }
found; say "$B is there, with $(ls $D/msi_irqs | grep -c .) interrupts and $(target)"
load 10
`;

const EPILOGUE = `
fi
found && interrupts
say "${ENDS}"
reboot -f
`;

/** Makes the init of a guest. */
export function initOf(scenarios: readonly Scenario[]): string {
  const lines = scenarios.map(({ name, shell }) => `say "scenario ${name}"; found\n${shell}`);
  // The kernel that is started by this one does its work, and no more.
  return `${INIT}if ! grep -qw again /proc/cmdline; then\n:\n${lines.join('\n')}${EPILOGUE}`;
}

/** Makes the initramfs of a guest. */
export function guestInitramfs(parts: Parts, device: RecordedDevice, scenarios: readonly Scenario[]): Uint8Array {
  const tree = treeWithBusybox(parts.busybox, BUSYBOX);
  tree.file('bin/call', callProgram(), true);
  addModules(tree, parts.modules, device.modules);
  tree.file('init', initOf(scenarios), true);
  if (scenarios.some(({ hasKernel }) => hasKernel === true)) {
    const again = tree.pack();
    tree.file('again', again);
    tree.file('kernel', readFileSync(parts.kernel));
  }
  return tree.pack();
}
