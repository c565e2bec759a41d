/** Calls of the entry points beside `maskbit/checker` that are right. */
import { readFileSync } from 'node:fs';
import { REVIEWED, TWO } from '../../machines/index.ts';
import { createInstance, machineView, TEMPORAL_PROPERTIES } from '../../properties/index.ts';
import { abi, HostFunction, MsixFunction } from '../../src/index.ts';
import { type Table, whole } from './attempt.ts';

const host = new HostFunction({ vectorCount: 1 });
const bytes = new DataView(new ArrayBuffer(128));

export const MASKBIT: Table = {
  calls: {
    AssignedDevice: () => [
      {
        ...{ vectorCount: 2, design: 'checked', vcpuCount: 2, barAddress: 0x7ebf0000, barBytes: 0x10000 },
        ...{ tableOffset: 0, pbaOffset: 0x800, deliver: () => {}, sent: () => {}, interrupt: () => {} },
      },
    ],
    DecodedMessage: () => [],
    HostFunction: () => [{ vectorCount: 2, firstIrq: 64, dropsWhileDisabled: true, sent: () => {} }],
    Kernel: () => [
      {
        hostDevices: [{ segnr: 0, busnr: 1, devfn: 0, function: whole(host) }],
        ...{ deliver: () => {}, interrupt: () => {}, stopsInside: true },
      },
    ],
    MmioBus: () => [],
    MsixFunction: () => [
      {
        ...{ vectorCount: 2, send: () => {}, use: () => {}, release: () => {}, poll: () => {} },
        ...{ tableBir: 1, tableOffset: 0, pbaBir: 1, pbaOffset: 0x800, nextCapability: 0x40 },
        registers: { read: () => 0, write: () => {} },
      },
    ],
    Refusals: () => [],
    'abi.encode': () => [whole(abi.ENABLE_CAP), { cap: 1, args: [2n, 3] }, bytes, 0],
    'abi.decode': () => [whole(abi.MSI), bytes, 0],
  },
  owners: { abi },
};

export const SPEC: Table = {
  calls: {
    citedRules: () => ['[MSIX-PEND-3]'],
    registered: () => ['hb-21'],
    ruleById: () => ['MSIX-PEND-3'],
    ruleNamed: () => ['msix-pend-3'],
  },
};

/** Messages of a caller's own. */
const messages = () => ({ name: 'own', values: ['zero', 'A'], writes: [{ name: 'A', result: () => 'A' }] });

export const MACHINES: Table = {
  calls: {
    createAssignedDevice: () => [
      { design: { ...REVIEWED }, vectors: 1, messages: messages(), vcpus: 2, monitors: ['mask'], watched: [0] },
    ],
    createFunction: () => [{ vectors: 2, messages: messages(), channel: true }],
    createHostFunction: () => [{ vectors: 2 }],
    createInterval: () => [{ vectors: 1, messages: messages() }],
    createVector: () => [{ messages: messages() }],
    designByName: () => ['reviewed without flush'],
    eventSentence: () => ['guest.write.0.A'],
    functionEvents: () => [2, messages(), true],
    hostEvents: () => [2],
    outputSentence: () => ['answer.0.masked'],
    readEvent: () => ['guest.write.0.A'],
    readOutput: () => ['send.0.A'],
    wholeMessages: () => ['own', ['zero', 'A']],
    without: () => [{ ...REVIEWED }, 'flush'],
  },
};

const bounds = { vectors: 1, messages: TWO, channel: true };
const instance = createInstance('function', bounds);
const plain = createInstance('function', { vectors: 1 });
const device = createInstance('assigned-device', { vcpus: 2 });
const initial = {
  capability: { enable: 'disabled', functionMask: 'clear' },
  vector0: { mask: 'masked', entry: 'zero', force: 'none', pending: 'clear' },
};

export const PROPERTIES: Table = {
  calls: {
    castOf: () => ['function'],
    compiledSubject: () => [{ ...instance }],
    createInstance: () => [
      'assigned-device',
      { vectors: 1, messages: messages(), channel: false, design: { ...REVIEWED }, vcpus: 2 },
    ],
    instanceByName: () => ['assigned-device', { vectors: 1, messages: 'two', channel: 0, design: 'posted', vcpus: 2 }],
    instanceName: () => [{ ...device }],
    machineView: () => [1, messages()],
    subjectByName: () => ['vector', { vectors: 1, messages: 'zero A' }],
    traceSubject: () => [{ ...device }],
    'view.of': () => [{ ...initial }],
    ...Object.fromEntries(
      TEMPORAL_PROPERTIES.flatMap(({ name, applies }) => {
        const of = applies(instance) ? instance : plain;
        return ['applies', 'decide'].map((method) => [`${name}.${method}`, () => [{ ...of }]]);
      }),
    ),
  },
  owners: {
    view: { of: machineView(1, TWO) },
    ...Object.fromEntries(TEMPORAL_PROPERTIES.map((property) => [property.name, property])),
  },
};

const failure = () => ({
  device: 'D',
  path: ['guest.mask.0'],
  subject: 'it',
  got: 'did this',
  expected: 'that',
  cause: { rules: ['MSIX-PEND-3'], sentences: ['One. [MSIX-PEND-3]'] },
});
const TRACE = 'traces/linux-6.1-nvme.trace';
const LOG = [readFileSync(TRACE, 'latin1').split('\n').slice(0, 400).join('\n'), '\n'];
const replayed = () => ({
  progress: () => {},
  events: () => {},
  watch: () => {},
  device: 'nvme 00:02.0',
  told: { capability: 0x40, vectorCount: 5, tableBir: 0, tableOffset: 0x2000, pbaBir: 0, pbaOffset: 0x3000 },
  before: [{ kind: 'configRead', device: 'nvme 00:02.0', offset: 0x40, value: 0x11, bytes: 1 }],
  others: ['fee01004:22'],
  Implementation: MsixFunction,
});

export const CONFORMANCE: Table = {
  calls: {
    ConformanceError: () => [failure()],
    createInProcessDevice: () => [2, { notifies: true, Implementation: MsixFunction, geometry: { tableOffset: 0 } }],
    replay: () => [() => LOG, replayed()],
    runSuite: () => [
      // It makes no device: where nothing says that time is over, that is refused before anything is driven.
      () => null,
      { only: ['lockstep'], seed: 1, subjects: [], onFailure: () => {}, onProgress: () => {}, isOver: () => true },
    ],
    tellFailure: () => [failure()],
  },
};

export const NODE: Table = {
  calls: {
    fileSource: () => [TRACE],
    replayFile: () => [TRACE, { recordPath: 'traces/linux-6.1-nvme.json', device: 'nvme 00:02.0' }],
  },
};
