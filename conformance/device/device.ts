/**
 * The port: what a suite needs of a device under test, whatever it is made of and wherever it runs. Nothing else of a device is
 * known to a suite, and a device knows nothing of suites, machines or properties.
 *
 * There are two forms of it. A `Device` answers at once: it is in this process, or a WebAssembly module, and the hot path has no
 * promise. A `RemoteDevice` answers later: it is another program, or a live QEMU; it takes requests in batches and answers
 * them in order, and what goes wrong with it is an answer too. `remoteOf` makes the second of the first.
 *
 * Offsets and sizes are in bytes, from the start of the MSI-X capability, of the table, or of the Pending Bit Array.
 */

/** Something that the device did: a message that left, or a notification with the message that came into force. */
export interface DeviceOutput {
  readonly verb: 'send' | 'use' | 'release';
  /** The vector, where the device tells it; -1 of a device that sends a message and says no more. */
  readonly vector: number;
  readonly addressLow: number;
  readonly addressHigh: number;
  readonly data: number;
}

/**
 * A state of a device, as a handle. Equal handles of one device mean equal states, and so equal behaviour; a handle is worth
 * nothing to another device, unless the two say that they migrate. What stands behind it (words, pages of memory, a file) is the device's business.
 */
export type Snapshot = number;

/** What became of a write, a signal or a retire. `ignored` is lawful in form and has no effect; `refused` has no form that exists. */
export type AccessResult = 'done' | 'ignored' | 'refused' | 'sent' | 'held';

/** How many accesses and signals a device has refused or ignored since it was made. */
export type RefusalCounts = Readonly<Record<`${'config' | 'table' | 'pba'}${'Reads' | 'Writes'}` | 'signals', number>>;

/** What a device may be able to do beyond what every device can. */
export type Ability = 'reset' | 'retire' | 'pbaWrite' | 'peek' | 'notify' | 'snapshot';

/** A device under test that answers at once, as the guest, the device model and a bystander see it. */
export interface Device {
  readonly name: string;
  readonly vectorCount: number;

  // ---- The guest's accesses. One that the device refuses still returns.

  /** Reads 1, 2 or 4 bytes of the capability. */
  configRead(offset: number, bytes: number): number;
  configWrite(offset: number, bytes: number, value: number): void;
  /** Reads 1, 2, 4 or 8 bytes of the table. Returns the lower dword, and leaves the upper one in `readHigh`. */
  tableRead(offset: number, bytes: number): number;
  tableWrite(offset: number, bytes: number, low: number, high: number): void;
  /** Reads 1, 2, 4 or 8 bytes of the Pending Bit Array. Returns the lower dword, and leaves the upper one in `readHigh`. */
  pbaRead(offset: number, bytes: number): number;
  /** The upper dword of the last read of 8 bytes. */
  readonly readHigh: number;

  // ---- The device model, and what left the device

  /** The device has an event for a vector. */
  signal(vector: number): void;
  /** Takes what the device did since the last call, in order. The list may be used again by the device: whoever keeps it copies it. */
  takeOutputs(): readonly DeviceOutput[];

  // ---- Abilities: a suite that needs one that is missing says so, and asks nothing

  /** A Function Level Reset. Where it is missing, the judge starts from a fresh instance; `runSuite` refuses the device in a sentence. */
  reset?(): void;
  /** The cause of the vector's event is gone. */
  retire?(vector: number): void;
  pbaWrite?(offset: number, bytes: number, low: number, high: number): void;
  /**
   * Copies Message Control, the table and the Pending Bit Array into `out`, in dwords, and returns how many. A peek is no event: it
   * changes nothing, drains nothing and counts nothing. Where it is missing, a readback is made of reads.
   */
  peekInto?(out: Uint32Array): number;
  /** Whether the device tells `use` and `release`. One that does not is compared by its messages. */
  readonly notifies?: boolean;
  /** What became of the last write, signal or retire, where the device tells it. */
  readonly lastResult?: AccessResult;
  /** What the device has refused, where it counts that. */
  readonly refusals?: RefusalCounts;
  /** Whether a state that one device of a factory has saved may be restored into another of the same factory. */
  readonly migrates?: boolean;
  /** Takes the state. */
  save?(): Snapshot;
  /** Puts a state back. What that does to the outside is no output of a step. */
  restore?(snapshot: Snapshot): void;
}

