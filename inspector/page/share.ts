/**
 * Ways out: the link, Markdown and files.
 */
import { castOf } from '../../properties/cast.ts';
import { notice, proof, publishedPage, scene, story } from './store.ts';

/** The most steps of a sequence that is copied: a longer one is not read in a comment. */
const MARKDOWN_STEPS = 60;

/** The address of what is shown; on a published page, where the server was told of one. */
function linkOf(): string {
  return publishedPage.value === undefined ? location.href : `${publishedPage.value}${location.hash}`;
}

/** Copies the address, which is the trace; or says why it is not. */
export async function copyLink(): Promise<void> {
  // The address follows the run a moment later; a link is wanted of what is in sight.
  await new Promise((resolve) => setTimeout(resolve, 200));
  if (location.hash === '') {
    notice.value = {
      kind: 'news',
      text: 'There is no link of this: it is watched, or longer than a link may be. Save it as a file.',
    };
    return;
  }
  try {
    await navigator.clipboard.writeText(linkOf());
    notice.value = { kind: 'news', text: 'The link is copied: whoever opens it sees this run.' };
  } catch {
    notice.value = { kind: 'error', text: 'The browser does not let the page copy; the link is in the address bar.' };
  }
}

/** Copies what is shown as Markdown, for an issue or a mail: what it is, what was decided, the rules, the sequence, the link. */
export async function copyMarkdown(): Promise<void> {
  const at = scene.value;
  if (at.kind !== 'own') {
    notice.value = { kind: 'news', text: 'What is watched has no Markdown: it is no run of a machine of this page.' };
    return;
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  const { printMermaid } = await import('../../checker/export/mermaid.ts');
  const told = story.value;
  const title = told === undefined ? at.title : `${told.point}: ${told.title}`;
  const decided = proof.value;
  const rules = decided?.property?.rules ?? [];
  // What was decided here is told above; what a link claims is not.
  const { verdict: _, ...trace } = at.run.trace();
  const text = [
    `### ${title}`,
    ...(told === undefined ? [] : [told.words]),
    ...(decided === undefined ? [] : [`**${decided.property?.title ?? 'Nothing is claimed.'}** ${decided.sentence}`]),
    ...(rules.length === 0 ? [] : [`Rules: ${rules.join(', ')}`]),
    at.length <= MARKDOWN_STEPS
      ? `\`\`\`mermaid\n${printMermaid(trace, castOf(at.machine.id)).trimEnd()}\n\`\`\``
      : `A run of ${at.length} steps, which is too long to be drawn here.`,
    ...(location.hash === '' ? [] : [`[Replay it](${linkOf()})`]),
  ].join('\n\n');
  try {
    await navigator.clipboard.writeText(`${text}\n`);
    notice.value = { kind: 'news', text: 'It is copied as Markdown, with its sequence and its link.' };
  } catch {
    notice.value = { kind: 'error', text: 'The browser does not let the page copy; the link is in the address bar.' };
  }
}

/** Saves a file. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
