/**
 * Links to traces: the address of a page, and after `#` a packed trace, and the step that is looked at. What mail, chat and forms do to a
 * link on its way is undone: escapes, `&amp;`, brackets around it, the full stop of the sentence that it ends.
 */

/** What a link holds. */
export interface TraceLink {
  /** The packed trace; whether it is whole is up to who unpacks it. */
  readonly packed: string;
  /** The step that is looked at. */
  readonly step: number | undefined;
}

/** Finds the trace in a link, in what follows its `#`, or in text around either; undefined when there is none. */
export function readTraceLink(text: string): TraceLink | undefined {
  // A link that was pasted into another is escaped more than once.
  let plain = text;
  for (let round = 0; round < 3 && /%[0-9a-f]{2}/i.test(plain); round++) plain = unescapeOnce(plain);
  plain = plain.replaceAll(/&(amp;)+/gi, '&');
  const found = /(?<![\w.-])t\d+\.[\w.-]*/.exec(plain);
  if (found === null) return undefined;
  const [, step] = /^&step=(\d{1,9})(?!\d)/.exec(plain.slice(found.index + found[0].length)) ?? [];
  return { packed: found[0].replace(/[.-]+$/, ''), step: step === undefined ? undefined : Number(step) };
}

const unescapeOnce = (text: string): string =>
  text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

/**
 * Writes a link.
 * @param page The address of the page; without it, the link is what follows its `#`.
 */
export function writeTraceLink({ packed, step }: TraceLink, page?: string): string {
  const position = step === undefined || step === 0 ? '' : `&step=${step}`;
  return `${page === undefined ? '' : `${page.replace(/#.*$/, '')}#`}${packed}${position}`;
}
