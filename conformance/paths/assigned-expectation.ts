/**
 * What the machine `assigned-device` expects of a device in each of its states: what a guest reads, who owns the page, what each vCPU is
 * stopped in, and what flies; and what differs, in clauses.
 */
import { hex } from '../device/hexadecimal.ts';
import type { StateValue } from 'xstate';
import { vcpuName } from '../../machines/access.ts';
import type { AssignedBounds } from '../../machines/device-context.ts';
import { vectorRegionName } from '../../machines/vector.ts';
import * as implementation from '../../src/index.ts';
import { OWNERS } from '../device/assigned.ts';
import { dwordName, dwordsOf } from '../device/readback.ts';
import { messageOf } from '../device/words.ts';
import { entriesRead } from './assigned-reading.ts';
import type { RegionPath } from './step-rules.ts';
import type { StatesApart } from './state-words.ts';
import { type Clause, tellOutputs } from './story.ts';

/** What a vCPU waits for, as the machine calls it, by the number that the implementation has for it. */
const WORKS: Readonly<Record<number, string>> = {
  [implementation.WORK_ENABLE_ALL]: 'opening',
  [implementation.WORK_PLACE]: 'placing',
  [implementation.WORK_REBUILD]: 'rebuilding',
  [implementation.WORK_DISABLE_ALL]: 'closing',
};

type Regions = Readonly<Record<string, string>>;

/** A state of a vCPU: what the machine calls it, `mask_0` say, with the verb and the vector in that. */
interface VcpuState {
  readonly name: string;
  readonly verb: string;
  readonly vector: number;
}

function readVcpu(name: string): VcpuState {
  const [verb, vector] = name.split('_');
  return { name, verb, vector: Number(vector) };
}

/** A state of the machine, as a bystander may tell it. */
export interface Expected {
  readonly dwords: readonly number[];
  readonly owner: string;
  /** Of each vCPU, the access that it is stopped in, or what it waits for. */
  readonly vcpus: readonly VcpuState[];
  readonly flying: readonly boolean[];
  readonly entries: readonly string[];
}

/** Tells a state of the machine. */
export function expectedOf(value: StateValue, { design, vectors, vcpus = 1 }: AssignedBounds): Expected {
  const regions = value as Record<string, Regions & string>;
  const { capability, ownership } = regions;
  const each = Array.from({ length: vectors }, (_, vector) => regions[vectorRegionName(vector)] as Regions);
  const read = entriesRead(value, { design, vectors });
  const dwords = dwordsOf(vectors, {
    enabled: capability.enable === 'enabled',
    functionMask: capability.functionMask === 'set',
    message: (vector) => messageOf(read[vector].message, vector),
    masked: (vector) => read[vector].isMasked,
    pending: (vector) => each[vector].pending === 'set',
  });
  return {
    // Where there is no device, nobody answers.
    dwords: ownership === 'removed' ? dwords.map((_, word) => (word === 0 ? 0xffff : 0xffff_ffff)) : dwords,
    owner: ownership,
    vcpus: Array.from({ length: vcpus }, (_, vcpu) => readVcpu(regions[vcpuName(vcpu)])),
    flying: each.map((region) => region.flight === 'flying'),
    entries: each.map((region) => region.entry),
  };
}

/** Whether a vCPU is doing what the machine says. */
function vcpuMatches(device: implementation.AssignedDevice, vcpu: number, state: VcpuState): boolean {
  if (state.name === 'running') return !device.isStopped(vcpu);
  const work = WORKS[device.dueOf(vcpu)];
  if (work !== undefined) return work === state.name;
  return device.isExitOf(vcpu) && isStoppedIn(device, device.accessOf(vcpu), state);
}

/** What a vCPU is doing: a state of the machine, or the address that it is stopped at. */
function vcpuState(device: implementation.AssignedDevice, vcpu: number): string {
  if (!device.isStopped(vcpu)) return 'running';
  const access = device.accessOf(vcpu);
  if (access[implementation.KIND_AT] === implementation.VOID) return 'void';
  return WORKS[device.dueOf(vcpu)] ?? `stopped in an access to ${hex(access[implementation.ADDRESS_LOW_AT])}`;
}

/** The register that says where BAR 0 is. */
const BAR0_OFFSET = 0x10;

