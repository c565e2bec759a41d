/**
 * The names of strategies and formats, and what a strategy covers: for whoever parses a command, without what makes the tests.
 */

/** The strategies in order of cost: what each covers, as a clause, and who makes its paths. */
export const STRATEGY_WORDS = {
  states: { words: 'a shortest path to every state', by: '@xstate/graph' },
  guards: {
    words: 'for each event, every set of transitions that it takes, and none: every outcome of every guard',
    by: 'maskbit',
  },
  tour: {
    words: "one tour through every transition and back, ignored events among them: the postman's",
    by: 'maskbit',
  },
  transitions: { words: 'a shortest path through every transition, ignored events among them', by: '@xstate/graph' },
  reads: {
    words: 'in every state, every read of every width, and then every event: what shows only to a guest that polls',
    by: 'maskbit',
  },
  pairs: { words: 'every pair of events in every state', by: 'maskbit' },
  triples: { words: 'every three events in every state', by: 'maskbit' },
  simple: { words: 'all simple paths: those that meet no state twice', by: '@xstate/graph' },
  complete: {
    words:
      'a complete suite (HSI): finds every fault of a device that has at most --extra states more than the machine',
    by: 'maskbit',
  },
  walks: { words: 'seeded random walks of --walks times --length events', by: 'maskbit' },
} as const;
export type StrategyName = keyof typeof STRATEGY_WORDS;
export const STRATEGY_NAMES = Object.keys(STRATEGY_WORDS) as readonly StrategyName[];

/** The names of the formats. */
export const TEST_FORMATS = ['json', 'dut', 'vitest'] as const;
export type TestFormat = (typeof TEST_FORMATS)[number];
