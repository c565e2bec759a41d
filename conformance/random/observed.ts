/**
 * The implementation as a property sees it. The observer stands outside: it knows what the function says to a peek, to
 * reads of the capability, and to its callbacks, and nothing else. The message in force is what notifications have said
 * it is.
 */
import type { StepView } from '../../checker/decide/property.ts';
import { MsixFunction, type MsixFunctionOptions, Refusals } from '../../src/index.ts';
import * as registers from '../../src/registers.ts';
import { entryDword, isPending, readbackDwords } from '../device/readback.ts';
import {
  type Access,
  type Answer,
  type Decoded,
  decodeAccess,
  messageText,
  NO_EVENT,
  performAccess,
  writtenText,
} from './access.ts';
import type { FunctionView } from '../../properties/view.ts';

/** An access that was made, and what came of it. */
export interface Performed {
  readonly access: Access;
  readonly decoded: Decoded;
  /** Absent when the access threw, which none ever may. */
  readonly answer?: Answer;
  readonly error?: unknown;
}

/** The state of the implementation: what the machine has too, and the registers themselves. */
export interface ImplementationView extends FunctionView {
  /** Message Control, the table and the Pending Bit Array, as `peekInto` copies them. */
  readonly words: Uint32Array;
  /** The three dwords of the capability, as they read. */
  readonly capability: readonly number[];
  readonly refusals: Readonly<Record<keyof Refusals, number>>;
  /** The access that led here; of two steps that one access is, it belongs to the second. */
  readonly performed?: Performed;
}

/** A step of the implementation. */
export type ImplementationStep = StepView<ImplementationView>;

/** Where the function is in its BARs: no two values alike, and none zero, so that no field passes for another. */
export const GEOMETRY = {
  tableBir: 2,
  tableOffset: 0x2000,
  pbaBir: 4,
  pbaOffset: 0x8008,
  nextCapability: 0x60,
} as const satisfies Partial<MsixFunctionOptions>;

/** The class of the implementation, or of one with a planted fault. */
export type Implementation = new (options: MsixFunctionOptions) => MsixFunction;

/** A function under observation. */
export class ObservedFunction {
  readonly msix: MsixFunction;
  readonly vectorCount: number;
  private readonly force: (string | undefined)[] = [];
  private outputs: string[] = [];
  private current: ImplementationView;

  constructor(vectorCount: number, Class: Implementation = MsixFunction) {
    this.vectorCount = vectorCount;
    this.msix = new Class({
      ...GEOMETRY,
      vectorCount,
      send: (addressLow, addressHigh, data, vector) =>
        void this.outputs.push(`send.${vector}.${messageText(addressLow, addressHigh, data)}`),
      use: (vector, addressLow, addressHigh, data) => {
        const message = messageText(addressLow, addressHigh, data);
        this.force[vector] = message;
        this.outputs.push(`use.${vector}.${message}`);
      },
      release: (vector) => {
        this.force[vector] = undefined;
        this.outputs.push(`release.${vector}`);
      },
    });
    this.current = this.observe();
  }

  /** The state that the last access left. */
  get view(): ImplementationView {
    return this.current;
  }

  /** Saves the function into words of its own. */
  save(): Uint32Array {
    const words = new Uint32Array(this.msix.savedWords);
    this.msix.saveInto(words);
    return words;
  }

  /** Restores a saved function into this one, and returns what that made it say. */
  restore(words: Uint32Array): readonly string[] {
    this.outputs = [];
    this.msix.restore(words);
    this.current = this.observe();
    return this.outputs;
  }

  /**
   * Makes an access, and returns the steps that it is: one, or two for a QWORD of data and Vector Control.
   *
   * Of those two only the ends are seen. The state between them is computed, as the rule has it (MSIX-ACCESS-4, 5): the
   * data is written, nothing else has changed, and nothing was said. All that the access did say belongs to the second
   * step. A function that takes the control first does not pass: what it sends then is not what the entry holds after
   * the step. `SizeEquivalenceRuns` makes the same write as two dwords, where the state between is seen.
   */
  perform(access: Access): readonly ImplementationStep[] {
    const before = this.current;
    const decoded = decodeAccess(access, this.vectorCount);
    this.outputs = [];
    const after = this.observe(attempt(this.msix, access, decoded));
    this.current = after;
    const { events, vector } = decoded;
    const [first = NO_EVENT, second] = events;
    if (second === undefined || access.kind !== 'tableWrite' || vector === undefined) {
      return [{ before, event: first, outputs: this.outputs, after }];
    }
    const between = withData(before, vector, access.low);
    return [
      { before, event: first, outputs: [], after: between },
      { before: between, event: second, outputs: this.outputs, after },
    ];
  }

  private observe(performed?: Performed): ImplementationView {
    const { msix, vectorCount } = this;
    const words = new Uint32Array(readbackDwords(vectorCount));
    msix.peekInto(words);
    const capability = [0, 4, 8].map((offset) => msix.configRead(offset, 4));
    return viewOf(
      { vectorCount, words, capability, refusals: Object.assign(new Refusals(), msix.refusals), performed },
      this.force.slice(),
    );
  }
}

function attempt(msix: MsixFunction, access: Access, decoded: Decoded): Performed {
  try {
    return { access, decoded, answer: performAccess(msix, access) };
  } catch (error) {
    return { access, decoded, error };
  }
}

type Registers = Pick<ImplementationView, 'vectorCount' | 'words' | 'capability' | 'refusals' | 'performed'>;

/** Makes a view that reads registers when it is asked, and not before: few of two thousand vectors ever are. */
function viewOf(observed: Registers, force: readonly (string | undefined)[]): ImplementationView {
  const { words, vectorCount } = observed;
  return {
    ...observed,
    enabled: (words[0] & registers.CONTROL_ENABLE) !== 0,
    functionMask: (words[0] & registers.CONTROL_FUNCTION_MASK) !== 0,
    masked: (vector) => (words[entryDword(vector) + 3] & registers.VECTOR_CONTROL_MASK) !== 0,
    pending: (vector) => isPending(words, vectorCount, vector),
    entry: (vector) => {
      const at = entryDword(vector);
      return messageText(words[at], words[at + 1], words[at + 2]);
    },
    force: (vector) => force[vector],
    resetEntry: messageText(0, 0, 0),
    written: writtenText,
  };
}

/** The same state with other data in one entry. */
function withData(view: ImplementationView, vector: number, data: number): ImplementationView {
  const { vectorCount, capability, refusals } = view;
  const words = view.words.slice();
  words[entryDword(vector) + 2] = data;
  const force = Array.from({ length: vectorCount }, (_, each) => view.force(each));
  return viewOf({ vectorCount, words, capability, refusals }, force);
}
