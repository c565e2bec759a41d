/**
 * How large an instance can be: finds the states of one of `function`, says before what that will cost, and after what it did. Run by `npm run bench:states`, with the number of
 * vectors and the set of messages if it is to be another one, and with `traces` if there is to be a path to each state. `npm run bench:eight` is the one of 8 vectors.
 */
import { compile } from '../checker/compile/compile.ts';
import { count } from '../checker/explore/count.ts';
import { explore } from '../checker/explore/explore.ts';
import type { Summary } from '../checker/explore/tally.ts';
import { tellProgress } from '../cli/report.ts';
import { MESSAGE_SETS } from '../machines/messages.ts';
import { createInstance, instanceName } from '../properties/instances.ts';

/** What finding the states of an instance took. */
export interface StatesTaken {
  readonly instance: string;
  readonly summary: Summary;
  /** Of the set of states, for each state in it at the end. */
  readonly bytesPerState: number;
}

const BYTES_MOST = 16 * 2 ** 30;

/** Finds the states of `function` with so many vectors. */
export function benchStates(
  vectors: number,
  messages: string,
  hasTraces = false,
  onLine: (line: string) => void = () => {},
): StatesTaken {
  const instance = createInstance('function', { vectors, messages: MESSAGE_SETS[messages] });
  let told = 0;
  const { summary } = (hasTraces ? explore : count)(compile(instance.machine, instance.events), {
    limits: { bytes: BYTES_MOST },
    onProgress: (progress) => {
      if (progress.milliseconds < told + 10_000) return;
      told = progress.milliseconds;
      onLine(tellProgress(progress));
    },
  });
  return { instance: instanceName(instance), summary, bytesPerState: summary.bytes / summary.states };
}

/** What finding the states will cost. */
export interface StatesCost {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  readonly mebibytes: number;
}

/**
 * Tells from two smaller instances what one will cost: the states grow by the same factor with each vector, the transitions of a state by the same number. A
 * larger set fits no cache, so a step takes up to three times as long; and while a set grows, it is there twice.
 */
export function costOf(vectors: number, messages: string, hasTraces: boolean): StatesCost {
  const size = Math.max(2, Math.min(5, vectors - 1));
  const [small, large] = [size - 1, size].map((each) => benchStates(each, messages, hasTraces).summary);
  const steps = vectors - size;
  const states = large.states * (large.states / small.states) ** steps;
  const [ofSmall, ofLarge] = [small, large].map((each) => each.transitions / each.states);
  const transitions = states * (ofLarge + steps * (ofLarge - ofSmall));
  let seconds = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = processorSeconds();
    benchStates(size, messages, hasTraces);
    seconds = Math.min(seconds, processorSeconds() - start);
  }
  return {
    states,
    transitions,
    seconds: (3 * seconds * transitions) / large.transitions,
    mebibytes: 100 + ((hasTraces ? 40 : 4) * states) / 2 ** 20,
  };
}

/** By then, V8 has compiled what is run. */
const ROUNDS = 6;

/** What this process has had of the processor, which other work on the machine does not add to. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

function main(): void {
  const [size = '7', messages = 'three', traces] = process.argv.slice(2);
  const [vectors, hasTraces] = [Number(size), traces === 'traces'];
  const cost = costOf(vectors, messages, hasTraces);
  console.error(
    `This finds some ${whole(cost.states)} states by ${whole(cost.transitions)} transitions, ${hasTraces ? 'with' : 'without'} traces. ` +
      `It takes up to ${whole(cost.seconds)} seconds of one processor, and up to ${whole(cost.mebibytes)} MiB.`,
  );
  const { instance, summary, bytesPerState } = benchStates(vectors, messages, hasTraces, (line) => console.error(line));
  const { states, transitions, tries, depth, milliseconds, complete, bytes } = summary;
  const perSecond = (what: number): string => `${((1000 * what) / milliseconds / 1e6).toFixed(1)} million a second`;
  const rows: [string, string][] = [
    ['instance', `${instance}${hasTraces ? ', with traces' : ''}${complete ? '' : ', a part of it'}`],
    ['states', `${whole(states)}, ${perSecond(states)}`],
    ['transitions taken', `${whole(transitions)}, ${perSecond(transitions)}`],
    ['event tries', `${whole(tries)}, ${perSecond(tries)}`],
    ['depth', String(depth)],
    ['seconds', `${(milliseconds / 1000).toFixed(1)}, of which the processor worked ${processorSeconds().toFixed(1)}`],
    ['set of states', `${(bytes / 2 ** 20).toFixed(0)} MiB at the end, ${bytesPerState.toFixed(2)} bytes a state`],
    ['process', `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB at most, while the set grew`],
  ];
  for (const [what, figure] of rows) console.log(`${what.padEnd(18)} ${figure}`);
}

if (process.argv[1] === import.meta.filename) main();
