/**
 * How large an instance can be: counts the states of one of `function`, and says what that took. Run by `npm run bench:states`,
 * with the number of vectors and the set of messages if it is to be another one.
 */
import { compile } from '../checker/compile/compile.ts';
import { count } from '../checker/explore/count.ts';
import type { Summary } from '../checker/explore/tally.ts';
import { tellProgress } from '../cli/report.ts';
import { MESSAGE_SETS } from '../machines/messages.ts';
import { createInstance, instanceName } from '../properties/instances.ts';

/** What counting the states of an instance took. */
export interface StatesTaken {
  readonly instance: string;
  readonly summary: Summary;
  /** Of the set of states, for each state in it at the end. */
  readonly bytesPerState: number;
}

/** Counts the states of `function` with so many vectors. */
export function benchStates(vectors: number, messages: string, onLine: (line: string) => void = () => {}): StatesTaken {
  const instance = createInstance('function', { vectors, messages: MESSAGE_SETS[messages] });
  let told = 0;
  const { summary } = count(compile(instance.machine, instance.events), {
    limits: { bytes: 16 * 2 ** 30 },
    onProgress: (progress) => {
      if (progress.milliseconds < told + 10_000) return;
      told = progress.milliseconds;
      onLine(tellProgress(progress));
    },
  });
  return { instance: instanceName(instance), summary, bytesPerState: summary.bytes / summary.states };
}

/** What this process has had of the processor, which other work on the machine does not add to. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function main(): void {
  const [vectors = '7', messages = 'three'] = process.argv.slice(2);
  const { instance, summary, bytesPerState } = benchStates(Number(vectors), messages, (line) => console.error(line));
  const { states, transitions, tries, depth, milliseconds, complete, bytes } = summary;
  const perSecond = (what: number): string => `${((1000 * what) / milliseconds / 1e6).toFixed(1)} million a second`;
  const rows: [string, string][] = [
    ['instance', `${instance}${complete ? '' : ', a part of it'}`],
    ['states', `${states.toLocaleString('en-US')}, ${perSecond(states)}`],
    ['transitions taken', `${transitions.toLocaleString('en-US')}, ${perSecond(transitions)}`],
    ['event tries', `${tries.toLocaleString('en-US')}, ${perSecond(tries)}`],
    ['depth', String(depth)],
    ['seconds', `${(milliseconds / 1000).toFixed(1)}, of which the processor worked ${processorSeconds().toFixed(1)}`],
    ['set of states', `${(bytes / 2 ** 20).toFixed(0)} MiB at the end, ${bytesPerState.toFixed(2)} bytes a state`],
    ['process', `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB at most, while the set grew`],
  ];
  for (const [what, figure] of rows) console.log(`${what.padEnd(18)} ${figure}`);
}

if (process.argv[1] === import.meta.filename) main();
