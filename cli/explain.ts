/**
 * `maskbit explain`: why an interrupt of a vector did not come, from the log of a guest.
 */
import { existsSync } from 'node:fs';
import { explain as explainLog, type Explanation } from '../conformance/replay/explain.ts';
import { fileSource } from '../conformance/replay/file.ts';
import { ReplayError } from '../conformance/replay/lines.ts';
import { readRecord } from '../conformance/replay/record.ts';
import { type LogChoices, logOptions, withLog } from './logs.ts';
import { EXIT, type Exit, print, printTable, startProgress, tell } from './report.ts';

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
    printExplanation(path, explanation);
    return EXIT.holds;
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    tell(`${path}: ${error.message}`);
    return EXIT.usage;
  } finally {
    progress?.end();
  }
}

function printExplanation(
  path: string,
  { device, vector, sentence, rule, steps, state, link, line }: Explanation,
): void {
  print(`${device}, vector ${vector}: ${sentence}`);
  print(`The rule: maskbit rules ${rule}`);
  print();
  for (const step of steps) {
    print(`${path}:${step.line}: ${step.sentence}`);
    print(`  ${step.text}`);
  }
  print();
  const told = (on: boolean): string => (on ? 'set' : 'clear');
  printTable(
    [line === undefined ? 'at the end' : `at the end; the cause is at line ${line}`, `vector ${vector}`],
    [
      ['MSI-X Enable', told(state.enabled)],
      ['Function Mask', told(state.functionMask)],
      ['Mask Bit', told(state.masked)],
      ['Pending bit', told(state.pending)],
      ['Bus Master Enable', state.mayMaster ? 'set, or not shown' : 'clear'],
      ['entry, address:data', state.entry],
    ],
  );
  if (link !== undefined) {
    print();
    print(`The steps of this vector alone, for maskbit show, or for the inspector's page behind "#": ${link}`);
  }
}
