/**
 * An actor of another program: where it stands in its family, and what it holds: context, payload, output and error of the step that is
 * looked at, with what has changed in it.
 */
import type { JSX } from 'preact';
import { position, watch, watched, watchedId, watchedVersion } from './store.ts';
import { connection } from './connection.ts';
import type { WatchedScene } from './scene.ts';
import type { Actor } from './watch.ts';

export function ActorPane({ at }: { at: WatchedScene }): JSX.Element {
  const moment = at.momentAt(position.value);
  const before = at.momentAt(position.value - 1);
  const gone = watched.goneBecause(at.actor);
  return (
    <section class="device actor" aria-label="Actor">
      <header>
        <h2>Actor</h2>
        {gone !== undefined && (
          <p class="agreement differs" role="status">
            Its program has gone. {gone}
          </p>
        )}
        {connection.value === 'away' && (
          <p class="agreement differs" role="status">
            The server has gone; it is tried again every two seconds.
          </p>
        )}
      </header>
      <Family parent={undefined} />
      {moment !== undefined && (
        <dl class="facts">
          <dt>Status</dt>
          <dd class={`status ${moment.status}`}>{moment.status}</dd>
          <dt>State</dt>
          <dd>
            {moment.value === undefined ? (
              'none was told'
            ) : (
              <Data value={moment.value} before={before?.value} isFirst={before === undefined} />
            )}
          </dd>
          <Fact name="Event" value={moment.payload} before={undefined} />
          <Fact name="Context" value={moment.context} before={before?.context} />
          <Fact name="Output" value={moment.output} before={before?.output} />
          <Fact name="Error" value={moment.error} before={before?.error} />
        </dl>
      )}
    </section>
  );
}

function Fact({ name, value, before }: { name: string; value: unknown; before: unknown }): JSX.Element | null {
  if (value === undefined || value === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {name === 'Error' && JSON.stringify(value) === '{}' ? (
          'an Error, of which the inspector of the program tells no message'
        ) : (
          <Data value={value} before={before} isFirst={before === undefined} />
        )}
      </dd>
    </>
  );
}

/** The most members of an object or a list that are listed. */
const LISTED = 100;

/** A piece of data as a tree; what has changed is marked, and open. */
function Data({ value, before, isFirst }: { value: unknown; before: unknown; isFirst: boolean }): JSX.Element {
  if (typeof value !== 'object' || value === null) {
    const isChanged = !isFirst && value !== before;
    return <code class={isChanged ? 'changed' : ''}>{`${isChanged ? '● ' : ''}${JSON.stringify(value)}`}</code>;
  }
  const members = Object.entries(value);
  const earlier = Object(before) as Record<string, unknown>;
  if (members.length === 0) return <code>{Array.isArray(value) ? '[]' : '{}'}</code>;
  return (
    <ul class="data">
      {members.slice(0, LISTED).map(([name, each]) => {
        const isPlain = typeof each !== 'object' || each === null;
        const isChanged = !isFirst && JSON.stringify(each) !== JSON.stringify(earlier[name]);
        if (isPlain)
          return (
            <li key={name}>
              {name}: <Data value={each} before={earlier[name]} isFirst={isFirst} />
            </li>
          );
        return (
          <li key={name}>
            <details open={isChanged || members.length < 6}>
              <summary class={isChanged ? 'changed' : ''}>
                {isChanged ? '● ' : ''}
                {name} <span class="quiet">{Array.isArray(each) ? `${each.length} items` : ''}</span>
              </summary>
              <Data value={each} before={earlier[name]} isFirst={isFirst} />
            </details>
          </li>
        );
      })}
      {members.length > LISTED && <li class="quiet">{members.length - LISTED} more</li>}
    </ul>
  );
}

/** The actors below one, with those below them. */
export function Family({ parent }: { parent: string | undefined }): JSX.Element | null {
  // Asked for, so that it is drawn again when something was heard.
  void watchedVersion.value;
  // Those whose program is here come first.
  const children = watched.children(parent).toSorted((one, other) => Number(isGone(one)) - Number(isGone(other)));
  if (children.length === 0) return null;
  return (
    <ul class="family" aria-label={parent === undefined ? 'Actors' : undefined}>
      {children.slice(0, LISTED).map((actor) => (
        <li key={actor.sessionId}>
          <button
            type="button"
            class="link"
            aria-current={watchedId.value === actor.sessionId}
            onClick={() => watch(actor.sessionId)}
          >
            {actor.name}
          </button>{' '}
          <span class="quiet">{tellActor(actor)}</span>
          <Family parent={actor.sessionId} />
        </li>
      ))}
      {children.length > LISTED && <li class="quiet">{children.length - LISTED} more</li>}
    </ul>
  );
}

const isGone = (actor: Actor): boolean => watched.goneBecause(actor) !== undefined;

function tellActor(actor: Actor): string {
  const { kind, moments } = actor;
  const last = moments.at(-1);
  const gone = watched.goneBecause(actor);
  const state = typeof last?.value === 'string' ? last.value : undefined;
  // One that was done when its program ended is done all the same.
  const status = gone === undefined ? last?.status : last?.status === 'active' ? 'gone' : `${last?.status}, gone`;
  return [kind === 'machine' ? undefined : kind, status, state].filter((each) => each !== undefined).join(', ');
}
