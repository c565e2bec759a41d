/**
 * What lies over the page: the traces to pick from, and the help.
 */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import recordedUrl from '../../traces/linux-6.1-nvme.trace?url';
import { SHORTCUTS } from './keys.ts';
import { lazily } from './lazy.tsx';
import { readLink } from './open.ts';
import { dialog, goToTrace, library, notice, openFile, openLink, openTrace } from './store.ts';

const Save = lazily(async () => (await import('./save.tsx')).Save);

export function Dialogs(): JSX.Element | null {
  if (dialog.value === 'help') return <Help />;
  if (dialog.value === 'traces') return <Traces />;
  if (dialog.value === 'save') return <Save />;
  return null;
}

const close = (): void => void (dialog.value = undefined);

export function Dialog({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    // Focus goes back to where it was.
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-label={title}
      onCancel={close}
      onClose={close}
      onClick={(event) => event.target === element.current && close()}
      onKeyDown={(event) => event.key === '?' && close()}
    >
      <div class="dialog">
        <header>
          <h2>{title}</h2>
          <button type="button" aria-label="Close" onClick={close}>
            ×
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

function Help(): JSX.Element {
  return (
    <Dialog title="Keyboard">
      <dl class="keys">
        {SHORTCUTS.map(({ label, does }) => (
          <div key={label}>
            <dt>
              <kbd>{label}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Shift</kbd> <kbd>arrows</kbd>
          </dt>
          <dd>move the chart, while it is focused</dd>
        </div>
      </dl>
      <p class="note">
        The wheel zooms, dragging moves. A framed event in the chart can be taken now: press it. A filled one was taken
        in the last step; a state with a lamp is active. The address of the page is the trace: whoever opens it sees the
        same. Drop a file on the page to open it: a trace, a log of QEMU's, or a device in WebAssembly.
      </p>
      <p class="note">
        The page has parts of others in it: <a href="./licenses.md">their licences</a>.
      </p>
    </Dialog>
  );
}

function Traces(): JSX.Element {
  const pick = (name: string): void => {
    close();
    void goToTrace(name);
  };
  const pickRecorded = (): void => {
    close();
    fetch(recordedUrl).then(
      async (answer) => openTrace(await answer.text()),
      () =>
        (notice.value = { kind: 'error', text: 'The recorded log could not be fetched; expected it beside the page.' }),
    );
  };
  return (
    <Dialog title="Traces">
      <OpenTrace />
      {library.value.map(({ title, traces }) => (
        <section key={title} class="library">
          <h3>{title}</h3>
          <ul>
            {traces.map((trace) => (
              <li key={trace.name}>
                <button type="button" data-trace={trace.name} onClick={() => pick(trace.name)}>
                  <b>{trace.point === undefined ? trace.title : `${trace.point}: ${trace.title}`}</b>
                  <small>{trace.about}</small>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <section class="library">
        <h3>A real guest</h3>
        <ul>
          <li>
            <button type="button" data-trace="linux" onClick={pickRecorded}>
              <b>Linux 6.1 boots and drives NVMe</b>
              <small>recorded with QEMU; signals are inferred from the messages that followed them</small>
            </button>
          </li>
        </ul>
      </section>
    </Dialog>
  );
}

/** A field for a link or a trace, and a button for a file. */
function OpenTrace(): JSX.Element {
  const text = useRef<HTMLInputElement>(null);
  const open = (event: Event): void => {
    event.preventDefault();
    close();
    // A whole link is as good as what stands after its #.
    const { packed = '', position } = readLink(text.current!.value) ?? {};
    openLink(packed, position);
  };
  return (
    <form class="open" onSubmit={open}>
      <input
        ref={text}
        type="text"
        aria-label="A link or a packed trace"
        placeholder="Paste a link or a packed trace"
        required
      />
      <button type="submit">Open</button>
      <label class="button">
        Open a file…
        <input type="file" class="hidden" onChange={(event) => openFile(event.currentTarget.files?.[0])} />
      </label>
    </form>
  );
}
