/**
 * An adapter, filled in: maskbit's own assigned device under the tests that `maskbit generate --machine assigned-device --format vitest` writes.
 * The design is that of the tests: MASKBIT_DESIGN is posted, reviewed (the default) or checked.
 */
import process from 'node:process';
import {
  ACCESS_EXITED,
  ACCESS_REFUSED,
  AssignedDevice,
  CONTROL_ENABLE,
  CONTROL_FUNCTION_MASK,
  OWNER_REMOVED,
  VECTOR_CONTROL_MASK,
  WORK_NONE,
} from 'maskbit';

const CONTROLS = {
  off: 0,
  offMasked: CONTROL_FUNCTION_MASK,
  on: CONTROL_ENABLE,
  onMasked: CONTROL_ENABLE | CONTROL_FUNCTION_MASK,
};
const MESSAGES = { zero: [0, 0, 0], A: [0xfffffffc, 0xffffffff, 0xffffffff] };
const nameOf = (message) =>
  Object.keys(MESSAGES).find((name) => MESSAGES[name].every((word, at) => word === message[at])) ?? message.join(':');

export default (tell) => {
  const device = new AssignedDevice({
    design: process.env.MASKBIT_DESIGN ?? 'reviewed',
    vectorCount: 1,
    sent: (vector) => tell('send', vector),
    deliver: (low, high, data, vector) => tell('deliver', vector, nameOf([low, high, data])),
  });
  // What the access under way asks for: a function that tells it, once it has returned.
  let answer = () => {};
  const returned = () => {
    answer();
    answer = () => {};
    tell('return');
  };
  /** Makes an access, where there is a device and no other access is under way. */
  const access = (make, asked = () => {}) => {
    if (device.owner === OWNER_REMOVED || device.isStopped(0)) return;
    answer = asked;
    const outcome = make();
    if (outcome === ACCESS_EXITED) tell('exit');
    else if (outcome !== ACCESS_REFUSED) returned();
  };
  /** Does work that an access may wait for. */
  const work = (make) => {
    const isWaited = device.dueOf(0) !== WORK_NONE;
    if (make() && isWaited) returned();
  };

  return {
    guestControl: (value) => access(() => device.writeControl(CONTROLS[value])),
    guestMask: (vector) => access(() => device.mask(vector)),
    guestUnmask: (vector) => access(() => device.unmask(vector)),
    guestWrite: (vector, value) => access(() => device.writeMessage(vector, ...MESSAGES[value])),
    guestRead: (vector) =>
      access(
        () => device.readEntry(vector),
        () => {
          const [low, high, data, control] = device.answer;
          tell('answer', vector, (control & VECTOR_CONTROL_MASK) === 0 ? 'unmasked' : 'masked');
          tell('answer', vector, nameOf([low, high, data]));
        },
      ),
    guestPoll: (vector) =>
      access(
        () => device.readPending(vector),
        () => tell('answer', vector, (device.answer[0] & (1 << vector)) === 0 ? 'quiet' : 'pending'),
      ),
    vmmComplete: () => device.complete() && returned(),
    vmmRegister: () => device.register(),
    vmmRegistered: () => device.registered(),
    vmmUnregister: () => device.unregister(),
    vmmUnregistered: () => device.unregistered(),
    vmmTellBase: () => device.tellBase(),
    vmmEnableAll: () => work(() => device.enableAll()),
    vmmDisableAll: () => work(() => device.disableAll()),
    kernelPlace: () => work(() => device.place()),
    kernelWithdraw: () => device.withdraw(),
    vmmRemove: () => {
      device.remove();
      // Nobody answers what was asked.
      answer = () => {};
    },
    vmmAssign: () => device.assign(),
    deviceReset: () => device.reset(),
    deviceSignal: (vector) => device.signal(vector),
    deviceRetire: (vector) => device.retire(vector),
    fabricArrive: (vector) => device.arrive(vector),
  };
};
