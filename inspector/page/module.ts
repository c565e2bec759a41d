/**
 * A module that was dropped on the page: somebody's device in WebAssembly. It takes the place of the implementation beside the machine `function`, in a thread
 * of its own; another thread judges it meanwhile, and what that finds can be played.
 */
import { batch, effect, signal } from '@preact/signals';
import { registersOf } from '../../conformance/judge/messages.ts';
import type { ModuleAnswer, ModuleQuestions, ModuleState, ModuleVerdict, Played } from '../module/messages.ts';
import { tellError } from './open.ts';
import { Run } from './run.ts';
import { beginScene, type OwnScene, takeEvents } from './scene.ts';
import { beside, type Beside, goTo, moduleName, notice, scene } from './store.ts';

/** What is known of the module by now. */
export interface Loaded {
  readonly name: string;
  readonly bytes: number;
  /** How far the judge is; undefined when he is done. */
  readonly progress?: string;
  readonly verdict?: ModuleVerdict;
  /** What kept the judge from it. */
  readonly problem?: string;
}
export const loaded = signal<Loaded | undefined>(undefined);
/** The finding that is shown. */
export const shown = signal<number | undefined>(undefined);

/** The most bytes of a module, and the most steps along which it is driven. */
const MODULE_BYTES = 50_000_000;
const DRIVEN_STEPS = 5_000;
const JUDGED_SECONDS = 60;

let player: Thread | undefined;
let judge: Thread | undefined;
/** The accesses of the finding that is played: they hold as long as a run begins with its events. */
const script = signal<Played | undefined>(undefined);

