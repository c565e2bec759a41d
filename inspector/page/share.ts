/**
 * Ways out: the link in the clipboard, the trace as a file.
 */
import { notice, traceFile } from './store.ts';

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
    await navigator.clipboard.writeText(location.href);
    notice.value = { kind: 'news', text: 'The link is copied: whoever opens it sees this run.' };
  } catch {
    notice.value = { kind: 'error', text: 'The browser does not let the page copy; the link is in the address bar.' };
  }
}

/** Saves the run as a file. */
export function download(): void {
  const blob = traceFile();
  if (blob === undefined) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = 'trace.json';
  link.click();
  URL.revokeObjectURL(link.href);
}
