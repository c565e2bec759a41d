/**
 * `maskbit explain`: why an interrupt of a vector did not come, from the log of a guest.
 */
import { existsSync } from 'node:fs';
import { writeTraceLink } from '../checker/trace/link.ts';
import { explain as explainLog, type Explanation, type VectorState } from '../conformance/replay/explain.ts';
import { fileSource } from '../conformance/replay/file.ts';
import { ReplayError } from '../conformance/replay/lines.ts';
import { readRecord } from '../conformance/replay/record.ts';
import { type LogChoices, logOptions, spellChoices, withLog } from './logs.ts';
import { ruleById } from '../spec/index.ts';
import { EXIT, type Exit, formatCell, print, printTable, startProgress, tell } from './report.ts';
import { shellWord } from './output.ts';
import { watchLog } from './watch-log.ts';

/** What the command line may say. */
export interface ExplainChoices extends LogChoices {
  readonly vector: number;
  readonly at?: number;
}

/** Explains, and prints it. */
export async function explain(path: string, { vector, at, ...choices }: ExplainChoices): Promise<Exit> {
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    const beside = path.replace(/(\.\w+)?$/, '.json');
    const others = beside !== path && existsSync(beside) ? readRecord(beside).others : undefined;
    const explanation = await withLog(path, (file) =>
      explainLog(fileSource(file), {
        ...logOptions(choices),
        vector,
        ...(at === undefined ? {} : { at }),
        ...(others === undefined ? {} : { others }),
        progress: (done, lines) => (progress ??= startProgress('lines', lines)).advance(done),
      }),
    );
    progress?.end();
    printExplanation(path, choices, explanation);
    return EXIT.holds;
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    tell(`${path}: ${error.message}`);
    return EXIT.usage;
  } finally {
    progress?.end();
  }
}

/** Follows a log while it grows: says why no interrupt came each time that the answer is another. */
export async function watchExplanation(path: string, { vector, at: _, ...choices }: ExplainChoices): Promise<Exit> {
  const options = { ...logOptions(choices), vector };
  let last = '';
  return watchLog(path, {
    update: (source) => {
      const { sentence, at } = explainLog(source, options);
      if (sentence === last) return [];
      last = sentence;
      return [`line ${formatCell(at)}: ${sentence}`];
    },
    finish: (source) => {
      if (source === undefined) {
        print('n/a: nothing came.');
        return EXIT.bound;
      }
      try {
        printExplanation(path, choices, explainLog(source, options));
        return EXIT.holds;
      } catch (error) {
        if (!(error instanceof ReplayError)) throw error;
        tell(`${path}: ${error.message}`);
        return EXIT.usage;
      }
    },
  });
}

/** Prints an explanation as it is read at three in the morning: the answer first, then what led there, then what to do. */
function printExplanation(path: string, choices: LogChoices, explanation: Explanation): void {
  const { device, vector, sentence, rule, steps, stepsBefore, state, stateAtCause, link, line, at, next, replay } =
    explanation;
  print(`${device}, vector ${vector}, after line ${at}: why did no interrupt come?`);
  print();
  print(sentence);
  print(`Next: ${next}`);
  const { title, text } = ruleById(rule);
  print(`Rule ${rule}, ${title}: ${text}`);
  print();
  print(stepsBefore === 0 ? 'What happened to it:' : `What happened to it, after ${stepsBefore} earlier steps:`);
  const width = String(at).length;
  for (const step of steps)
    print(`${step.line === line ? '>' : ' '} ${String(step.line).padStart(width)}  ${step.sentence}`);
  const cause = steps.find((step) => step.line === line);
  if (cause !== undefined) print(`The line marked > is: ${cause.text}`);
  print();
  printStates(explanation.line, at, state, stateAtCause);
  const { disagreementCount } = replay;
  if (disagreementCount > 0) {
    print();
    const count = disagreementCount === 1 ? 'one disagreement' : `${formatCell(disagreementCount)} disagreements`;
    print(`The replay of the log has ${count}: maskbit replay ${shellWord(path)}${spellChoices(choices)}`);
  }
  print();
  print(`See it: maskbit inspect ${shellWord(path)} --at ${line ?? at}${spellChoices(choices)}`);
  if (link !== undefined) {
    print('The steps around it, of this vector alone; the inspector takes the same behind its "#":');
    print(`maskbit show ${shellWord(writeTraceLink(link))}`);
  }
}

/** Prints the vector's registers after the line of the cause, and at the end. */
function printStates(line: number | undefined, at: number, state: VectorState, atCause: VectorState | undefined): void {
  const told = (on: boolean): string => (on ? 'set' : 'clear');
  const columns = [
    ...(line === undefined || line >= at || atCause === undefined ? [] : [[`after line ${line}`, atCause] as const]),
    [`after line ${at}`, state] as const,
  ];
  const row = (name: string, cell: (each: VectorState) => string) => [name, ...columns.map(([, each]) => cell(each))];
  printTable(
    ['register', ...columns.map(([name]) => name)],
    [
      row('MSI-X Enable', ({ enabled }) => told(enabled)),
      row('Function Mask', ({ functionMask }) => told(functionMask)),
      row('Bus Master Enable', ({ mayMaster }) => (mayMaster ? 'set, or not shown' : 'clear')),
      row('Mask Bit', ({ masked }) => told(masked)),
      row('Pending bit', ({ pending }) => told(pending)),
      row('entry, address:data', ({ entry }) => entry),
    ],
  );
}
