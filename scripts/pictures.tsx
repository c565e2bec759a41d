/**
 * Draws the pictures of `docs/`: the statechart of each machine, and the sequence charts of the most telling traces, by what the
 * inspector draws with. `npm run pictures` writes them; a test holds them against the machines.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ELK } from 'elkjs/lib/elk-api.js';
import ElkModule from 'elkjs/lib/elk.bundled.js';
import type { JSX } from 'preact';
import { render } from 'preact-render-to-string';
import type { AnyStateMachine } from 'xstate';
import { compile } from '../checker/compile/compile.ts';
import { tellVerdict } from '../checker/trace/text.ts';
import type { Trace } from '../checker/trace/trace.ts';
import { chartOf } from '../inspector/drawing/chart.ts';
import { layOut } from '../inspector/drawing/layout.ts';
import { columnPlaces, SEQUENCE, SequenceHead, SequenceStep, stepHeight } from '../inspector/drawing/sequence.tsx';
import { Statechart } from '../inspector/drawing/statechart.tsx';
import { timelineOf } from '../inspector/drawing/timeline.ts';
import { libraryTrace } from '../inspector/decider/library.ts';
import { POSTED } from '../machines/designs.ts';
import { THREE, TWO } from '../machines/messages.ts';
import { createInstance } from '../properties/instances.ts';
import { instanceByName } from '../properties/subject.ts';

const FOLDER = 'docs';

/** The machines that are drawn, by the name of their file. */
const MACHINES: Readonly<Record<string, AnyStateMachine>> = {
  'vector-page': createInstance('vector-page').machine,
  capability: createInstance('capability').machine,
  vector: createInstance('vector', { messages: TWO }).machine,
  function: createInstance('function', { vectors: 1, messages: TWO }).machine,
  ownership: createInstance('ownership').machine,
  'host-function': createInstance('host-function').machine,
  'assigned-device': createInstance('assigned-device', { messages: TWO }).machine,
  'assigned-device-posted': createInstance('assigned-device', { messages: TWO, design: POSTED }).machine,
  'function-channel': createInstance('function', { vectors: 1, messages: THREE, channel: true }).machine,
};

/** The traces that are drawn, by their name in the library. */
export const PICTURED_TRACES = [
  'posted-late-arrival',
  'posted-discarded-write',
  'posted-live-after',
  'posted-zeros',
  'posted-lost-event',
  'posted-rebuild',
  'posted-moved-bar',
  'posted-two-records',
] as const;

/** Draws every picture; by path, its text. */
export async function drawPictures(): Promise<Map<string, string>> {
  // The module's types are those of a CommonJS module that exports an object; what it exports is the class.
  const elk = new (ElkModule as unknown as new () => ELK)();
  const pictures = new Map<string, string>();
  for (const [name, machine] of Object.entries(MACHINES)) {
    const layout = await layOut(chartOf(machine), elk);
    const title = `The statechart of ${name}`;
    pictures.set(
      join(FOLDER, `${name}.svg`),
      picture(title, layout.width + 2 * MARGIN, layout.height + 2 * MARGIN, <Statechart layout={layout} />),
    );
  }
  for (const name of PICTURED_TRACES) {
    const { title, make } = libraryTrace(name);
    pictures.set(join(FOLDER, `trace-${name}.svg`), sequencePicture(title, make()));
  }
  return pictures;
}

const MARGIN = 12;
const WIDTH = 640;

function sequencePicture(title: string, trace: Trace): string {
  const { machine, events } = instanceByName(trace.machine, trace.instance);
  const { outputs } = compile(machine, events);
  const timeline = timelineOf({
    machine: machine.id,
    events,
    steps: trace.steps,
    loop: trace.loop,
    outputNames: outputs,
  });
  const places = columnPlaces(timeline.columns, WIDTH);
  let y = 30 + SEQUENCE.head;
  const steps = trace.steps.map((_, step) => {
    const arrows = timeline.arrows(step);
    const at = y;
    y += stepHeight(arrows.length);
    return (
      <g key={step} transform={`translate(0 ${at})`}>
        <SequenceStep number={step + 1} arrows={arrows} places={places} width={WIDTH} />
      </g>
    );
  });
  const notes = [
    ...(trace.loop === trace.steps.length ? ['From here on, nothing happens any more.'] : []),
    ...(trace.verdict === undefined ? [] : [tellVerdict(trace.verdict)]),
  ].flatMap((text) => wrap(text, 92));
  return picture(
    title,
    WIDTH + 2 * MARGIN,
    y + 16 + notes.length * 17 + 2 * MARGIN,
    <>
      <text class="picture-title" x={0} y={16}>
        {title}
      </text>
      <g transform="translate(0 26)">
        <SequenceHead places={places} />
      </g>
      {steps}
      {notes.map((note, index) => (
        <text key={note} class="picture-note" x={SEQUENCE.gutter - 26} y={y + 22 + index * 17}>
          {note}
        </text>
      ))}
    </>,
  );
}

function wrap(text: string, characters: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (`${lines.at(-1)} ${word}`.length > characters) lines.push(word);
    else lines[lines.length - 1] = `${lines.at(-1)} ${word}`.trim();
  }
  return lines;
}

/** A whole drawing, which looks the same wherever it is opened. */
function picture(title: string, width: number, height: number, content: JSX.Element): string {
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  const svg = (
    <svg xmlns="http://www.w3.org/2000/svg" {...size} viewBox={`0 0 ${size.width} ${size.height}`} role="img">
      <title>{title}</title>
      <style>{STYLE}</style>
      <rect class="picture-paper" {...size} />
      <g transform={`translate(${MARGIN} ${MARGIN})`}>{content}</g>
    </svg>
  );
  // An element a line, so that a change shows where it is.
  return `${render(svg).replaceAll('><', '>\n<')}\n`;
}

/** The theme, for whoever opens a drawing without the page: dark where the reader's system is. */
const STYLE = `${themeStyle()}
.picture-paper { fill: var(--paper); }
.picture-title { font: 600 14px var(--sans); fill: var(--ink); }
.picture-note { font: 12.5px var(--sans); fill: var(--ink); }
.sequence-step { --halo: var(--paper); }`;

function themeStyle(): string {
  const theme = readFileSync('inspector/drawing/theme.css', 'utf8').replaceAll(/\/\*[^]*?\*\/\n?/g, '');
  const dark = Array.from(
    theme.matchAll(/(--[\w-]+): light-dark\(([^,]+), ([^)]+)\);/g),
    ([, name, , color]) => `${name}: ${color};`,
  );
  const light = theme
    .replaceAll(/light-dark\(([^,]+), [^)]+\)/g, '$1')
    .replaceAll(/:root\[data-theme[^}]*\}\n/g, '')
    .replaceAll(/[^{}]*(?::hover|cursor)[^{}]*\{[^}]*\}\n/g, '');
  return `${light.trim()}\n@media (prefers-color-scheme: dark) { :root { ${dark.join(' ')} } }`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [path, text] of await drawPictures()) writeFileSync(path, text);
}
