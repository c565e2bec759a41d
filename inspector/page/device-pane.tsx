/**
 * The device: registers as the machine has them and as the implementation has them, one below the other; whatever differs is
 * framed in red, carries a sign, and is told in a sentence. Of many vectors, those in sight are drawn.
 */
import { entryDword, pendingDword } from '../../conformance/device/readback.ts';
import type { JSX } from 'preact';
import { messageOf } from '../../conformance/device/words.ts';
import { readOutput } from '../../machines/alphabet.ts';
import { ADAPTERS, type DeviceView } from './device.ts';
import { tellOwn } from './log-vectors.ts';
import { useRowsInSight } from './rows.ts';
import type { OwnScene } from './scene.ts';
import {
  comparison,
  comparisonState,
  firstDifference,
  pane,
  position,
  travel,
  value,
  wantImplementation,
} from './store.ts';
import type { ComparisonState } from './comparison.ts';

/** Messages that are listed; the run has the others. */
const DELIVERED_LISTED = 6;

export function DevicePane({ at }: { at: OwnScene }): JSX.Element {
  const view = ADAPTERS[at.machine.id]?.(at.instance)(value.value!);
  const state = comparisonState.value;
  return (
    <section class="device" aria-label="Device">
      <header>
        <h2>Device</h2>
        <Agreement />
      </header>
      {view === undefined ? (
        <p class="empty">There is no reader for the states of {at.machine.id}.</p>
      ) : (
        <Registers at={at} view={view} state={state} />
      )}
      {state !== undefined && state.differences.length > 0 && (
        <div class="differences" role="alert">
          {state.differences.slice(0, 4).map(({ sentence }) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
      <Messages at={at} view={view} />
    </section>
  );
}

/** Whether machine and implementation agree, in words. */
function Agreement(): JSX.Element {
  if (comparison.value === undefined && pane.value === 'story') {
    return (
      <p class="agreement none">
        <button type="button" class="link" onClick={wantImplementation}>
          Compare with the implementation
        </button>
      </p>
    );
  }
  if (typeof comparison.value !== 'object') return <p class="agreement none">{comparison.value}</p>;
  const first = firstDifference.value;
  if (first === undefined) return <p class="agreement same">machine = {comparison.value.label ?? 'implementation'}</p>;
  return (
    <p class="agreement differs">
      ≠ differs from{' '}
      <button type="button" class="link" onClick={() => travel(first)}>
        step {first}
      </button>{' '}
      on
    </p>
  );
}

function Registers({
  at,
  view,
  state,
}: {
  at: OwnScene;
  view: DeviceView;
  state: ComparisonState | undefined;
}): JSX.Element {
  const { control, rows, facts } = view;
  return (
    <>
      {control !== undefined && (
        <div class="control">
          <Bit name="MSI-X Enable" on={control.enable} wrong={isWrong(state, 0)} />
          {control.functionMask !== undefined && (
            <Bit name="Function Mask" on={control.functionMask} wrong={isWrong(state, 0)} />
          )}
          {state !== undefined && (
            <span class={`register ${isWrong(state, 0) ? 'wrong' : ''}`}>
              Message Control <code>0x{state.words[0].toString(16).padStart(4, '0')}</code>
            </span>
          )}
        </div>
      )}
      {facts.length > 0 && (
        <dl class="facts">
          {facts.map(({ name, value: told }) => (
            <>
              <dt>{name}</dt>
              <dd>{told}</dd>
            </>
          ))}
        </dl>
      )}
      {rows.length > 0 && <Table at={at} rows={rows} state={state} />}
    </>
  );
}

function Table({
  at,
  rows,
  state,
}: {
  at: OwnScene;
  rows: DeviceView['rows'];
  state: ComparisonState | undefined;
}): JSX.Element {
  const { box, first, end, above, below } = useRowsInSight<HTMLTableElement>(rows.length, '.device');
  const isWhole = first === 0 && end === rows.length;
  const linesOf = state === undefined ? 1 : 2;
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label="MSI-X Table">
      <table ref={box} aria-rowcount={isWhole ? undefined : 1 + rows.length * linesOf}>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">side</th>
            <th scope="col">address : data</th>
            <th scope="col">mask</th>
            <th scope="col">pending</th>
            <th scope="col">in force</th>
          </tr>
        </thead>
        <Gap height={above} />
        {rows.slice(first, end).map((row, index) => (
          <TableRows
            key={row.vector}
            at={at}
            row={row}
            state={state}
            rowIndex={isWhole ? undefined : 2 + (first + index) * linesOf}
          />
        ))}
        <Gap height={below} />
      </table>
    </div>
  );
}

/** What is left out of a table, held open. */
function Gap({ height }: { height: number }): JSX.Element | null {
  return height === 0 ? null : (
    <tbody aria-hidden="true">
      <tr>
        <td colSpan={6} style={{ height: `${height}px`, padding: 0 }} />
      </tr>
    </tbody>
  );
}

function Bit({ name, on, wrong }: { name: string; on: boolean; wrong: boolean }): JSX.Element {
  return (
    <span class={`bit ${on ? 'on' : 'off'} ${wrong ? 'wrong' : ''}`}>
      <b>{on ? '1' : '0'}</b> {name}
    </span>
  );
}

type Row = DeviceView['rows'][number];

function TableRows({
  at,
  row,
  state,
  rowIndex,
}: {
  at: OwnScene;
  row: Row;
  state: ComparisonState | undefined;
  rowIndex: number | undefined;
}): JSX.Element {
  const { vector, message, mask, pending, blocked, force } = row;
  const word = entryDword(vector);
  const pendingWord = pendingDword(at.instance.vectors, vector);
  return (
    <tbody data-row="">
      <tr class={blocked === true ? 'blocked' : ''} aria-rowindex={rowIndex}>
        <th scope="rowgroup" rowSpan={state === undefined ? 1 : 2}>
          {vector}
          <OwnNumber at={at} vector={vector} />
        </th>
        <td class="whose">machine</td>
        <td class="message">{message}</td>
        <Flag on={mask} />
        <Flag on={pending} />
        <td>{force ?? <span class="quiet">{blocked === true ? 'blocked' : 'none'}</span>}</td>
      </tr>
      {state !== undefined && (
        <tr aria-rowindex={rowIndex === undefined ? undefined : rowIndex + 1}>
          <td class="whose">{nameOfOther()}</td>
          <td class={`message registers ${[0, 1, 2].some((each) => isWrong(state, word + each)) ? 'wrong' : ''}`}>
            {registersOf(state, word)}
          </td>
          <Flag on={(state.words[word + 3] & 1) === 1} wrong={isWrong(state, word + 3)} />
          <Flag
            on={((state.words[pendingWord] >>> (vector & 31)) & 1) === 1}
            wrong={
              isWrong(state, pendingWord) && (((state.words[pendingWord] >>> (vector & 31)) & 1) === 1) !== pending
            }
          />
          <td class={state.force === undefined || state.force[vector] === force ? '' : 'wrong'}>
            {state.force?.[vector] ?? <span class="quiet">{state.force === undefined ? 'not told' : 'none'}</span>}
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** The number of a vector in the log that is shown, where the picture has another. */
function OwnNumber({ at, vector }: { at: OwnScene; vector: number }): JSX.Element | null {
  const own = tellOwn(at.log, vector);
  return own === undefined ? null : <small class="quiet"> {own}</small>;
}

function Flag({ on, wrong = false }: { on: boolean | undefined; wrong?: boolean }): JSX.Element {
  if (on === undefined) return <td />;
  return (
    <td class={wrong ? 'wrong' : ''}>
      <span class={`flag ${on ? 'on' : ''}`} aria-hidden="true" />
      {on ? 'set' : <span class="quiet">clear</span>}
    </td>
  );
}

/** What the lower row of a vector is of. */
const nameOfOther = (): string => (typeof comparison.value === 'object' ? comparison.value.label : undefined) ?? 'code';

const isWrong = (state: ComparisonState | undefined, word: number): boolean =>
  state?.differences.some((difference) => difference.word === word) ?? false;

function registersOf({ words }: ComparisonState, word: number): string {
  const [low, high, data] = [0, 1, 2].map((each) => words[word + each].toString(16).padStart(8, '0'));
  return `${high === '00000000' ? '' : `${high} `}${low} : ${data}`;
}

/** What is on its way, and what has left or arrived so far. */
function Messages({ at, view }: { at: OwnScene; view: DeviceView | undefined }): JSX.Element {
  const count = at.run.outputCountAt(position.value);
  // Where messages take their time, what was sent is in flight, and what counts is what has arrived.
  const verb = view?.inFlight === undefined ? 'send' : 'deliver';
  const messages = at.run.outputs.slice(0, count).filter(({ output }) => output.startsWith(`${verb}.`));
  const shown = messages.slice(-DELIVERED_LISTED).toReversed();
  return (
    <div class="messages">
      {view?.inFlight !== undefined && (
        <p>
          <span class="label">In flight</span>
          {view.inFlight.length === 0 ? <span class="quiet">nothing</span> : null}
          {view.inFlight.map(({ vector, message }) => (
            <span key={vector} class="chip flight" title={`vector ${vector}`}>
              → {message} <small>#{vector}</small>
            </span>
          ))}
        </p>
      )}
      <p>
        <span class="label">{verb === 'send' ? 'Sent' : 'Delivered'}</span>
        {shown.length === 0 ? <span class="quiet">none yet</span> : null}
        {shown.map(({ position: step, output }, index) => {
          const { vector, message = '' } = readOutput(output);
          return (
            <button
              key={`${step} ${index}`}
              type="button"
              class="chip"
              title={tellMessage(message, vector)}
              onClick={() => travel(step)}
            >
              {message}{' '}
              <small>
                #{vector}
                <OwnNumber at={at} vector={vector} />, step {step}
              </small>
            </button>
          );
        })}
        {messages.length > shown.length && <span class="quiet">and {messages.length - shown.length} before</span>}
      </p>
    </div>
  );
}

function tellMessage(message: string, vector: number): string {
  if (typeof comparison.value !== 'object') return `${message} of vector ${vector}`;
  const [low, high, data] = (comparison.value.registersOf?.(message, vector) ?? messageOf(message, vector)).map(
    (word) => word.toString(16).padStart(8, '0'),
  );
  return `address ${high} ${low}, data ${data}`;
}
