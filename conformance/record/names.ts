/**
 * What there is to record, in words: for `maskbit record --help`.
 */
import { RECORDED } from './devices.ts';
import { SCENARIOS } from './scenarios.ts';

/** Scenarios and devices, line by line. */
export const RECORD_HELP = [
  'Scenarios:',
  ...SCENARIOS.map(({ name, words }) => `  ${name.padEnd(9)} ${words}`),
  '',
  `Devices: ${RECORDED.map(({ name }) => name).join(', ')}.`,
  'The cloud kernel has no drivers of e1000e, vmxnet3 and qemu-xhci; linux-image-amd64 has.',
].join('\n');
