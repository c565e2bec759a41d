/**
 * Generated parts of documents: text between two marks, `<!-- NAME: begin (COMMAND) -->` and `<!-- NAME: end -->`.
 */

/** Puts `content` between the marks of `name`. Throws when the text has no such marks. */
export function placeMarked(text: string, name: string, content: string): string {
  const marks = new RegExp(`(<!-- ${name}: begin [^>]*-->\n)[^]*(<!-- ${name}: end -->)`);
  if (!marks.test(text)) throw new Error(`Got a text without marks for ${name}; expected <!-- ${name}: begin (…) -->.`);
  return text.replace(marks, (_, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
}

/** A block of code in Markdown. */
export const codeBlock = (language: string, code: string): string => `\`\`\`${language}\n${code.trimEnd()}\n\`\`\``;

/** Puts `words` within a line, between `<!-- NAME (COMMAND) -->` and the next comment. Throws when the text has no such mark. */
export function placeWords(text: string, name: string, words: string): string {
  const mark = new RegExp(`(<!-- ${name} \\([^)]*\\) -->)[^<]*(?=<!-- end -->)`);
  if (!mark.test(text)) throw new Error(`Got a text without a mark for ${name}; expected <!-- ${name} (…) -->.`);
  return text.replace(mark, (_, begin: string) => `${begin}${words}`);
}
