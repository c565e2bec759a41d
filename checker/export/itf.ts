/**
 * Traces in the Informal Trace Format, which Apalache, Quint and their viewers read: a variable for each region.
 * Source: Apalache, ADR-015.
 */
import { requireTrace } from '../trace/shape.ts';
import { nameSubject, type Trace } from '../trace/trace.ts';

/** The variable with the event that led to a state, by the name that Quint gives it; `init` leads to the first one. */
const EVENT_VARIABLE = 'mbt::actionTaken';
/** The variable with the outputs of that event. */
const OUTPUTS_VARIABLE = 'mbt::outputs';

/** Prints a trace in ITF, each state on a line of its own. A region that is not active has the value "". */
export function printItf(trace: Trace): string {
  const read = requireTrace('trace of printItf', trace);
  const { events, start, steps, loop, verdict } = read;
  const meta = {
    format: 'ITF',
    'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
    source: nameSubject(read),
    ...(verdict === undefined
      ? {}
      : { status: verdict.result, description: `${verdict.property}: ${verdict.sentence}` }),
  };
  let regions = start;
  const states = steps.map(({ event, outputs, changes }, index) => {
    regions = { ...regions, ...changes };
    return printState(index + 1, { ...regions, [EVENT_VARIABLE]: events[event], [OUTPUTS_VARIABLE]: outputs });
  });
  const fields = [
    `  "#meta": ${JSON.stringify(meta)}`,
    `  "vars": ${JSON.stringify([...Object.keys(start), EVENT_VARIABLE, OUTPUTS_VARIABLE])}`,
    `  "states": [\n${[printState(0, { ...start, [EVENT_VARIABLE]: 'init', [OUTPUTS_VARIABLE]: [] }), ...states].join(',\n')}\n  ]`,
    // The states from there to the last one happen again and again. The first of them is the one after the loop's first
    // step; where nothing happens any more, it is the last one.
    ...(loop === undefined ? [] : [`  "loop": ${Math.min(loop + 1, steps.length)}`]),
  ];
  return `{\n${fields.join(',\n')}\n}\n`;
}

function printState(index: number, variables: Readonly<Record<string, unknown>>): string {
  return `    ${JSON.stringify({ '#meta': { index }, ...variables })}`;
}
