/**
 * Forms of access: a device that takes one of them wrongly is told by the rule of that form, every lawful form occurs in a run of the suite, and what the messages
 * are made of leaves no bit unseen.
 */
import { describe, expect, test } from 'vitest';
import type { DeviceFactory } from '../../conformance/device/device.ts';
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { runSuite, suiteSubjects } from '../../conformance/suite.ts';
import { MsixFunction } from '../../src/index.ts';

/** The smallest function. */
const SUBJECTS = suiteSubjects()
  .filter(({ instance }) => instance.machine.id === 'function')
  .slice(0, 1);

type Table = (offset: number, bytes: number, low: number, high: number) => unknown;
type Config = (offset: number, bytes: number, value: number) => unknown;

/** The implementation behind a bus with a fault. */
function behind(
  table: (write: Table) => Table,
  config: (write: Config) => Config = (write) => write,
): typeof MsixFunction {
  class Behind extends MsixFunction {
    override tableWrite(...words: Parameters<Table>): 0 {
      return table((...each) => super.tableWrite(...each))(...words) as 0;
    }
    override configWrite(...words: Parameters<Config>): 0 {
      return config((...each) => super.configWrite(...each))(...words) as 0;
    }
  }
  return Behind;
}
const ignoring = (isIt: (offset: number, bytes: number) => boolean) =>
  behind(
    (write) => write,
    (write) => (offset, bytes, value) => (isIt(offset, bytes) ? 0 : write(offset, bytes, value)),
  );
/** Keeps the reserved bits of Message Address. */
class Keeping extends MsixFunction {
  private reserved = 0;

  override tableWrite(offset: number, bytes: number, low: number, high = 0) {
    if (offset === 0) this.reserved = low & 3;
    return super.tableWrite(offset, bytes, low, high);
  }
  override peekInto(out: Uint32Array) {
    const dwords = super.peekInto(out);
    out[1] |= this.reserved;
    return dwords;
  }
  override reset() {
    super.reset();
    this.reserved = 0;
  }
}

describe('what is wrong of one form of access alone cites the rule of that form first', () => {
  test.each([
    //= MSIX-CAP-8 type=test
    ['MSIX-CAP-8', 'a byte of Message Control is ignored', ignoring((offset, bytes) => offset === 3 && bytes === 1)],
    ['MSIX-CAP-8', 'a dword of the capability is ignored', ignoring((_, bytes) => bytes === 4)],
    ['MSIX-CAP-8', 'a word of Message Control is ignored', ignoring((_, bytes) => bytes === 2)],
    //= MSIX-TABLE-2 type=test
    ['MSIX-TABLE-2', 'reserved bits of the address are kept', Keeping],
    //= MSIX-ACCESS-3 type=test
    [
      'MSIX-ACCESS-3',
      'a QWORD loses the upper half of the address',
      behind((write) => (offset, bytes, low, high) => write(offset, offset % 16 === 0 ? 4 : bytes, low, high)),
    ],
    //= MSIX-ACCESS-4 type=test
    [
      'MSIX-ACCESS-4',
      'a QWORD loses its data',
      behind((write) => (offset, bytes, low, high) => {
        if (bytes === 8 && offset % 16 === 8) return write(offset + 4, 4, high, 0);
        return write(offset, bytes, low, high);
      }),
    ],
    [
      'MSIX-ACCESS-4',
      'the control of a QWORD takes effect before its data',
      behind((write) => (offset, bytes, low, high) => {
        if (bytes !== 8 || offset % 16 !== 8) return write(offset, bytes, low, high);
        write(offset + 4, 4, high, 0);
        return write(offset, 4, low, 0);
      }),
    ],
  ] as const)('%s: %s', (rule, _title, Implementation) => {
    const create: DeviceFactory = ({ vectorCount }) => createInProcessDevice(vectorCount, { Implementation });
    const { failures } = runSuite(create, { only: 'lockstep', subjects: SUBJECTS });
    expect(failures.length).toBeGreaterThan(0);
    for (const { cause } of failures) {
      expect(cause.rules[0]).toBe(rule);
      expect(cause.sentences[0]).toMatch(new RegExp(`; without this form, nothing differs here\\. \\[${rule}\\]$`));
    }
  });
});

describe('over a run of the suite', () => {
  /** What was written to each register of the capability and of an entry in each width, and what was sent: all bits that were ever set, and those that always were. */
  function written(): {
    readonly forms: Record<string, readonly number[]>;
    readonly set: readonly number[];
    readonly always: readonly number[];
  } {
    const forms = new Map<string, number[]>();
    const set = [0, 0, 0];
    const always = [~0, ~0, ~0];
    const note = (form: string, words: readonly number[]): void => {
      const known = forms.get(form) ?? words.map(() => 0);
      forms.set(
        form,
        known.map((word, index) => (word | words[index]) >>> 0),
      );
    };
    const create: DeviceFactory = ({ vectorCount }) => {
      const device = createInProcessDevice(vectorCount);
      return {
        ...device,
        configWrite: (offset, bytes, value) => {
          note(`capability ${offset}/${bytes}`, [value]);
          device.configWrite(offset, bytes, value);
        },
        tableWrite: (offset, bytes, low, high) => {
          note(`entry ${offset % 16}/${bytes}`, bytes === 8 ? [low, high] : [low]);
          device.tableWrite(offset, bytes, low, high);
        },
        takeOutputs: () => {
          const outputs = device.takeOutputs();
          for (const { verb, addressLow, addressHigh, data } of outputs) {
            if (verb !== 'send') continue;
            for (const [index, word] of [addressLow, addressHigh, data].entries()) {
              set[index] |= word;
              always[index] &= word;
            }
          }
          return outputs;
        },
      };
    };
    expect(runSuite(create, { only: 'paths', subjects: SUBJECTS }).holds).toBe(true);
    return { forms: Object.fromEntries(forms), set: set.map((word) => word >>> 0), always };
  }

  test('every lawful form of access occurs, with reserved bits set, and every bit of a message is sent set and clear', () => {
    const ALL = 0xffffffff;
    const { forms, set, always } = written();
    expect(forms).toEqual({
      // Message Control is the upper half of the dword. Its two bits are written in every form, and all others of it by the byte.
      'capability 0/4': [0xc0000000],
      'capability 2/2': [0xc000],
      'capability 3/1': [0xff],
      'entry 0/4': [0xfffffffc],
      'entry 4/4': [ALL],
      'entry 8/4': [ALL],
      // By dwords alone without reserved bits; unmasking and masking where a QWORD is not lawful has them, too.
      'entry 12/4': [ALL],
      'entry 0/8': [ALL, ALL],
      'entry 8/8': [ALL, ALL],
    });
    expect(set).toEqual([0xfffffffc, ALL, ALL]);
    expect(always).toEqual([0, 0, 0]);
  });
});
