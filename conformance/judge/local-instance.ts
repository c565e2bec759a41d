/**
 * An instance of a device in this process: each step is done, read back and judged at once.
 */
import type { Device } from '../device/device.ts';
import { abilitiesOf } from '../device/remote.ts';
import { Bench, type Failure, failureOf } from './bench.ts';
import type { Instance } from './instance.ts';
import { TimeLimit } from './time-limit.ts';

/** An instance of a device in this process. */
export function localInstance(device: Device, time = new TimeLimit()): Instance {
  return {
    vectorCount: device.vectorCount,
    abilities: abilitiesOf(device),
    device,
    first: async (book, knowledge) => {
      const bench = new Bench(device, book, time);
      let failure: Failure | undefined;
      try {
        device.takeOutputs();
      } catch (error) {
        failure = failureOf(error, 'messages');
      }
      failure ??= bench.readBack();
      if (failure === undefined) bench.inform(knowledge);
      return { observation: bench.observation, failure };
    },
    run: async (path, book, knowledge, onStep) => {
      const bench = new Bench(device, book, time);
      for (let step = 0; ; step++) {
        const action = path.next(knowledge, step);
        if (action === undefined) return;
        if ((step & 3) === 3) time.check();
        let failure = bench.perform(action, knowledge);
        action.learn(knowledge);
        bench.observation.complete(book, knowledge);
        const readback = path.readback(action, step);
        const isRead = action.event === undefined;
        let goesOn = !isRead || onStep(action, bench.observation, failure, false);
        if (isRead) bench.observation.clear();
        if (failure === undefined && readback !== 'none')
          failure = bench.readBack(readback === 'all' ? undefined : readback);
        if (!isRead || readback !== 'none') goesOn = onStep(action, bench.observation, failure, isRead) && goesOn;
        bench.inform(knowledge);
        if (!goesOn || failure !== undefined) return;
      }
    },
  };
}
