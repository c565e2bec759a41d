/**
 * The decider's thread: it makes traces and decides properties, so that the page never waits for either. What a story does without is
 * fetched when it is asked for.
 */
import type { Answer, Question, Questions } from './messages.ts';
import { prove } from './proof.ts';
import { tellStory } from './story.ts';

async function answer(question: Question): Promise<Questions[keyof Questions]['answer']> {
  switch (question.name) {
    case 'library':
      return (await import('./library.ts')).libraryTitles();
    case 'trace':
      return (await import('./library.ts')).libraryTrace(question.ask).make();
    case 'proof':
      return prove(question.ask);
    case 'story':
      return tellStory(question.ask);
    case 'space':
      return (await import('./space.ts')).spaceOf(question.ask.subject, question.ask.apart);
    case 'way': {
      const { subject, from, apart, children } = question.ask;
      return (await import('./space.ts')).wayToLot(subject, from, apart, children);
    }
  }
}

addEventListener('message', async ({ data }: MessageEvent<Question>) => {
  let told: Answer;
  try {
    told = { id: data.id, answer: await answer(data) };
  } catch (error) {
    told = { id: data.id, problem: error instanceof Error ? error.message : String(error) };
  }
  postMessage(told);
});
