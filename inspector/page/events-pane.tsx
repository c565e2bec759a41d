/**
 * What can happen: every event of the alphabet as a button. One that no transition takes now can be sent too, for what does not
 * happen is part of what a machine says. Of many vectors, those in sight are drawn.
 */
import type { JSX } from 'preact';
import { eventSentence } from '../../machines/alphabet.ts';
import { useRowsInSight } from './rows.ts';
import { tellOwn } from './log-vectors.ts';
import { type EventGroup, eventGroups, type OwnScene } from './scene.ts';
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
  const groups = groupsOf(at.subject.events);
  const ofVectors = groups.filter(({ vector }) => vector !== undefined);
  const { box, first, end, above, below } = useRowsInSight<HTMLDivElement>(ofVectors.length, '.events');
  return (
    <>
      {groups
        .filter(({ vector }) => vector === undefined)
        .map((group) => (
          <Group key={group.title} group={group} open={open} />
        ))}
      <div ref={box} class="event-rows" style={{ paddingTop: `${above}px`, paddingBottom: `${below}px` }}>
        {ofVectors.slice(first, end).map((group) => (
          <Group key={group.title} group={group} open={open} own={tellOwn(at.log, group.vector ?? 0)} isRow />
        ))}
      </div>
    </>
  );
}

const known = new WeakMap<readonly string[], readonly EventGroup[]>();
/** The events in groups, which are made once. */
function groupsOf(events: readonly string[]): readonly EventGroup[] {
  const groups = known.get(events) ?? eventGroups(events);
  known.set(events, groups);
  return groups;
}

function Group({
  group: { title, actors },
  open,
  own,
  isRow = false,
}: {
  group: EventGroup;
  open: ReadonlySet<number>;
  /** Which vector of the log it is, where its number there is another. */
  own?: string | undefined;
  isRow?: boolean;
}): JSX.Element {
  return (
    <div class="group" role="group" aria-label={title} data-row={isRow ? '' : undefined}>
      <b>
        {title}
        {own !== undefined && <small class="quiet"> {own}</small>}
      </b>
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
  );
}