/** Whether an access is the one that the machine names: `mask_0`, `write_0_A`, `control_on`. */
function isStoppedIn(
  device: implementation.AssignedDevice,
  access: Readonly<Uint32Array>,
  { verb, vector }: VcpuState,
): boolean {
  const kind = access[implementation.KIND_AT];
  if (verb === 'void') return kind === implementation.VOID;
  const address = access[implementation.ADDRESS_LOW_AT];
  if (verb === 'control') return kind === implementation.CONFIG_WRITE && address !== BAR0_OFFSET;
  if (verb === 'move') return kind === implementation.CONFIG_WRITE && address === BAR0_OFFSET;
  const offset = address - device.entryAddress(vector);
  const isControl = offset === implementation.ENTRY_VECTOR_CONTROL_OFFSET;
  switch (verb) {
    case 'read':
      return kind === implementation.ENTRY_READ && offset === 0;
    case 'poll':
      return kind === implementation.MMIO_READ && address === device.pbaAddress + 4 * (vector >>> 5);
    case 'write':
      return kind !== implementation.ENTRY_READ && offset >= 0 && offset < implementation.ENTRY_VECTOR_CONTROL_OFFSET;
    case 'mask':
    case 'unmask': {
      const mask = access[implementation.LOW_AT] & implementation.VECTOR_CONTROL_MASK;
      return kind === implementation.MMIO_WRITE && isControl && (mask === 1) === (verb === 'mask');
    }
    // It waits for something else.
    default:
      return false;
  }
}

/** Something in which a device differs from the machine. */
export interface StateDifference {
  /** The dword that a guest reads, counted as `peekInto` does; undefined of what no guest reads. */
  readonly word?: number;
  readonly what: Clause | StatesApart;
  /** The regions of the machine that show it, where it is none of these dwords. */
  readonly regions?: readonly RegionPath[];
}

/** Whether a device is in a state of the machine: whether there is nothing that `stateDifferences` yields, without a word about it. */
export function isInState(
  device: implementation.AssignedDevice,
  { dwords, owner, vcpus, flying }: Expected,
  observed: Uint32Array,
): boolean {
  device.peekInto(observed);
  for (let word = 0; word < dwords.length; word++) if (observed[word] !== dwords[word]) return false;
  if (OWNERS[device.owner] !== owner) return false;
  for (let vcpu = 0; vcpu < vcpus.length; vcpu++) if (!vcpuMatches(device, vcpu, vcpus[vcpu])) return false;
  for (let vector = 0; vector < flying.length; vector++) if (device.isInFlight(vector) !== flying[vector]) return false;
  return true;
}

/** Yields what differs between a device and a state of the machine. `observed` has room for what the guest reads. */
export function* stateDifferences(
  device: implementation.AssignedDevice,
  { dwords, owner, vcpus, flying }: Expected,
  observed: Uint32Array,
): Generator<StateDifference> {
  device.peekInto(observed);
  for (const [word, expected] of dwords.entries()) {
    if (observed[word] === expected) continue;
    const subject = dwordName(word, device.vectorCount);
    yield { word, what: { subject, got: `reads ${hex(observed[word])}`, expected: hex(expected) } };
  }
  const answers = OWNERS[device.owner];
  if (answers !== owner)
    yield { what: { region: 'ownership', got: answers, expected: owner }, regions: [['ownership']] };
  for (const [vcpu, state] of vcpus.entries()) {
    if (vcpuMatches(device, vcpu, state)) continue;
    const what = { region: 'vcpu', number: vcpu, got: vcpuState(device, vcpu), expected: state.name };
    yield { what, regions: [[vcpuName(vcpu)]] };
  }
  for (const [vector, flies] of flying.entries()) {
    if (device.isInFlight(vector) === flies) continue;
    const [got, expected] = flies ? ['none', 'flying'] : ['flying', 'none'];
    const what = { region: 'flight', number: vector, got, expected };
    yield { what, regions: [[vectorRegionName(vector), 'flight']] };
  }
}

/**
 * What was done and is not what the machine puts out. What is delivered and sent has an order; then comes what was
 * read, in any; and then how the access ended.
 */
export function outputsDifference(done: readonly string[], due: readonly string[]): Clause | undefined {
  if (done.length === due.length && done.every((name, index) => name === due[index])) return undefined;
  const order = (names: readonly string[]): string =>
    [
      ...names.filter((name) => /^(send|deliver)\./.test(name)),
      ...names.filter((name) => name.startsWith('answer.')).toSorted(),
      ...names.filter((name) => !name.includes('.')),
    ].join(' ');
  if (order(done) === order(due)) return undefined;
  return { subject: 'it', got: `did ${tellOutputs(done)}`, expected: tellOutputs(due) };
}
