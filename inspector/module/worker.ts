/**
 * The thread of a module. It is asked to play, or to judge, and not both: whoever judges is busy.
 */
import { wasmDevices } from '../../conformance/device/wasm.ts';
import { subjectOf } from '../../conformance/judge/subject.ts';
import { judgeModule, SHOWN_COUNTS } from './findings.ts';
import type { ModuleAnswer, ModuleQuestion, ModuleQuestions } from './messages.ts';
import { play } from './play.ts';

let create: ReturnType<typeof wasmDevices> | undefined;

async function answer(question: ModuleQuestion): Promise<ModuleQuestions[keyof ModuleQuestions]['answer']> {
  if (question.name === 'open') {
    create = wasmDevices(question.ask.bytes, { name: question.ask.name });
    return subjectOf(create, SHOWN_COUNTS).vectorCounts;
  }
  if (create === undefined) throw new RangeError('Got no module yet; expected one to be opened first.');
  if (question.name === 'play') return play(create, question.ask);
  return judgeModule(create, question.ask.seconds, (progress) => tell({ id: question.id, progress }));
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
const tell = (told: ModuleAnswer): void => postMessage(told);

addEventListener('message', ({ data }: MessageEvent<ModuleQuestion>) => {
  answer(data).then(
    (told) => tell({ id: data.id, answer: told }),
    (error: unknown) => tell({ id: data.id, problem: error instanceof Error ? error.message : String(error) }),
  );
});
