/**
 * A device that answers at once, behind the form of the port that answers later: a suite that is written for the second takes both.
 */
import type { Ability, Answer, Device, DeviceFactory, RemoteDevice, Request } from './device.ts';
import { thrown } from './failure.ts';
import { dwordOf, outputsOf } from './nonsense.ts';
import { failed } from './protocol.ts';

const NOTHING = [] as const;
const OK: Answer = { outcome: 'ok', low: 0, high: 0, outputs: NOTHING };

/** What a device can do beyond what every device can. */
export function abilitiesOf(device: Device): ReadonlySet<Ability> {
  const has: Readonly<Record<Ability, boolean>> = {
    reset: device.reset !== undefined,
    retire: device.retire !== undefined,
    pbaWrite: device.pbaWrite !== undefined,
    peek: device.peekInto !== undefined,
    notify: device.notifies === true,
    snapshot: device.save !== undefined && device.restore !== undefined,
  };
  return new Set((Object.keys(has) as Ability[]).filter((ability) => has[ability]));
}

/** Asks a device one thing. What the device throws is its crash. */
export function ask(device: Device, request: Request): Answer {
  try {
    return perform(device, request);
  } catch (error) {
    const failure = thrown(error);
    return { outcome: failure.kind === 'garbled' ? 'garbled' : 'crashed', low: 0, high: 0, outputs: NOTHING, failure };
  }
}

function perform(device: Device, request: Request): Answer {
  switch (request.verb) {
    case 'configRead':
      return read('configRead', device.configRead(request.offset, request.bytes));
    case 'tableRead':
    case 'pbaRead': {
      const low = device[request.verb](request.offset, request.bytes);
      return read(request.verb, low, request.bytes === 8 ? device.readHigh : 0);
    }
    case 'configWrite':
      device.configWrite(request.offset, request.bytes, request.value);
      return OK;
    case 'tableWrite':
      device.tableWrite(request.offset, request.bytes, request.low, request.high);
      return OK;
    case 'pbaWrite':
      if (device.pbaWrite === undefined) return LACKING;
      device.pbaWrite(request.offset, request.bytes, request.low, request.high);
      return OK;
    case 'signal':
      device.signal(request.vector);
      return OK;
    case 'retire':
      if (device.retire === undefined) return LACKING;
      device.retire(request.vector);
      return OK;
    case 'reset':
      if (device.reset === undefined) return LACKING;
      device.reset();
      return OK;
    case 'outputs':
      // The list may be one that the device goes on filling, and the answer is looked at after the rest of the batch.
      return { outcome: 'ok', low: 0, high: 0, outputs: [...outputsOf(device.takeOutputs())] };
    case 'save':
      if (device.save === undefined) return LACKING;
      return read('save', device.save());
    case 'restore':
      if (device.restore === undefined) return LACKING;
      device.restore(request.snapshot);
      return OK;
  }
}

const LACKING: Answer = failed('unsupported', '');

const read = (method: string, low: unknown, high: unknown = 0): Answer => ({
  outcome: 'ok',
  low: dwordOf(method, low),
  high: dwordOf('readHigh', high),
  outputs: NOTHING,
});

/** Makes a device that answers later of what makes devices that answer at once. */
export function remoteOf(create: DeviceFactory, vectorCount: number): RemoteDevice {
  let device = create({ vectorCount });
  return {
    get name() {
      return device.name;
    },
    get vectorCount() {
      return device.vectorCount;
    },
    get abilities() {
      return abilitiesOf(device);
    },
    run: (requests) => Promise.resolve(requests.map((request) => ask(device, request))),
    fresh: () => {
      device = create({ vectorCount });
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