/** Opens a module, in place of the one before. */
export async function openModule(file: File): Promise<void> {
  try {
    if (file.size > MODULE_BYTES)
      throw new RangeError(`Got a module of ${file.size} bytes; expected at most ${MODULE_BYTES}.`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const name = file.name.replace(/\.wasm$/, '');
    const next = new Thread();
    let counts: readonly number[];
    try {
      counts = await next.ask('open', { bytes, name });
    } catch (error) {
      next.end();
      throw error;
    }
    closeModule();
    player = next;
    batch(() => {
      script.value = undefined;
      loaded.value = { name, bytes: bytes.length, progress: 'The judge begins.' };
      moduleName.value = name;
      goTo(() => beginScene('function', { vectors: counts[counts.length - 1], messages: 'three' }), 0);
    });
    void judgeIt(bytes, name);
  } catch (error) {
    notice.value = { kind: 'error', text: tellError(error) };
  }
}

async function judgeIt(bytes: Uint8Array, name: string): Promise<void> {
  const thread = new Thread();
  judge = thread;
  const told = (part: Partial<Loaded>): void => {
    if (judge === thread && loaded.value !== undefined)
      loaded.value = { ...loaded.value, progress: undefined, ...part };
  };
  try {
    await thread.ask('open', { bytes, name });
    const verdict = await thread.ask('judge', { seconds: JUDGED_SECONDS }, (progress) => told({ progress }));
    told({ verdict });
  } catch (error) {
    told({ problem: tellError(error) });
  }
  thread.end();
}

/** Takes the module away: the implementation is beside the machine again. */
export function closeModule(): void {
  player?.end();
  judge?.end();
  [player, judge] = [undefined, undefined];
  batch(() => {
    loaded.value = undefined;
    shown.value = undefined;
    script.value = undefined;
    moduleName.value = undefined;
    beside.value = undefined;
  });
}

/** Plays a finding: its run, with the accesses that show it, looked at where it shows. */
export function showFinding(index: number): void {
  const run = loaded.value?.verdict?.findings[index]?.run;
  if (run === undefined || typeof run === 'string') return;
  goTo(() => {
    const begun = beginScene('function', run.bounds);
    const numbers = run.events.map((event) => begun.subject.events.indexOf(event));
    return numbers.length === 0 ? begun : takeEvents(begun, 0, numbers);
  }, run.events.length);
  batch(() => {
    script.value = run;
    shown.value = index;
  });
}

// ---- The module beside the machine

/** What stands beside the machine: states that have come from the thread. */
class Driven implements Beside {
  readonly label = 'module';
  readonly firstDifference: number | undefined;
  private readonly states: readonly ModuleState[];

  constructor(states: readonly ModuleState[]) {
    this.states = states;
    const first = states.findIndex(({ differences }) => differences.length > 0);
    this.firstDifference = first < 0 ? undefined : first;
  }

  at(position: number): ReturnType<Beside['at']> {
    const { words, differences } = this.states[Math.min(position, this.states.length - 1)];
    return { words, differences, force: undefined };
  }

  compare(): boolean {
    return true;
  }

  registersOf(message: string, vector: number): readonly number[] {
    return registersOf(message, vector);
  }
}

effect(() => {
  const at = scene.value;
  const module = loaded.value;
  const played = script.value;
  const thread = player;
  if (module === undefined || thread === undefined || at.kind !== 'own') return;
  const refusal = refusalOf(at);
  if (refusal !== undefined) {
    beside.value = { scene: at, device: refusal };
    return;
  }
  const events = Array.from({ length: at.length }, (_, step) => at.run.eventAt(step + 1)!);
  const { bounds } = { bounds: at.subject.instance };
  const choices = module.verdict?.choices;
  beside.value = { scene: at, device: beside.peek()?.scene === at ? beside.peek()!.device : 'The module is at work.' };
  thread.ask('play', { bounds, events, script: scriptFor(events, played), choices }).then(
    (states) => {
      if (scene.peek() === at && player === thread) beside.value = { scene: at, device: new Driven(states) };
    },
    (error: unknown) => {
      if (scene.peek() === at && player === thread) beside.value = { scene: at, device: tellError(error) };
    },
  );
});

/** The accesses of a finding, as far as a run is its own. */
function scriptFor(events: readonly string[], played: Played | undefined): Played['script'] {
  if (played === undefined) return [];
  const parts = played.events.findIndex((event, step) => events[step] !== event);
  return played.script.slice(0, parts < 0 ? undefined : parts + 1);
}

function refusalOf({ machine, instance, run }: OwnScene): string | undefined {
  if (machine.id !== 'function' || instance.channel)
    return 'A module stands beside the machine function alone, without a channel.';
  if (instance.mutant !== undefined) return 'A module does not stand beside a changed machine.';
  if (run.length > DRIVEN_STEPS)
    return `Got a run of ${run.length} steps; expected at most ${DRIVEN_STEPS} for a module to be driven along.`;
  const fresh = Run.begin(run.subject).regionsAt(0);
  const begun = run.regionsAt(0);
  const isFresh = Object.entries(fresh).every(([name, state]) => begun[name] === state);
  return isFresh ? undefined : 'The run does not begin after a reset, and a module cannot be led there.';
}

// ---- Threads

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (problem: Error) => void;
  readonly onProgress: (text: string) => void;
}

/** A thread of a module. */
class Thread {
  private readonly worker = new Worker(new URL('../module/worker.ts', import.meta.url), { type: 'module' });
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  constructor() {
    this.worker.addEventListener(
      'message',
      ({ data: { id, answer, problem, progress } }: MessageEvent<ModuleAnswer>) => {
        const asker = this.waiting.get(id);
        if (progress !== undefined) {
          asker?.onProgress(progress);
          return;
        }
        this.waiting.delete(id);
        if (problem === undefined) asker?.resolve(answer as never);
        else asker?.reject(new RangeError(problem));
      },
    );
    this.worker.addEventListener('error', () => {
      const problem = new RangeError(
        'The thread of the module could not be started; expected its file beside the page.',
      );
      for (const { reject } of this.waiting.values()) reject(problem);
      this.waiting.clear();
    });
  }

  ask<Name extends keyof ModuleQuestions>(
    name: Name,
    ask: ModuleQuestions[Name]['ask'],
    onProgress: (text: string) => void = () => {},
  ): Promise<ModuleQuestions[Name]['answer']> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, onProgress });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
      this.worker.postMessage({ id, name, ask });
    });
  }

  end(): void {
    this.worker.terminate();
    this.waiting.clear();
  }
}
