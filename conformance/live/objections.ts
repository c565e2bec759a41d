/**
 * The objections of the review of 2010, as scenarios on today's real path: each is what the reviewer was afraid of, done to the device
 * that Linux and QEMU assign, and judged by the rule that the objection cites. Each is tried several times from a fresh state.
 */
import { tellFailure } from '../device/failure.ts';
import { hex } from '../device/hexadecimal.ts';
import type { RealAssignedDevice } from '../device/nested/assigned.ts';
import type { Answer, DeviceOutput, Request } from '../device/device.ts';
import { RACES, type RaceReport, runRace } from './races.ts';

/** One scenario. */
export interface Scenario {
  readonly objection: string;
  /** What is done, as a clause. */
  readonly words: string;
  readonly rules: readonly string[];
  /** Tries it once on a fresh device. Resolves to what is wrong, as a sentence; undefined where nothing is. */
  readonly run: (guest: Guest, repetitions: number) => Promise<string | undefined>;
}

/** What a guest does, one thing after the other. */
export class Guest {
  readonly device: RealAssignedDevice;
  readonly trace: string[] = [];

  constructor(device: RealAssignedDevice) {
    this.device = device;
  }

  private async ask(words: string, request: Request): Promise<Answer> {
    this.trace.push(words);
    const [answer] = await this.device.run([request]);
    if (answer.outcome !== 'ok') throw new Error(tellFailure(answer.failure!));
    return answer;
  }

  private async write(words: string, offset: number, low: number): Promise<void> {
    await this.ask(words, { verb: 'tableWrite', offset, bytes: 4, low: low >>> 0, high: 0 });
  }

  /** Writes a message; 0 writes zeros. */
  async program(vector: number, data: number): Promise<void> {
    const low = data === 0 ? 0 : ADDRESS;
    await this.write(`write.${vector}`, 16 * vector, low);
    await this.write(`write.${vector}.high`, 16 * vector + 4, 0);
    await this.write(`write.${vector}.data ${data}`, 16 * vector + 8, data);
  }

  mask(vector: number): Promise<void> {
    return this.write(`mask.${vector}`, 16 * vector + 12, 1);
  }

  unmask(vector: number): Promise<void> {
    return this.write(`unmask.${vector}`, 16 * vector + 12, 0);
  }

  async isMasked(vector: number): Promise<boolean> {
    const words = `read.${vector}.control`;
    return ((await this.ask(words, { verb: 'tableRead', offset: 16 * vector + 12, bytes: 4 })).low & 1) !== 0;
  }

  async control(value: number): Promise<void> {
    await this.ask(`control ${value.toString(16)}`, { verb: 'configWrite', offset: 2, bytes: 2, value });
  }

  async signal(vector: number): Promise<void> {
    await this.ask(`signal.${vector}`, { verb: 'signal', vector });
  }

  async isPending(vector: number): Promise<boolean> {
    return (((await this.ask('read.pba', { verb: 'pbaRead', offset: 0, bytes: 4 })).low >>> vector) & 1) !== 0;
  }

  /** The data of what has come. On a busy machine it may take its time: it is waited for as long as nothing has come. */
  async messages(): Promise<readonly number[]> {
    const end = performance.now() + LONGEST;
    for (;;) {
      const { outputs } = await this.ask('', { verb: 'outputs' });
      this.trace.pop();
      if (outputs.length > 0 || performance.now() > end) return outputs.map(({ data }: DeviceOutput) => data);
    }
  }
}

/** So many milliseconds are waited for a message, before it is said that there is none. */
const LONGEST = 1000;
const ADDRESS = 0xfee01000;
const ENABLED = 0x8000;
const A = 0x4001;
const B = 0x4002;

const told = (data: readonly number[]): string =>
  data.length === 0 ? 'no message' : data.map((each) => `the message ${hex(each)}`).join(' and ');
const got = (what: string, expected: string): string => `Got ${what}; expected ${expected}.`;

