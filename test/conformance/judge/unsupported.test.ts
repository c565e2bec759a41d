/**
 * Forms of access that a device says it has not: none of them is asked, the report says so, and what is wrong by the others is found. The same
 * answer to what it has elsewhere is a finding.
 */
import { describe, expect, test } from 'vitest';
import type { RemoteDevice, Request } from '../../../conformance/device/device.ts';
import { startProcess } from '../../../conformance/device/process.ts';
import { failed, formOf } from '../../../conformance/device/protocol.ts';
import { ask, remoteOf } from '../../../conformance/device/remote.ts';
import { conform, type ConformOptions, type Report } from '../../../conformance/judge/conform.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';
import { pieceNamed, PlainDevice } from '../../../conformance/museum/index.ts';
import type { PlainClass } from '../../../conformance/museum/plain.ts';

async function judged(device: RemoteDevice, options: ConformOptions = {}): Promise<Report> {
  const report = await conform(remoteSubject(device), {
    ...{ profile: profileNamed('pcie'), scenes: ['one vector'], strategies: ['all transitions'], seconds: 30 },
    ...options,
  });
  await device.close();
  return report;
}

describe('a program', () => {
  const start = (where: string): Promise<RemoteDevice> =>
    startProcess({
      command: [process.execPath, 'test/setup/troubled.mjs', `unsupported@${where}`],
      ...{ patience: 20_000, vectorCount: 1 },
    });
  const profile = profileNamed('strict');
  const naOf = ({ notes }: Report): string[] => notes.filter((note) => note.includes(': n/a'));

  test('without QWORD reads is right, and the report says what was not asked', async () => {
    const report = await judged(await start('table-read/8+pba-read/8'), { profile });
    expect([report.verdict, report.causes]).toEqual(['holds', []]);
    expect(naOf(report)).toEqual([
      'table-read/8: n/a, since the device answers "unsupported". Not asked: read address/8, read data/8.',
      'pba-read/8: n/a, since the device answers "unsupported". Not asked: read pba/8.',
    ]);
  });

  // Its reads that are not aligned are of 8 bytes, too.
  test('without any but the plain forms is right, and the report says which rules were not asked by them', async () => {
    const where = 'table-read/8+pba-read/8+table-write/8+config-write/4+config-write/1+config-read/2+table-write/1';
    const report = await judged(await start(where), { profile, scenes: ['one vector', 'bits and bytes'] });
    expect([report.verdict, report.causes]).toEqual(['holds', []]);
    expect(naOf(report)).toHaveLength(8);
    expect(naOf(report).join(' ')).toMatch(
      /config-write\/4: n\/a, .* Not asked: control\/4, .*MSIX-CAP-8.* table-write\/8: n\/a, .*MSIX-ACCESS-3, MSIX-ACCESS-4\./,
    );
  });

  test('that has every form is asked each', async () => {
    const report = await judged(await start('nothing'), { profile });
    expect([report.verdict, naOf(report)]).toEqual(['holds', []]);
  });
});

/** A program of this class that answers so to what this says, and has said that it lacks these forms. */
function lacking(
  Device: PlainClass,
  isLacking: (request: Request, device: PlainDevice) => boolean,
  unsupported: readonly string[] = [],
): RemoteDevice {
  let device: PlainDevice;
  const right = remoteOf((options) => (device = new Device(options)), 1);
  return {
    ...right,
    unsupported: new Set(unsupported),
    run: (requests) =>
      Promise.resolve(
        requests.map((request) =>
          isLacking(request, device) ? failed('unsupported', 'The device lacks it.') : ask(device, request),
        ),
      ),
  };
}

const QWORD_READS = ['table-read/8', 'pba-read/8'];

test('a wrong one without QWORD reads is caught all the same', async () => {
  const Wrong = pieceNamed('unmask-does-not-send').device(PlainDevice);
  const isLacking = (request: Request): boolean => QWORD_READS.includes(formOf(request) ?? '');
  const { causes } = await judged(lacking(Wrong, isLacking, QWORD_READS), { learn: true });
  expect(causes.map(({ rule }) => rule)).toEqual(['MSIX-PEND-2']);
});

test.each<[string, (request: Request, device: PlainDevice) => boolean, string, string[]]>([
  [
    'reads a QWORD while it is enabled',
    (request, { enabled }) => formOf(request) === 'table-read/8' && enabled,
    'table-read 0x0 0x8',
    ['control.on/2', 'read.address.0/8'],
  ],
  [
    'reads the Pending Bit Array while something is pending',
    (request, { pending }) => formOf(request) === 'pba-read/4' && pending[0] === 1,
    'pba-read 0x0 0x4',
    ['signal.0'],
  ],
])(
  'one that answers so only where a guest %s: it has that form, and must have it always',
  async (_, isLacking, at, trace) => {
    const { causes } = await judged(lacking(PlainDevice, isLacking), {
      strategies: ['all transitions', 'walk of pairs'],
    });
    const told = causes.map(({ findings: [finding] }) => finding.differences.join());
    expect(new Set(told)).toContain(`Got unsupported; expected ok, at ${at}.`);
    expect(told.filter((each) => !each.startsWith('Got unsupported; expected ok, at '))).toEqual([]);
    expect(causes.map(({ findings: [finding] }) => finding.trace)).toContainEqual(trace);
  },
);
