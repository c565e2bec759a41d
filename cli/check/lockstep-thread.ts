/**
 * The thread that `lockstep-beside.ts` begins: walks blocks of states until none is left.
 */
import { workerData } from 'node:worker_threads';
import { compile } from '../../checker/compile/compile.ts';
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { DIALECTS } from '../../conformance/device/words.ts';
import { Blocks } from '../../conformance/paths/blocks.ts';
import { walkBlocks } from '../../conformance/paths/word-lockstep.ts';
import { FULL_INSTANCES, INSTANCES, instanceName, LARGER_INSTANCES } from '../../properties/instances.ts';
import type { LockstepOrder } from './lockstep-beside.ts';

const order = workerData as LockstepOrder;
const { machine, events, messages, vectors } = [...INSTANCES, ...LARGER_INSTANCES, ...FULL_INSTANCES].find(
  (instance) => instanceName(instance) === order.instance,
)!;
walkBlocks(
  { compiled: compile(machine, events), states: order },
  createInProcessDevice(vectors),
  messages,
  DIALECTS.find(({ name }) => name === order.dialect)!,
  new Blocks(order.count, order.blocks),
);