/** The scenarios. */
export const SCENARIOS: readonly Scenario[] = [
  {
    objection: 'R1',
    words: 'an event of an entry that was never unmasked is held, and its Pending bit shows it',
    rules: ['MSIX-ASSIGN-1', 'MSIX-PBA-4'],
    run: async (guest) => {
      await guest.program(0, A);
      await guest.control(ENABLED);
      await guest.signal(0);
      const isPending = await guest.isPending(0);
      await guest.unmask(0);
      const came = await guest.messages();
      if (!came.includes(A)) return got(`${told(came)} after the unmask`, 'the message of the event');
      return isPending ? undefined : got('the Pending bit of vector 0 clear, though the event was held', 'it set');
    },
  },
  {
    objection: 'R2',
    words: 'a masked entry holds zeros for a while, has an event, and gets a message again',
    rules: ['MSIX-ASSIGN-2', 'MSIX-MSG-6'],
    run: async (guest) => {
      await guest.program(0, A);
      await guest.control(ENABLED);
      await guest.unmask(0);
      await guest.mask(0);
      await guest.program(0, 0);
      await guest.signal(0);
      const isPending = await guest.isPending(0);
      await guest.program(0, B);
      await guest.unmask(0);
      const came = await guest.messages();
      if (came.join() !== String(B)) return got(told(came), `the message ${hex(B)}`);
      return isPending ? undefined : got('the Pending bit of vector 0 clear, though the event was held', 'it set');
    },
  },
  {
    objection: 'R5',
    words: 'the Mask Bit reads as it was written, and is what decides, through disabling and enabling',
    rules: ['MSIX-ASSIGN-5', 'MSIX-OWN-1'],
    run: async (guest) => {
      await guest.program(0, A);
      await guest.control(ENABLED);
      await guest.unmask(0);
      await guest.mask(0);
      if (!(await guest.isMasked(0))) return got('the Mask Bit clear', 'it set');
      await guest.control(0);
      await guest.control(ENABLED);
      if (!(await guest.isMasked(0))) return got('the Mask Bit clear after MSI-X was disabled and enabled', 'it set');
      await guest.signal(0);
      const early = await guest.messages();
      if (early.length > 0) return got(`${told(early)} of a masked vector`, 'none');
      const isPending = await guest.isPending(0);
      await guest.unmask(0);
      const came = await guest.messages();
      if (!came.includes(A)) return got(`${told(came)} after the unmask`, 'the message of the event');
      return isPending
        ? undefined
        : got('the Pending bit clear of a vector that was masked before MSI-X was disabled and enabled', 'it set');
    },
  },
  {
    objection: 'R6',
    words: 'an event, a mask and a read that flushes, all at once',
    rules: ['MSIX-MSG-5', 'MSIX-ASSIGN-6'],
    run: (guest, repetitions) => raced(guest, 'mask', repetitions),
  },
  {
    objection: 'R7',
    words:
      'a message that is written to an unmasked entry is in force after the next mask and unmask, and whole until then',
    rules: ['MSIX-ASSIGN-7'],
    run: async (guest) => {
      await guest.program(0, A);
      await guest.control(ENABLED);
      await guest.unmask(0);
      await guest.program(0, B);
      await guest.signal(0);
      const open = await guest.messages();
      if (open.length !== 1 || (open[0] !== A && open[0] !== B))
        return got(told(open), 'the old message or the new one');
      await guest.mask(0);
      await guest.unmask(0);
      await guest.signal(0);
      const came = await guest.messages();
      return came.join() === String(B) ? undefined : got(told(came), `the message ${hex(B)}`);
    },
  },
  {
    objection: 'R9',
    words: 'an event of a vector, and the first unmask of another one, all at once',
    rules: ['MSIX-ASSIGN-10'],
    run: (guest, repetitions) => raced(guest, 'add', repetitions),
  },
];

async function raced(guest: Guest, name: string, repetitions: number): Promise<string | undefined> {
  const race = RACES.find((each) => each.name === name)!;
  guest.trace.push(`signal.0 with ${name}, in one write`);
  const report = await runRace(guest.device, race, { repetitions, delay: 40 });
  return tellRace(report);
}

/** What is wrong with a race, as a sentence. */
export function tellRace({ counts, repetitions, places, ended }: RaceReport): string | undefined {
  if (ended !== undefined) return `Got ${ended} after ${repetitions} repetitions; expected an answer.`;
  const { late, lost } = counts;
  if (late + lost === 0) return undefined;
  const where = [...places].map(([words, count]) => `${count}: ${words}`).join('; ');
  const lostWords = lost === 0 ? '' : `${lost} events lost (${where})`;
  const lateWords = late === 0 ? '' : `${late} messages that came after the read that had flushed them`;
  return `Got ${[lostWords, lateWords].filter(Boolean).join(', and ')}, of ${repetitions}; expected none.`;
}

/** What became of a scenario. */
export interface ScenarioReport {
  readonly scenario: Scenario;
  readonly tries: number;
  readonly failed: number;
  /** The first thing that was wrong. */
  readonly wrong: string | undefined;
  readonly trace: readonly string[];
}

/** Tries a scenario some times, each from a fresh state. What ends a level is a failure with its last words, and the next try is whole. */
export async function tryScenario(
  device: RealAssignedDevice,
  scenario: Scenario,
  tries: number,
  repetitions: number,
): Promise<ScenarioReport> {
  let failed = 0;
  let wrong: string | undefined;
  let trace: readonly string[] = [];
  for (let each = 0; each < tries; each++) {
    await device.fresh();
    const guest = new Guest(device);
    let found: string | undefined;
    try {
      found = await scenario.run(guest, repetitions);
    } catch (error) {
      found = `Got ${await device.levels.tell(error as Error)}; expected an answer.`;
    }
    trace = guest.trace;
    if (found === undefined) continue;
    failed++;
    wrong ??= found;
  }
  return { scenario, tries, failed, wrong, trace };
}
