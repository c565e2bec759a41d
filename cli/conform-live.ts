/**
 * Devices that run in a QEMU, for `maskbit conform`: starts one for each number of vectors, and says what waiting for them came to.
 */
import { type QemuDevice, startQemu } from '../conformance/device/qemu/qemu.ts';
import { shellWord } from './output.ts';
import { remoteSubject, type Subject } from '../conformance/judge/subject.ts';

/** What the command line may say of a device in a QEMU. */
export interface LiveChoices {
  /** A device as QEMU names it, with properties. */
  readonly qemu?: string;
  readonly qemuBinary?: string;
  readonly machine?: 'q35' | 'pc';
  readonly vectors?: readonly number[];
  readonly patience?: number;
}

/** A subject, and what is told of it at the end. */
export interface LiveSubject {
  readonly subject: Subject;
  readonly epilogue: (milliseconds: number) => readonly string[];
}

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
        const perSecond = Math.round((1000 * device.commands) / milliseconds).toLocaleString('en');
        const share = ((100 * spent) / milliseconds).toFixed(1);
        return [
          `  ${device.vectorCount} vectors: ${device.commands.toLocaleString('en')} commands, ${perSecond} a second; ${share} % of the time was spent waiting.`,
          ...(told === undefined ? [] : [`  ${told}`]),
        ];
      }),
    ],
  };
}

/** The choices that name a device in a QEMU, as a shell takes them. */
export function qemuWords({ qemu, qemuBinary, machine }: LiveChoices): string {
  return [
    ...['--qemu', shellWord(qemu!)],
    ...(qemuBinary === undefined ? [] : ['--qemu-binary', shellWord(qemuBinary)]),
    ...(machine === undefined ? [] : ['--machine', machine]),
  ].join(' ');
}
