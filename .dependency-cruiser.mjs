/**
 * Who may import whom: the folders, and nothing else. ARCHITECTURE.md says why; its picture is made from the same reading.
 * `test/project/layers.test.ts` holds it, and shows that it can fail.
 */

/** For each folder, the folders and packages that it may import, besides itself. */
export const LAYERS = {
  spec: ['fastest-levenshtein'],
  src: [],
  machines: ['spec/choices.ts', 'checker/argument', 'xstate'],
  checker: ['xstate', '@xstate/graph'],
  properties: ['machines', 'checker', 'xstate'],
  conformance: ['checker', 'machines', 'properties', 'spec', 'src', 'xstate', 'fast-check', 'node:'],
  inspector: [
    ...['spec', 'machines', 'checker', 'properties', 'conformance', 'traces'],
    ...['xstate', 'preact', '@preact/signals', 'elkjs', '@statelyai/inspect', 'vite', 'ws', 'node:'],
  ],
  cli: [
    ...['spec', 'machines', 'checker', 'properties', 'conformance', 'inspector/server'],
    ...[
      'xstate',
      'commander',
      'tsx',
      'junit-report-builder',
      'cli-progress',
      'cli-table3',
      'fastest-levenshtein',
      'open',
      'wrap-ansi',
      'node:',
    ],
  ],
};

/** The pattern of a path or a module name, as dependency-cruiser resolves it. */
export function patternOf(name) {
  if (name === 'node:')
    return '^(node:)?(fs|path|url|process|os|util|crypto|child_process|readline|stream|zlib|http|net|worker_threads)(/|$)';
  if (
    name in LAYERS ||
    name.includes('.ts') ||
    name.includes('/argument') ||
    name.startsWith('inspector/') ||
    name === 'traces'
  )
    return `^${name}(/|$)`;
  return `(^|node_modules/)${name}(/|$)`;
}

const layers = Object.entries(LAYERS).map(([folder, allowed]) => ({
  name: `${folder}-imports`,
  comment: `${folder}/ may import ${allowed.length === 0 ? 'nothing' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { pathNot: [`^${folder}/`, ...allowed.map(patternOf)] },
}));

const fastCheck = {
  name: 'fast-check-in-one-place',
  comment: 'fast-check is for tests; the published package runs without it, so nothing else may lead there',
  severity: 'error',
  from: { path: '^(cli|conformance|properties)/', pathNot: '^conformance/random/commands\\.ts$' },
  to: { path: '(^|node_modules/)fast-check(/|$)|^conformance/random/commands\\.ts$' },
};

const page = {
  name: 'page-runs-in-a-browser',
  comment:
    'the page and what it draws with run in a browser, without Node and without the server; but for types, which are gone by then',
  severity: 'error',
  from: { path: '^inspector/(page|drawing|module)/' },
  to: {
    path: [patternOf('node:'), '(^|node_modules/)ws(/|$)', '^inspector/server/'],
    dependencyTypesNot: ['type-only'],
  },
};

const circles = ['module', 'folder'].map((scope) => ({
  name: `no-circles-of-${scope}s`,
  comment: `a ${scope} that imports itself by way of others can be read, tested and moved only together with them`,
  severity: 'error',
  scope,
  from: { path: '^checker/' },
  to: { circular: true },
}));

export default {
  forbidden: [...layers, fastCheck, page, ...circles],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(test|bench|scripts|dist)/' },
  },
};
