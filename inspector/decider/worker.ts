/**
 * The decider's thread: it makes traces and decides properties, so that the page never waits for either.
 */
import type { Answer, Question, Questions } from './messages.ts';
import { libraryTitles, libraryTrace } from './library.ts';
import { prove } from './proof.ts';
import { spaceOf, wayToLot } from './space.ts';
import { tellStory } from './story.ts';

function answer(question: Question): Questions[keyof Questions]['answer'] {
  switch (question.name) {
    case 'library':
      return libraryTitles();
    case 'trace':
      return libraryTrace(question.ask).make();
    case 'proof':
      return prove(question.ask);
    case 'story':
      return tellStory(question.ask);
    case 'space':
      return spaceOf(question.ask.subject, question.ask.apart);
    case 'way': {
      const { subject, from, apart, children } = question.ask;
      return wayToLot(subject, from, apart, children);
    }
  }
}

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  let told: Answer;
  try {
    told = { id: data.id, answer: answer(data) };
  } catch (error) {
    told = { id: data.id, problem: error instanceof Error ? error.message : String(error) };
  }
  postMessage(told);
});
