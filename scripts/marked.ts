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
