/**
 * What a guest does while it is recorded. Each scenario is a few lines of shell, run by the guest's init (`guest.ts`), which gives them
 * `$D` (the device in sysfs), `$B` (its bus address), `load` (some work for the device, on every processor), and `host`, which asks
 * whoever runs the machine for what a guest cannot do.
 */

/** One scenario. */
export interface Scenario {
  readonly name: string;
  /** What happens, as a clause. */
  readonly words: string;
  /** What the guest needs on its kernel's command line. */
  readonly boot?: string;
  /** Whether the guest starts a kernel of its own, which it must have. */
  readonly hasKernel?: boolean;
  /** Whether the guest does not come back from it, so that it must be the last one. */
  readonly isLast?: boolean;
  /** What else it needs, as a refusal: of a device that lacks it. */
  readonly needs?: 'virtual functions';
  readonly shell: string;
}

/** Of kexec_file_load: the kernel is for a crash. */
const ON_CRASH = 2;

/** Loads the guest's kernel once more, by kexec_file_load, to be started with this command line. */
const loadAgain = (commandLine: string, flags: number): string => `A="${commandLine}"
exec 7</kernel 8</again
call 140 7 8 $(printf %x $((\${#A} + 1))) "=$A" ${flags} || say "kexec_file_load: $?"`;

/** The scenarios, in the order of the help. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'affinity',
    words: 'every interrupt is moved between processors, under load',
    shell: `( for n in 1 2 3; do load 20; done ) & W=$!
for m in 2 1 2 3; do for i in $(ls $D/msi_irqs); do echo $m > /proc/irq/$i/smp_affinity 2>/dev/null; done; load 4; done
wait $W`,
  },
  {
    name: 'rebind',
    words: 'the driver is unbound, and bound again',
    shell: `R=$(readlink -f $D/driver); N=$B
echo $N > $R/unbind; say unbound; echo $N > $R/bind; found; load 10`,
  },
  {
    name: 'flr',
    words: 'the function is reset by sysfs, twice',
    shell: `say "reset by $(cat $D/reset_method 2>/dev/null)"
for n in 1 2; do echo 1 > $D/reset && say "reset $n"; sleep 1; load 8; done`,
  },
  {
    name: 'offline',
    words: 'a processor goes offline and comes back, under load',
    shell: `load 5 & W=$!
echo 0 > /sys/devices/system/cpu/cpu1/online; load 10; echo 1 > /sys/devices/system/cpu/cpu1/online; load 10
wait $W`,
  },
  {
    name: 'suspend',
    words: 'the machine sleeps (S3) and is woken',
    shell: `host wake; echo mem > /sys/power/state; say awake; sleep 1; load 10`,
  },
  {
    name: 'hotplug',
    words: 'the device is unplugged and plugged again, twice',
    shell: `for n in 1 2; do
host unplug; lost; sleep 3; say "unplugged $n"
host plug; found; say "plugged $n"; load 10
done`,
  },
  {
    name: 'vfs',
    words: 'two virtual functions of an NVMe controller are made and used, and taken away',
    boot: 'nvme_core.multipath=N',
    needs: 'virtual functions',
    shell: `C=/dev/$(ls $D/nvme); exec 3<>$C
le() { printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }
zeros() { printf "%0$((2 * $1))d" 0; }
# Virtualization Management: controller, resource (0 queues, 1 interrupts), action (8 assign, 9 online), number
manage() { call 10 3 c0484e41 "@1c$(zeros 39)$(le $(($1 << 16 | $2 << 8 | $3)))$(le $4)$(zeros 24)" || say "action $3 of controller $1: status $?"; }
# The first one gets its interrupts before it is there, the second one after it.
manage 1 1 8 2
echo 0 > $D/sriov_drivers_autoprobe; echo 2 > $D/sriov_numvfs || say "no virtual functions"
manage 2 1 8 2
for v in 1 2; do manage $v 0 8 3; manage $v 0 9 0; done
P=$B
for v in 0 1; do
B=$(basename $(readlink $D/virtfn$v)); echo nvme > $D/virtfn$v/driver_override; echo $B > /sys/bus/pci/drivers/nvme/bind && say "virtual function $B"
t=0; until [ -n "$(target)" ] || [ $t = 30 ]; do sleep 0.2; t=$((t + 1)); done
load 12; B=$P
done
for v in 1 0; do basename $(readlink $D/virtfn$v) > /sys/bus/pci/drivers/nvme/unbind; done
echo 0 > $D/sriov_numvfs; exec 3>&-; load 5`,
  },
  {
    name: 'kexec',
    words: 'the kernel starts another one, without a reset between',
    hasKernel: true,
    isLast: true,
    shell: `${loadAgain('$(cat /proc/cmdline) again', 0)}
say kexec; call a9 fee1dead 28121969 45584543 0; say "kexec: $?"`,
  },
  {
    name: 'crash',
    words: 'the kernel panics under load, and another one starts in memory that was kept',
    boot: 'crashkernel=160M',
    hasKernel: true,
    isLast: true,
    shell: `${loadAgain("$(sed 's/crashkernel=[^ ]*//' /proc/cmdline) nr_cpus=1 reset_devices again", ON_CRASH)}
load 20 & sleep 0.2; say crash; echo c > /proc/sysrq-trigger`,
  },
];
