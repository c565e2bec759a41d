import { describe, expect, test } from 'vitest';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { createDriver } from '../../conformance/paths/drive.ts';
import { DIALECTS, perform } from '../../conformance/device/words.ts';
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { walkInLockstep } from '../../conformance/paths/lockstep.ts';
import { THREE, TWO } from '../../machines/messages.ts';
import { createInstance } from '../../properties/instances.ts';
import { MsixFunction, SIGNAL_HELD } from '../../src/index.ts';

const graphOf = (vectors: number, messages = TWO) => {
  const { machine, events } = createInstance('function', { vectors, messages });
  return enumerate(machine, events);
};

// The small instances of the check are walked by the suite (suite.test.ts); three messages are not among them. As many pairs as states: the
// implementation hides nothing, and saves equal words where no guest can tell a difference.
test('the implementation in lockstep with the machine equals it, with three messages too', () => {
  const graph = graphOf(1, THREE);
  for (const [dialect, notifies] of DIALECTS.flatMap((each) => [[each, true] as const, [each, false] as const])) {
    const { pairs, steps } = walkInLockstep(graph, createInProcessDevice(1, { notifies }), THREE, dialect);
    expect([pairs, steps]).toEqual([graph.states.length, graph.states.length * graph.events.length]);
  }
});

describe('a fault in the implementation is found, and told as a story', () => {
  const find = (Implementation: typeof MsixFunction) => () =>
    walkInLockstep(graphOf(1), createInProcessDevice(1, { Implementation }), TWO, DIALECTS[0]);

  test('an event is dropped while blocked (HB-65)', () => {
    class Dropping extends MsixFunction {
      override signal(vector: number) {
        return (this.messageControl & 0x8000) === 0 ? SIGNAL_HELD : super.signal(vector);
      }
    }
    expect(find(Dropping)).toThrow(
      'Dropping (dwords), after 1 step: dword 0 of the Pending Bit Array reads 0x0; expected 0x1.\n' +
        '  Rule: An event of a blocked vector is held, also while disabled. [MSIX-PEND-1] [MSIX-ENABLE-2]\n' +
        '  1. the device signals vector 0\n  Path: device.signal.0',
    );
  });

  test('the mask bits go with Function Mask (HB-53)', () => {
    class Masking extends MsixFunction {
      override configWrite(offset: number, bytes: number, value: number) {
        const outcome = super.configWrite(offset, bytes, value);
        if (this.functionMask) super.tableWrite(12, 4, 1);
        return outcome;
      }
    }
    expect(find(Masking)).toThrow(/after 2 steps: Vector Control of vector 0 reads 0x1; expected 0x0/);
  });

  test('reset leaves MSI-X enabled (HB-21)', () => {
    class Enabled extends MsixFunction {
      override reset() {
        const control = this.messageControl;
        super.reset();
        this.configWrite(2, 2, control);
      }
    }
    expect(find(Enabled)).toThrow(/after 2 steps: Message Control reads 0x\w+; expected 0x0/);
  });

  test('a message too many is an output too many', () => {
    class Twice extends MsixFunction {
      override signal(vector: number) {
        super.signal(vector);
        return super.signal(vector);
      }
    }
    expect(find(Twice)).toThrow(
      /it did ("vector 0 sends zero" \(address 0x0, data 0x0\)), then \1; expected \1\.\n {2}Rule: .*\[MSIX-/,
    );
  });
});

test('a held message that is forgotten where nobody is notified is found by the walk without notifiers', () => {
  class Forgetting extends MsixFunction {
    override signal(vector: number) {
      const outcome = super.signal(vector);
      (this as unknown as { unsettled: number; memory: Uint32Array }).memory.fill(0, this['unsettled']);
      return outcome;
    }
  }
  const walk = (notifies: boolean) => () =>
    walkInLockstep(graphOf(1), createInProcessDevice(1, { notifies, Implementation: Forgetting }), TWO, DIALECTS[0]);
  expect(walk(false)).toThrow(/it did nothing; expected "vector 0 sends zero"/);
});

describe('the strict adapter', () => {
  const graph = graphOf(1);

  test('refuses an event that has no access', () => {
    const situation = { device: createInProcessDevice(1), dialect: DIALECTS[0], messages: TWO, value: graph.states[0] };
    expect(() => perform('guest.sneeze.0', situation)).toThrow(
      /Got the event guest\.sneeze\.0; expected one of guest\.control/,
    );
  });

  test('refuses a path with an event that the machine lacks', () => {
    const drive = () => createDriver(graph, 1, TWO).drive(createInProcessDevice(1), ['device.signal.1'], DIALECTS[0]);
    expect(drive).toThrow('Got the event device.signal.1; expected one of the alphabet of function.');
  });

  test('refuses a readback that is too short', () => {
    const device = { ...createInProcessDevice(1), peekInto: () => 1 };
    expect(() => createDriver(graph, 1, TWO).drive(device, [], DIALECTS[0])).toThrow(
      'it read back 1 dwords; expected 7',
    );
  });
});
