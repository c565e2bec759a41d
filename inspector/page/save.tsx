/**
 * What can be saved of what is shown: the run as a file, for Markdown, and pictures of chart and sequence.
 */
import type { JSX } from 'preact';
import { Dialog } from './dialogs.tsx';
import { tellError } from './open.ts';
import { draw, paint, type Subject } from './picture.tsx';
import { copyMarkdown, saveFile } from './share.ts';
import { chartDrawing, dialog, notice, scene, traceFile } from './store.ts';

async function savePicture(subject: Subject, kind: 'svg' | 'png'): Promise<void> {
  dialog.value = undefined;
  try {
    const picture = draw(subject);
    if (picture === undefined) return;
    saveFile(
      kind === 'svg' ? new Blob([picture.text], { type: 'image/svg+xml' }) : await paint(picture),
      `${subject}.${kind}`,
    );
  } catch (error) {
    notice.value = { kind: 'error', text: tellError(error) };
  }
}

export function Save(): JSX.Element {
  const at = scene.value;
  const hasChart = chartDrawing.value?.layout !== undefined;
  const saveTrace = (): void => {
    dialog.value = undefined;
    const blob = traceFile();
    if (blob !== undefined) saveFile(blob, 'trace.json');
  };
  const copy = (): void => {
    dialog.value = undefined;
    void copyMarkdown();
  };
  return (
    <Dialog title="Save">
      <ul class="saves">
        {at.kind === 'own' && (
          <li>
            <b>The run</b>
            <button type="button" onClick={saveTrace}>
              as a trace, JSON
            </button>
            <button type="button" onClick={copy}>
              as Markdown, copied
            </button>
          </li>
        )}
        {(['chart', 'sequence'] as const).map((subject) => (
          <li key={subject}>
            <b>{subject === 'chart' ? 'The statechart' : 'The sequence chart'}</b>
            {(['svg', 'png'] as const).map((kind) => (
              <button
                key={kind}
                type="button"
                disabled={subject === 'chart' ? !hasChart : at.length === 0}
                onClick={() => void savePicture(subject, kind)}
              >
                as {kind.toUpperCase()}
              </button>
            ))}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
