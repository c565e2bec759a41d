/**
 * Who may import whom: the folders, and nothing else. ARCHITECTURE.md says why; its picture is made from the same reading.
 * `test/layers.test.ts` holds it, and shows that it can fail.
 */

/** For each folder, the folders and packages that it may import, besides itself. */
export const LAYERS = {
  spec: [],
  src: [],
  machines: ['xstate', 'spec', 'src/registers.ts'],
  checker: ['xstate', '@xstate/graph'],
  properties: ['machines', 'src', 'spec', 'checker', 'xstate', 'fast-check'],
  conformance: ['checker', 'machines', 'properties', 'src', 'xstate', 'node:'],
  cli: [
    ...['spec', 'src', 'machines', 'checker', 'properties', 'conformance'],
    ...['xstate', 'commander', 'cli-progress', 'cli-table3', 'node:'],
  ],
};

/** The pattern of a path or a module name, as dependency-cruiser resolves it. */
function patternOf(name) {
  if (name === 'node:') return '^(node:)?(fs|path|url|process|os|util|child_process|readline|stream|zlib)(/|$)';
  if (name in LAYERS || name.includes('.ts')) return `^${name}(/|$)`;
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
  from: { path: '^(cli|conformance|properties)/', pathNot: '^properties/commands\\.ts$' },
  to: { path: '(^|node_modules/)fast-check(/|$)|^properties/commands\\.ts$' },
};

export default {
  forbidden: [...layers, fastCheck],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(test|bench|scripts|dist)/' },
  },
};
