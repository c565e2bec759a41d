/**
 * What comes of a replay: figures, disagreements, verdict; and what is told meanwhile to who watches a vector. Types alone.
 */
import type { Geometry } from './access.ts';

/** Where the trace and what it was replayed on differ. */
export interface Disagreement {
  readonly line: number;
  /** The line itself. */
  readonly text: string;
  /** What was expected, as a sentence. */
  readonly expected: string;
  /** What was got, as a sentence. */
  readonly got: string;
}

/** How many of each message, `address:data` in hexadecimal, the trace has. */
export type Tallies = Readonly<Record<string, number>>;

/** What a replay counts. Equal traces give equal figures, so they are pinned. */
export interface ReplayFigures {
  readonly lines: number;
  /** Lines of each kind that concern the function, and how many do not (`elsewhere`). */
  readonly accesses: Readonly<Record<CountedKind | 'elsewhere', number>>;
  /** Lines of other trace events, and whatever else stood between. */
  readonly passedOver: number;
  readonly comparisons: {
    /** Values read, views of QEMU's and messages of the function, compared with the implementation. */
    readonly implementation: number;
    /** Steps after which outputs and whole state of machine and implementation were compared. */
    readonly machine: number;
  };
  readonly messages: {
    /** Messages of the function that it would have sent, by message. */
    readonly explained: Tallies;
    /** Messages of other devices. */
    readonly others: Tallies;
    /** Messages that entries of the table have been, and that no vector could send: nobody knows whose they are. */
    readonly unattributed: Tallies;
  };
  readonly edges: {
    /** Changes of Mask Bits. */
    readonly mask: number;
    readonly unmask: number;
    /** Changes of being blocked, whatever the cause. */
    readonly block: number;
    readonly unblock: number;
  };
  /** What the device must have done, to judge by what followed. */
  readonly inferred: { readonly signals: number; readonly retirements: number };
}

type CountedKind =
  | 'configRead'
  | 'configWrite'
  | 'tableRead'
  | 'tableWrite'
  | 'pbaRead'
  | 'pbaWrite'
  | 'view'
  | 'message'
  | 'reset';

/** What came of a replay. */
export interface Replay {
  /** `n/a` where nothing of the function's own was seen to hold. */
  readonly verdict: 'holds' | 'violated' | 'n/a';
  /** Why there is no answer, as a sentence; undefined when there is one. */
  readonly reason: string | undefined;
  readonly geometry: Geometry;
  readonly figures: ReplayFigures;
  /** How many messages the machine was built with, or why there is no machine. */
  readonly machine: { readonly messages: number } | { readonly notApplicable: string };
  /** The first hundred. */
  readonly disagreements: readonly Disagreement[];
  readonly disagreementCount: number;
  /** What this replay cannot show, as sentences. */
  readonly limits: readonly string[];
}

/** Something that happens to a vector, for who asks why an interrupt did not come. */
export interface Happening {
  readonly line: number;
  readonly text: string;
  readonly kind: 'message' | 'stale' | 'signal' | 'lost' | 'reset' | 'disagreement' | 'state';
  /** Undefined where it concerns all vectors. */
  readonly vector?: number;
  readonly message?: string;
  /** Of a disagreement: the line that it comes from, where that is not the line at which it shows. */
  readonly from?: number;
  /** A disagreement, as sentences. */
  readonly sentence?: string;
  /** What has changed: the state after it. */
  readonly state?: VectorsState;
}

/** The state of all vectors, as dwords of the guest, and what else a message needs. */
export interface VectorsState {
  readonly dwords: Uint32Array;
  readonly mayMaster: boolean;
}
