/** Rocker, a model of a switch: a test register signals any vector, at once. */
import { barOf, type Family } from '../family.ts';
import { writeLine } from '../qtest.ts';

const TEST_IRQ = 0x20;

export const ROCKER: Family = {
  names: ['rocker'],
  by: 'a write to the test register BAR0+0x20, which takes effect at once',
  parameters: (device, at) => ['-device', `${device},name=sw1,${at}`],
  setUp: async (bench) => {
    const register = barOf(bench, 0) + TEST_IRQ;
    return { lines: (vector) => [writeLine(register, 4, vector)] };
  },
};