/** What a fresh instance is made with. */
export interface DeviceOptions {
  readonly vectorCount: number;
}

/** Makes fresh instances: the state that one leaves behind must not be the next one's. */
export type DeviceFactory = (options: DeviceOptions) => Device;

// ---- A device that answers later

/** What a guest or the device model does, as data. */
export type Access =
  | { readonly verb: 'configRead' | 'tableRead' | 'pbaRead'; readonly offset: number; readonly bytes: number }
  | { readonly verb: 'configWrite'; readonly offset: number; readonly bytes: number; readonly value: number }
  | {
      readonly verb: 'tableWrite' | 'pbaWrite';
      readonly offset: number;
      readonly bytes: number;
      readonly low: number;
      readonly high: number;
    }
  | { readonly verb: 'signal' | 'retire'; readonly vector: number }
  | { readonly verb: 'reset' };

/** What a device is asked, as data. */
export type Request =
  | Access
  | { readonly verb: 'restore'; readonly snapshot: Snapshot }
  /** `outputs` asks for what the device did since it was asked last, and waits for what is still on its way. */
  | { readonly verb: 'outputs' | 'save' };

/**
 * What became of a request. `unsupported`: the device lacks it. `error`: the device says that it went wrong. `garbled`: the answer
 * is none of the protocol. `crashed`: the device has ended. `hung`: no answer within the time allowed. `skipped`: not asked any
 * more, since the device is gone.
 */
export type Outcome = 'ok' | 'unsupported' | 'error' | 'garbled' | 'crashed' | 'hung' | 'skipped';

/** What a device did instead of answering. */
export interface DeviceFailure {
  /** `threw`: a device in this process did. `trapped`: a module did, or failed an assertion, or had no end. */
  readonly kind: Exclude<Outcome, 'ok'> | 'threw' | 'trapped';
  /**
   * Of `error` what the device said; of `garbled` and `trapped` what was got, as a clause; of `threw` the error; of what is gone or silent a sentence of its keeper's, without its full stop.
   * Empty where the kind says it.
   */
  readonly words: string;
  /** What was expected instead; an answer when left out. */
  readonly expected?: string;
  /** What its keeper has to say beside it, in sentences: how it ended, what it said before. */
  readonly more?: string;
  /** What was asked, as the text protocol writes it; undefined where nothing was. */
  readonly request?: string;
  /** The number of an assertion of its own that failed, which is the same wherever it is met. */
  readonly assertion?: number;
}

/** The answer to one request. */
export interface Answer {
  readonly outcome: Outcome;
  /** Of a read, the lower dword and the upper one; of `save`, the snapshot is `low`. Zero otherwise. */
  readonly low: number;
  readonly high: number;
  /** Of `outputs`. Empty otherwise. */
  readonly outputs: readonly DeviceOutput[];
  /** Of anything but `ok`: what it is. Its kind is the outcome; or that the device threw, where it crashed so. */
  readonly failure?: DeviceFailure;
}

/** A device under test that answers later, and may crash or hang. No method rejects for what the device does. */
export interface RemoteDevice {
  readonly name: string;
  readonly vectorCount: number;
  readonly abilities: ReadonlySet<Ability>;
  /** The vectors that the device can be told to signal; all when left out. No suite acts upon another. */
  readonly signalled?: readonly number[];
  /** The forms of access (`formOf` of `protocol.ts`) that it says it has not. None of them is needed, and no suite asks them. */
  readonly unsupported?: ReadonlySet<string>;
  /** What its keeper has to say of it, in sentences: where what it does is not what it says of itself. */
  readonly notes?: readonly string[];
  /** Whether messages that go to one address between two looks are seen as one, the last of them. */
  readonly merges?: boolean;
  /** Whether `outputs` waits long enough for what is on its way; elsewhere a message may come after the answer. */
  readonly waitsItself?: boolean;
  /** Whether `run` may be called again before it has resolved: what is asked then waits for its turn. */
  readonly queues?: boolean;
  /** Asks all `requests`, ahead of answers where it can, and resolves to as many answers, in order. */
  run(requests: readonly Request[]): Promise<readonly Answer[]>;
  /** A fresh instance, whatever has become of the one before. */
  fresh(): Promise<void>;
  /** Ends the device and whatever it started. */
  close(): Promise<void>;
}
