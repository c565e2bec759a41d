/**
 * What terminals, editors, journals, containers and mails make of a line, undone: colours, tags, tabs, entities, quotes, capital digits. Owns the
 * dress of a line, not what it says.
 */

/** Whether a line may be dressed at all: any of these characters, capital digits, or two spaces. */
// eslint-disable-next-line no-control-regex
const DRESSED = /[\u0000-\u001f\u0080-\uffff\\&"`]|[ ]{2}|0X|0x[0-9a-f]*[A-F]|\^\[|<[A-Za-z/!]/;
// eslint-disable-next-line no-control-regex
const COLOUR = /(?:\u001b|\^\[)\[[0-9;?]*[A-Za-z]/g;
/** Tags of HTML, and what XML puts around text as it is. */
const TAG = /<\/?[A-Za-z][^<>]*>|<!\[CDATA\[|\]\]>/g;
const ENTITIES: Readonly<Record<string, string>> = { gt: '>', lt: '<', amp: '&', quot: '"', apos: "'" };
/** Typographic quotes as characters, and as the bytes of UTF-8. */
const CURLY = /[\u2018\u2019]|\u00e2\u0080[\u0098\u0099]/g;
const CURLY_DOUBLE = /[\u201c\u201d]|\u00e2\u0080[\u009c\u009d]/g;

/** Takes off what a line was dressed in; the line itself where it is plain. */
export function undress(text: string): string {
  if (!DRESSED.test(text)) return text;
  const bare = takeOff(text);
  // JSON in JSON: each time, fewer backslashes are left.
  return /\\["\\nrt]/.test(bare) ? undress(bare) : bare;
}

function takeOff(text: string): string {
  return (
    text
      .replace(COLOUR, '')
      .replace(TAG, '')
      .replace(/\\u([0-9a-fA-F]{4})|\\([^])/g, (_, code: string | undefined, each: string | undefined) =>
        code !== undefined
          ? String.fromCharCode(Number.parseInt(code, 16))
          : 'nrt'.includes(each ?? '')
            ? ' '
            : (each ?? ''),
      )
      .replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (all, decimal, hexadecimal, name: string | undefined) => {
        if (name !== undefined) return ENTITIES[name] ?? all;
        return String.fromCharCode(decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal));
      })
      .replace(CURLY, "'")
      .replace(CURLY_DOUBLE, '"')
      .replace(/""/g, '"')
      // A space that does not break, as the bytes of UTF-8.
      .replace(/\u00c2\u00a0/g, ' ')
      // eslint-disable-next-line no-control-regex
      .replace(/\u0000|\u00ef\u00bb\u00bf|\ufeff/g, '')
      .replace(/\b0[xX][0-9A-Fa-f]+/g, (digits) => digits.toLowerCase())
      .replace(/\s+/g, ' ')
      .trimEnd()
  );
}

/**
 * Takes off what stands around an event that begins at `start`: quotes of a column or of JSON, and what comes after them; a comma or a
 * backslash at the end.
 */
export function unwrap(text: string, start: number): string {
  const before = text.slice(0, start).trimEnd();
  const quote = before.at(-1);
  let end = text.length;
  if (quote === '"' || quote === '`') {
    // The names of regions are in quotes themselves.
    const own = text.indexOf(` name ${quote}`, start);
    const from = own < 0 ? start : text.indexOf(quote, own + 7) + 1;
    const close = text.indexOf(quote, from === 0 ? start : from);
    if (close >= 0) end = close;
  } else if (quote === "'") {
    const close = text.lastIndexOf(quote);
    if (close > start) end = close;
  }
  return text.slice(0, end).replace(/[\s,;\\]+$/, '');
}
