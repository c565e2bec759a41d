/**
 * What can happen: every event of the alphabet as a button. One that no transition takes now can be sent too, for what does not
 * happen is part of what a machine says.
 */
import type { JSX } from 'preact';
import { eventSentence } from '../../machines/alphabet.ts';
import { eventGroups, type OwnScene } from './scene.ts';
import { openEvents, pane, scene, send } from './store.ts';

export function EventsPane(): JSX.Element {
  const at = scene.value;
  if (at.kind === 'watched') {
    return (
      <section class="events" aria-label="Events">
        <p class="empty">
          The inspector's protocol runs one way: what a watched program does is shown, and no event is sent to it.
        </p>
      </section>
    );
  }
  const open = openEvents.value;
  if (pane.value === 'story' || pane.value === 'map' || (at.run.verdict !== undefined && pane.value !== 'events')) {
    return (
      <details class="events folded">
        <summary>Try an event of your own from here</summary>
        <Groups at={at} open={open} />
      </details>
    );
  }
  return (
    <section class="events" aria-label="Events">
      <Groups at={at} open={open} />
    </section>
  );
}

function Groups({ at, open }: { at: OwnScene; open: ReadonlySet<number> }): JSX.Element {
  return (
    <>
      {eventGroups(at.subject.events).map(({ title, actors }) => (
        <div key={title} class="group" role="group" aria-label={title}>
          <b>{title}</b>
          <div class="buttons">
            {actors.map(({ actor, events }) => (
              <div key={actor} class="actor">
                <span>{actor}</span>
                {events.map(({ number, name, label }) => {
                  const isOpen = open.has(number);
                  const sentence = `${eventSentence(name)}${isOpen ? '' : ' (nothing changes)'}`;
                  return (
                    <button
                      key={name}
                      type="button"
                      class={isOpen ? 'open' : 'ignored'}
                      data-event={name}
                      title={sentence}
                      aria-label={`${label}: ${sentence}`}
                      onClick={() => send(number)}
                    >
                      {label}
                    </button>
                  );
                })}
              </div>
            ))}
          </div>
        </div>
      ))}
    </>
  );
}
