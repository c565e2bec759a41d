import { describe, expect, test } from 'vitest';
import { readTraceLink, writeTraceLink } from '../../checker/trace/link.ts';

const packed = 't1.eyJtYWNoaW5lIjoiZnVuY3Rpb24ifQ.AB-_c.0123abcd';
const link = `http://localhost:8080/#${packed}&step=4`;

describe('a link to a trace', () => {
  test.each([
    ['as it was written', link],
    ['without its page', `${packed}&step=4`],
    ['with an escaped ampersand', link.replace('&', '&amp;')],
    ['with an ampersand that was escaped twice', link.replace('&', '&amp;amp;')],
    ['escaped', encodeURIComponent(link)],
    ['escaped twice', encodeURIComponent(encodeURIComponent(link))],
    ['in a sentence', `See (${link}).`],
    ['in angle brackets', `<${link}>,`],
    ['in Markdown', `[the trace](${link})`],
    ['with spaces around it', `\n  ${link}  \n`],
    ['beside a malformed escape', `%zz%E0%A4%A ${link}`],
  ])('%s is read', (_, text) => {
    expect(readTraceLink(text)).toEqual({ packed, step: 4 });
  });

  test('without a step, at the end of a sentence', () => {
    expect(readTraceLink(`It is http://localhost:8080/#${packed}.`)).toEqual({ packed, step: undefined });
  });

  test('that was cut is found as far as it goes', () => {
    expect(readTraceLink(link.slice(0, -16))?.packed).toBe(packed.slice(0, -9));
  });

  test.each(['', 'http://localhost:8080/', '#', 'start1.txt', '%', 'a trace'])('is none: %j', (text) => {
    expect(readTraceLink(text)).toBeUndefined();
  });

  test('is written to a page and read back', () => {
    for (const page of [undefined, 'https://example.org/msix/', 'https://example.org/msix/index.html#old']) {
      for (const step of [undefined, 4])
        expect(readTraceLink(writeTraceLink({ packed, step }, page))).toEqual({ packed, step });
    }
    expect(writeTraceLink({ packed, step: 4 }, 'https://example.org/#old')).toBe(
      `https://example.org/#${packed}&step=4`,
    );
  });
});
