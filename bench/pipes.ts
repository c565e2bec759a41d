/**
 * How many steps a second a program is put to the judge by, and how many of the same requests the pipe alone carries: both of one program, in one run. Takes the
 * command; run by `npm run bench:pipes`, which builds the C kit.
 */
import { pathToFileURL } from 'node:url';
import type { Request } from '../conformance/device/device.ts';
import { startProcess } from '../conformance/device/process.ts';
import { conform } from '../conformance/judge/conform.ts';
import { profileNamed } from '../conformance/judge/profile.ts';
import { remoteSubject } from '../conformance/judge/subject.ts';

/** What one strategy did. */
export interface PipeTiming {
  readonly strategy: string;
  readonly steps: number;
  readonly requests: number;
  readonly stepsPerSecond: number;
  /** Of the judge's process alone, however busy the machine was; the program has a processor of its own. */
  readonly stepsPerProcessorSecond: number;
  /** So many steps a second would be, if nothing were judged and the pipe alone counted. */
  readonly pipeAlone: number;
}

/** Puts a program to the judge by one strategy for some seconds, and then sends it as many requests without one. */
export async function benchPipe(command: readonly string[], strategy: string, seconds: number): Promise<PipeTiming> {
  const device = await startProcess({ command, vectorCount: 1 });
  let requests = 0;
  const sample: Request[] = [];
  const counted = {
    ...{ name: device.name, vectorCount: device.vectorCount, abilities: device.abilities, queues: device.queues },
    fresh: () => device.fresh(),
    close: () => device.close(),
    run: (batch: readonly Request[]) => {
      requests += batch.length;
      if (sample.length < SAMPLE) sample.push(...batch);
      return device.run(batch);
    },
  };
  const processor = process.cpuUsage();
  const report = await conform(remoteSubject(counted), {
    ...{ profile: profileNamed('strict'), scenes: ['one vector'], strategies: [strategy], seconds },
  });
  const { user, system } = process.cpuUsage(processor);
  const [{ steps, milliseconds }] = report.outcomes;
  if (report.verdict === 'violated') throw new Error(`Got findings in ${command.join(' ')}; expected a right device.`);

  await device.fresh();
  const began = performance.now();
  let sent = 0;
  for (const running: Promise<unknown>[] = []; sent < requests; sent += sample.length) {
    running.push(device.run(sample));
    if (running.length > 2) await running.shift();
  }
  await device.run([{ verb: 'outputs' }]);
  const alone = performance.now() - began;
  await device.close();
  return {
    ...{ strategy, steps, requests },
    stepsPerSecond: (1000 * steps) / milliseconds,
    stepsPerProcessorSecond: (1e6 * steps) / (user + system),
    pipeAlone: (1000 * steps * sent) / requests / alone,
  };
}

const SAMPLE = 4000;
const STRATEGIES = ['transition pairs', 'random walks', 'transition triples'];

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const round = (value: number): string => (Math.round(value / 1000) * 1000).toLocaleString('en-US');
  console.log('| strategy | steps | requests a step | steps a second | a second of the judge | by the pipe alone |');
  console.log('|---|---|---|---|---|---|');
  for (const strategy of STRATEGIES) {
    const timing = await benchPipe(process.argv.slice(2), strategy, 6);
    console.log(
      `| ${strategy} | ${timing.steps.toLocaleString('en-US')} | ${(timing.requests / timing.steps).toFixed(1)} | ${round(timing.stepsPerSecond)} | ${round(timing.stepsPerProcessorSecond)} | ${round(timing.pipeAlone)} |`,
    );
  }
}
