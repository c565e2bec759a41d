/**
 * One server and one browser for all tests of a file. Whatever a test does with the page, it must not complain, and must not ask anyone
 * else for anything.
 */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { Stage, type Visit } from './browser.ts';

/** What the tests of a file share. */
export interface StageInUse {
  readonly stage: Stage;
  /** The page that was opened last. */
  readonly visit: Visit;
  /** Opens a page, which is closed after the test. */
  readonly open: (...parameters: Parameters<Stage['visit']>) => Promise<Visit['page']>;
}

/** Opens a stage before the tests of this file, and closes it after them. */
export function useStage(): StageInUse {
  let stage: Stage;
  let visit: Visit;
  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(() => stage.close());
  afterEach(async () => {
    const { complaints, strangers } = visit;
    await visit.close();
    const told = [...complaints, ...strangers.map((address) => `A stranger was asked: ${address}`)];
    if (told.length > 0) throw new Error(`Got complaints of the browser; expected none.\n${told.join('\n')}`);
  });
  return {
    get stage() {
      return stage;
    },
    get visit() {
      return visit;
    },
    open: async (...parameters) => {
      visit = await stage.visit(...parameters);
      return visit.page;
    },
  };
}
