/**
 * Devices that run in a QEMU, for `maskbit conform`: starts one for each number of vectors, and says what waiting for them came to.
 */
import { startAssigned } from '../conformance/device/nested/assigned.ts';
import type { Level } from '../conformance/device/nested/names.ts';
import type { RaceName } from '../conformance/live/names.ts';
import { cleanLevels } from '../conformance/device/nested/levels.ts';
import { type QemuDevice, startQemu } from '../conformance/device/qemu/qemu.ts';
import { EXIT, type Exit, print, shellWord, tell } from './output.ts';
import { remoteSubject, type Subject } from '../conformance/judge/subject.ts';

/** What the command line may say of a device in a QEMU. */
export interface LiveChoices {
  /** A device as QEMU names it, with properties. */
  readonly qemu?: string;
  readonly qemuBinary?: string;
  readonly machine?: 'q35' | 'pc';
  /** The real assigned device. */
  readonly assigned?: boolean;
  /** The physical function behind it. */
  readonly device?: string;
  readonly accel?: 'kvm' | 'tcg';
  readonly level?: Level;
  readonly l1Cpus?: number;
  readonly kernel?: string;
  readonly clean?: boolean;
  readonly races?: boolean;
  readonly objections?: boolean;
  readonly repetitions?: number;
  readonly batches?: number;
  readonly delay?: number;
  readonly gap?: number;
  readonly burst?: number;
  readonly race?: RaceName;
  readonly vectors?: readonly number[];
  readonly patience?: number;
}

/** A subject, and what is told of it at the end. */
export interface LiveSubject {
  readonly subject: Subject;
  readonly epilogue: (milliseconds: number) => readonly string[];
}

/** Starts the real path of an assigned device. @throws {DeviceError} where it cannot be. */
export async function assignedSubject(choices: LiveChoices): Promise<LiveSubject> {
  const { device, accel, level, l1Cpus, kernel, qemuBinary, patience } = choices;
  const began = performance.now();
  const assigned = await startAssigned({
    ...{ device, accel, level, cpus: l1Cpus, kernel, patience, qemu: qemuBinary },
    onProgress: tell,
  });
  const first = performance.now() - began;
  tell(`The device answers, ${(first / 1000).toFixed(1)} s after the start.`);
  return {
    subject: remoteSubject(assigned),
    epilogue: (milliseconds) => {
      const { told, spent } = assigned.waits;
      const losses = assigned.losses.slice(-MOST_LOSSES);
      return [
        '',
        'the instrument:',
        `  ${assigned.commandLine}`,
        `  ${speed(assigned.commands, milliseconds)}; ${share(spent, milliseconds)} of the time was spent waiting.`,
        ...(told === undefined ? [] : [`  ${told}`]),
        ...losses.map((loss) => `  ${loss}`),
      ];
    },
  };
}

/** So many sentences on losses are printed. */
const MOST_LOSSES = 5;

/** Commands, and how many a second. */
export const speed = (commands: number, milliseconds: number): string =>
  `${commands.toLocaleString('en')} commands, ${Math.round((1000 * commands) / milliseconds).toLocaleString('en')} a second`;
/** A part of a time, in percent. */
export const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

/** Starts a device of QEMU's. @throws {DeviceError} where it cannot be. */
export async function qemuSubject({ qemu, qemuBinary, machine, vectors, patience }: LiveChoices): Promise<LiveSubject> {
  const devices: QemuDevice[] = [];
  try {
    for (const vectorCount of vectors ?? [undefined])
      devices.push(await startQemu({ device: qemu!, binary: qemuBinary, machine, vectorCount, patience }));
  } catch (error) {
    await Promise.all(devices.map((device) => device.close()));
    throw error;
  }
  const [first, ...others] = devices;
  return {
    subject: remoteSubject(first, ...others),
    epilogue: (milliseconds) => [
      '',
      'the instrument:',
      `  ${first.commandLine}`,
      ...devices.flatMap((device) => {
        const { told, spent } = device.waits;
        return [
          `  ${device.vectorCount} vectors: ${speed(device.commands, milliseconds)}; ${share(spent, milliseconds)} of the time was spent waiting.`,
          ...(told === undefined ? [] : [`  ${told}`]),
        ];
      }),
    ],
  };
}

/** The choices that name a device in a QEMU, as a shell takes them. */
export function qemuWords({ qemu, qemuBinary, machine, device, accel, level, l1Cpus, kernel }: LiveChoices): string {
  return [
    ...(qemu === undefined ? ['--assigned'] : ['--qemu', shellWord(qemu)]),
    ...(device === undefined ? [] : ['--device', shellWord(device)]),
    ...(accel === undefined ? [] : ['--accel', accel]),
    ...(level === undefined ? [] : ['--level', level]),
    ...(l1Cpus === undefined ? [] : ['--l1-cpus', String(l1Cpus)]),
    ...(kernel === undefined ? [] : ['--kernel', shellWord(kernel)]),
    ...(qemuBinary === undefined ? [] : ['--qemu-binary', shellWord(qemuBinary)]),
    ...(machine === undefined ? [] : ['--machine', machine]),
  ].join(' ');
}

/** Removes what the levels of an assigned device have left in the cache folder. */
export function clean(): Exit {
  const bytes = cleanLevels();
  print(bytes === 0 ? 'Nothing was kept.' : `Removed ${Math.round(bytes / 1e6)} MB.`);
  return EXIT.holds;
}
