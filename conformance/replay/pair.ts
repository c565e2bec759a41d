/**
 * The implementation and the machine side by side: each step is done to both, and their outputs and whole states are compared.
 */
import { hex } from '../device/hexadecimal.ts';
import * as alphabet from '../../machines/alphabet.ts';
import { MsixFunction, type MsixFunctionOptions } from '../../src/index.ts';
import * as registers from '../../src/registers.ts';
import { dwordName, readbackDwords } from '../device/readback.ts';
import { tellOutputs } from '../paths/story.ts';
import type { Geometry } from './access.ts';
import { messageName, type NamedMessage } from './events.ts';
import { ReplayError } from './lines.ts';
import { MACHINE_MESSAGES_MAX, MACHINE_VECTORS_MAX, ReplayMachine } from './machine.ts';
import type { Replay, ReplayFigures } from './results.ts';

/** What a pair tells. */
export interface PairCalls {
  /** The two differ. */
  readonly disagree: (expected: string, got: string) => void;
  /** Registers have changed. */
  readonly changed: () => void;
  /** The events of the machine that a step is. */
  readonly events: ((names: readonly string[]) => void) | undefined;
}

/** Both, in step. */
export class Pair {
  readonly implementation: MsixFunction;
  readonly machine: ReplayMachine | undefined;
  /** How many messages the machine was built with, or why there is no machine. */
  readonly machineResult: Replay['machine'];
  /** Message Control, table and Pending Bit Array of the implementation, as of the last step. */
  dwords: Uint32Array;
  /** The message in force of each vector, as the implementation tells it; undefined while the vector is blocked. */
  readonly inForce: (string | undefined)[];
  /** The outputs of the implementation in the last step. */
  outputs: string[] = [];
  /** How often both were compared. */
  comparisons = 0;
  readonly edges: { -readonly [Edge in keyof ReplayFigures['edges']]: number } = {
    mask: 0,
    unmask: 0,
    block: 0,
    unblock: 0,
  };
  private readonly lastSent: { readonly name: string; readonly output: string }[] = [];
  private before: Uint32Array;
  /** What the machine has told and the implementation was found to agree with, since it changed last. */
  private agreed: Uint32Array | undefined;
  private readonly vectorCount: number;
  private readonly calls: PairCalls;

  constructor(
    Implementation: typeof MsixFunction,
    geometry: Geometry,
    messages: readonly NamedMessage[],
    calls: PairCalls,
  ) {
    const { vectorCount } = geometry;
    this.vectorCount = vectorCount;
    this.calls = calls;
    this.inForce = Array.from({ length: vectorCount }, () => undefined);
    this.implementation = createImplementation(Implementation, geometry, {
      send: (addressLow, addressHigh, data, vector) => {
        this.outputs.push(this.sending(vector, messageName(addressLow, addressHigh, data)));
      },
      use: (vector, addressLow, addressHigh, data) => {
        const name = messageName(addressLow, addressHigh, data);
        this.inForce[vector] = name;
        this.edges.unblock++;
        this.outputs.push(`use.${vector}.${name}`);
      },
      release: (vector) => {
        this.inForce[vector] = undefined;
        this.edges.block++;
        this.outputs.push(`release.${vector}`);
      },
    });
    this.dwords = new Uint32Array(readbackDwords(vectorCount));
    this.before = new Uint32Array(this.dwords.length);
    this.implementation.peekInto(this.dwords);
    const notApplicable = machineRefusal(vectorCount, messages.length);
    this.machine = notApplicable === undefined ? new ReplayMachine(vectorCount, messages) : undefined;
    this.machineResult = notApplicable === undefined ? { messages: messages.length } : { notApplicable };
  }

  get enabled(): boolean {
    return (this.dwords[0] & registers.CONTROL_ENABLE) !== 0;
  }

  /** Whether a vector can send that is not masked by itself. */
  get isSendable(): boolean {
    return this.enabled && (this.dwords[0] & registers.CONTROL_FUNCTION_MASK) === 0;
  }

  /** The output of a vector that sends. It is spelled once for as long as the vector sends the same. */
  sending(vector: number, name: string): string {
    const last = this.lastSent[vector];
    if (last?.name === name) return last.output;
    const output = `send.${vector}.${name}`;
    this.lastSent[vector] = { name, output };
    return output;
  }

  /** Does the same to both, and compares what they put out and what they are then. */
  step<Result>(act: () => Result, events: readonly string[]): Result {
    this.outputs = [];
    this.calls.events?.(events);
    const result = act();
    const { dwords } = this;
    this.dwords = this.before;
    this.before = dwords;
    this.implementation.peekInto(this.dwords);
    if (this.countMaskEdges()) {
      this.agreed = undefined;
      this.calls.changed();
    }
    if (this.machine !== undefined) this.compareMachine(this.machine, events);
    return result;
  }

  /** What left in the last step. */
  *sent(): Generator<{ readonly vector: number; readonly name: string }> {
    for (const output of this.outputs) {
      const { verb, vector, message } = alphabet.readOutput(output);
      if (verb === 'send') yield { vector, name: message ?? '' };
    }
  }

  /** Says whether anything has changed. */
  private countMaskEdges(): boolean {
    const { before, dwords, edges, vectorCount } = this;
    let changed = false;
    for (let at = 0; at < dwords.length; at++) {
      if (before[at] === dwords[at]) continue;
      changed = true;
      const isControl = at > 0 && at % 4 === 0 && at <= 4 * vectorCount;
      if (!isControl) continue;
      if (dwords[at] === 0) edges.unmask++;
      else edges.mask++;
    }
    return changed;
  }

  private compareMachine(machine: ReplayMachine, events: readonly string[]): void {
    this.comparisons++;
    const expected = machine.take(events);
    if (!sameOutputs(expected, this.outputs)) {
      this.calls.disagree(
        `The machine does ${tellOutputs(expected)}.`,
        `The implementation does ${tellOutputs(this.outputs)}.`,
      );
    }
    const { dwords } = machine;
    if (dwords === this.agreed) return;
    for (let at = 0; at < dwords.length; at++) {
      if (dwords[at] === this.dwords[at]) continue;
      const where = dwordName(at, this.vectorCount);
      this.calls.disagree(
        `In the machine, ${where} is then ${hex(dwords[at])}.`,
        `In the implementation, ${where} is then ${hex(this.dwords[at])}.`,
      );
      return;
    }
    this.agreed = dwords;
  }
}

function sameOutputs(expected: readonly string[], got: readonly string[]): boolean {
  return expected.length === got.length && expected.every((output, index) => output === got[index]);
}

/** Why there can be no machine for a trace; undefined when there can. */
function machineRefusal(vectorCount: number, messageCount: number): string | undefined {
  if (messageCount > MACHINE_MESSAGES_MAX) {
    return `The machine is not stepped: the table held ${messageCount} different messages, more than ${MACHINE_MESSAGES_MAX}.`;
  }
  if (vectorCount > MACHINE_VECTORS_MAX) {
    return `The machine is not stepped: the function has ${vectorCount} vectors, more than ${MACHINE_VECTORS_MAX}.`;
  }
  return undefined;
}

function createImplementation(
  Implementation: typeof MsixFunction,
  geometry: Geometry,
  calls: Pick<MsixFunctionOptions, 'send' | 'use' | 'release'>,
): MsixFunction {
  const { device, capability: _, ...options } = geometry;
  try {
    return new Implementation({ ...options, ...calls });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ReplayError(`The trace shows ${device} with a geometry that no function has. ${error.message}`, {
      cause: error,
    });
  }
}
