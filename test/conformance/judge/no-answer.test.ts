/**
 * What a device does instead of answering, as a sentence: what was got once, what was expected once, and the request once.
 */
import { expect, test } from 'vitest';
import { tellNoAnswer } from '../../../conformance/judge/findings.ts';

test.each([
  [
    'No answer came for 1500 ms to "signal 0x0". The last request was "signal 0x0".',
    'No answer came for 1500 ms to "signal 0x0"; expected an answer.',
  ],
  ['Got the answer "x"; expected ok alone.', 'Got the answer "x"; expected ok alone, at signal 0x0.'],
  [
    'The program has ended, with exit status 1. It said: no. The last request was "signal 0x0".',
    'The program has ended, with exit status 1. It said: no; expected an answer. The last request was "signal 0x0".',
  ],
  [
    'Got 2 lines that nobody asked for ("ok"); expected one line for each request. The last request was "signal 0x0".',
    'Got 2 lines that nobody asked for ("ok"); expected one line for each request. The last request was "signal 0x0".',
  ],
  ['the end', 'Got the end at signal 0x0; expected an answer.'],
])('%s', (text, told) => {
  expect(tellNoAnswer(text, 'signal 0x0')).toBe(told);
});
