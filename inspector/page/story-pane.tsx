/**
 * An objection of the review as a story: its headline and the reviewer's words, which stay; and step by step what each machine makes
 * of the same events, up to where one of them breaks.
 */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { eventSentence } from '../../machines/alphabet.ts';
import type { Proof, Story, StoryColumn, StoryStep } from '../decider/messages.ts';
import { RuleText } from './rules.tsx';
import {
  goToTrace,
  isStoryComing,
  library,
  origin,
  position,
  proof,
  returnToOrigin,
  scene,
  story,
  travel,
} from './store.ts';

/** The headline of the story, or of the run that claims something. It stays while the reader is anywhere in it. */
export function Headline(): JSX.Element | null {
  const told = story.value;
  const from = origin.value;
  const at = scene.value;
  if (at.kind === 'watched') return null;
  if (told === undefined && from === undefined && at.run.verdict === undefined) return null;
  const review = library.value.find(({ kind }) => kind === 'review')?.traces ?? [];
  const place = review.findIndex(({ name }) => name === told?.name);
  return (
    <section class="headline" aria-label="What is shown">
      {told !== undefined && (
        <div class="headline-row">
          <h2>
            <span class="point">{told.point}</span> {told.title}
          </h2>
          <span class="spring" />
          {place >= 0 && (
            <nav class="neighbours" aria-label="Objections">
              <Neighbour to={review[place - 1]} label="‹ Previous" />
              <span class="quiet">
                {place + 1} of {review.length}
              </span>
              <Neighbour to={review[place + 1]} label="Next ›" />
            </nav>
          )}
        </div>
      )}
      {told !== undefined && (
        <p class="words">
          <b>The reviewer:</b> {told.words}
        </p>
      )}
      {from === undefined ? (
        <Standing />
      ) : (
        <p class="branch" role="status">
          <b>A branch of your own</b>, from step {from.position} of{' '}
          {told === undefined ? from.scene.title : 'the counterexample'} on.{' '}
          <button type="button" class="return" onClick={returnToOrigin}>
            Return to the {from.scene.log === undefined ? 'counterexample' : 'log'}
          </button>
        </p>
      )}
    </section>
  );
}

function Neighbour({
  to,
  label,
}: {
  to: { readonly name: string; readonly title: string; readonly point?: string } | undefined;
  label: string;
}): JSX.Element {
  return (
    <button
      type="button"
      disabled={to === undefined}
      title={to === undefined ? undefined : `${to.point}: ${to.title}`}
      onClick={() => to !== undefined && void goToTrace(to.name)}
    >
      {label}
    </button>
  );
}

const SIGNS: Readonly<Record<Proof['standing'], string>> = {
  broken: '✗ Checked here just now.',
  applies: '✓ Checked here just now.',
  assumed: '✓ Not broken.',
  differs: '≠ The link and this machine differ.',
  unknown: '? Not decided here.',
};

/** What was decided of the run, here and now. */
function Standing(): JSX.Element | null {
  const told = proof.value;
  if (told === undefined)
    return isStoryComing.value ? (
      <p class="standing quiet" role="status">
        Being checked here…
      </p>
    ) : null;
  const { standing, property, sentence } = told;
  const at = scene.value;
  const mutant = at.kind === 'own' ? at.instance.mutant : undefined;
  return (
    <>
      <p class={`standing ${standing}`} role="status">
        <b>{SIGNS[standing]}</b> {property !== undefined && <span class="claim-title">“{property.title}”</span>}{' '}
        {sentence}
      </p>
      {mutant !== undefined && (
        <p class="mutant">
          In a machine with one change: <code>{mutant}</code>
        </p>
      )}
      {property !== undefined && property.rules.length > 0 && (
        <div class="rules">
          {property.rules.map((id) => (
            <RuleText key={id} id={id} />
          ))}
        </div>
      )}
    </>
  );
}

export function StoryPane(): JSX.Element {
  const told = story.value;
  if (told === undefined) {
    return (
      <section class="story" aria-label="Story">
        <p class="empty" role="status">
          {isStoryComing.value ? 'The machines run it again…' : 'This run is no story of the review.'}
        </p>
      </section>
    );
  }
  return <StoryTable told={told} />;
}

function StoryTable({ told }: { told: Story }): JSX.Element {
  const { events, columns, scene: begins } = told;
  const isBranch = origin.value !== undefined;
  const here = isBranch ? undefined : position.value;
  const row = useRef<HTMLTableRowElement>(null);
  const ending = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    row.current?.scrollIntoView({ block: 'nearest' });
    if (here === events.length) ending.current?.scrollIntoView({ block: 'nearest' });
  }, [here]);
  const isOver = here === undefined || here >= events.length;
  return (
    <section class="story" aria-label="Story">
      <div class="story-frame" tabIndex={0} role="region" aria-label="The run, step by step">
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">
                #
              </th>
              <th scope="col">What happens</th>
              {columns.map(({ title }) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {begins !== undefined && (
              <tr class="begins">
                <td />
                <td colSpan={columns.length + 1}>It begins {begins}.</td>
              </tr>
            )}
            {events.map((event, step) => {
              const at = step + 1;
              const classes = [at === here ? 'here' : '', here !== undefined && at > here ? 'ahead' : ''];
              return (
                <tr
                  key={step}
                  ref={at === here ? row : undefined}
                  class={classes.join(' ').trim()}
                  aria-current={at === here ? 'step' : undefined}
                  onClick={() => travel(at)}
                >
                  <td class="number">
                    <button type="button" class="link" aria-label={`To step ${at}`} onClick={() => travel(at)}>
                      {at}
                    </button>
                  </td>
                  <th scope="row">{capital(eventSentence(event))}</th>
                  {columns.map((column) => (
                    <StepCell key={column.title} title={column.title} step={column.steps[step]} />
                  ))}
                </tr>
              );
            })}
            <tr ref={ending} class={`endings ${isOver ? '' : 'ahead'}`}>
              <td />
              <th scope="row">What comes of it</th>
              {columns.map((column) => (
                <Ending key={column.title} column={column} />
              ))}
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}

function StepCell({ title, step }: { title: string; step: StoryStep | undefined }): JSX.Element {
  if (step === undefined)
    return (
      <td class="quiet" data-column={title}>
        is no part of this design
      </td>
    );
  const { outputs, changes } = step;
  if (outputs.length === 0 && changes.length === 0)
    return (
      <td class="quiet" data-column={title}>
        nothing changes
      </td>
    );
  return (
    <td data-column={title}>
      {outputs.length > 0 && <p>{capital(outputs.join('; '))}.</p>}
      {changes.map(([region, state]) => (
        <p key={region} class="change">
          <code>{region}</code> → <code>{state}</code>
        </p>
      ))}
    </td>
  );
}

function Ending({ column: { title, ending } }: { column: StoryColumn }): JSX.Element {
  return (
    <td class={ending.breaks ? 'breaks' : 'holds'} data-column={title}>
      <p>
        <b>{ending.breaks ? '✗' : '✓'}</b> {ending.sentence}
      </p>
    </td>
  );
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
