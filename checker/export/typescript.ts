/**
 * A machine as a self-contained TypeScript file that imports nothing but xstate, for the Stately editor and its kin.
 * JSON would lose the guards, and forbidden transitions.
 */
import type { AnyStateMachine } from 'xstate';
import { refuse } from '../argument/argument.ts';
import { type GuardExpression, isReadable, machineGuards, readGuard } from '../machine/guard.ts';
import { admit } from '../machine/subset.ts';
import { nodesOf } from '../machine/transition-sets.ts';

/** Prints `machine` as a TypeScript module that exports it as `machine`. */
export function printTypeScript(machine: AnyStateMachine): string {
  admit('machine of printTypeScript', machine);
  const guards = [...machineGuards(machine)].map(([name, guard]) => `    ${quote(name)}: ${printExpression(guard)},`);
  const actions = [...actionParameters(machine)].map(([name, shapes]) => {
    return `    ${quote(name)}: (_, _parameters: ${[...shapes].join(' | ')}) => {},`;
  });
  const parts = [...section('guards', guards), ...section('actions', actions)];
  // What `setup` leaves undefined at the top says nothing.
  const written = Object.entries(machine.config as object).filter(([, value]) => value !== undefined);
  const config = printLiteral(Object.fromEntries(written), 0);
  const setup = parts.length === 0 ? 'setup({})' : ['setup({', ...parts, '})'].join('\n');
  const used = ['setup', 'stateIn', 'and', 'or', 'not'].filter((name) => {
    return name === 'setup' || [...guards, config].some((text) => new RegExp(`\\b${name}\\(`).test(text));
  });
  return [
    `import { ${used.join(', ')} } from 'xstate';`,
    '',
    `export const machine = ${setup}.createMachine(${config});`,
    '',
  ].join('\n');
}

function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${name}: {`, ...lines, '  },'];
}

/** A text as a literal: single quotes, but where it has some. */
function quote(text: string): string {
  const json = JSON.stringify(text);
  return /['"\\]/.test(json.slice(1, -1)) ? json : `'${json.slice(1, -1)}'`;
}

function printExpression(expression: GuardExpression): string {
  switch (expression.kind) {
    case 'named':
      return quote(expression.name);
    case 'stateIn':
      return `stateIn(${JSON.stringify(expression.value)})`;
    case 'not':
      return `not(${printExpression(expression.part)})`;
    case 'and':
    case 'or':
      return `${expression.kind}([${expression.parts.map(printExpression).join(', ')}])`;
  }
}

/** Prints a configuration as a literal. What is undefined stays: it forbids an event. Guards are written as calls. */
function printLiteral(value: unknown, level: number): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'function') {
    return isReadable(value) ? printExpression(readGuard(value)) : refuse('the configuration', value, 'plain data');
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const indent = '  '.repeat(level + 1);
  const inside = Array.isArray(value)
    ? value.map((each) => printLiteral(each, level + 1))
    : Object.entries(value).map(
        ([key, each]) => `${printKey(key)}: ${printLiteral(each, level + 1)}${suffixOf(key, each)}`,
      );
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (inside.length === 0) return `${open}${close}`;
  return `${open}\n${inside.map((each) => `${indent}${each}`).join(',\n')}\n${'  '.repeat(level)}${close}`;
}

/** What is called like a member of every object has the type of that to TypeScript, unless it keeps its own. */
const suffixOf = (key: string, value: unknown): string =>
  key in Object.prototype && typeof value === 'object' && value !== null ? ' as const' : '';

const printKey = (key: string): string => (/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key));

/** Finds the actions of a machine, each with the types of the parameters that it is used with. */
function actionParameters(machine: AnyStateMachine): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { entry, exit, transitions } of nodesOf(machine.root)) {
    const actions = [
      ...entry,
      ...exit,
      ...[...transitions.values()].flat().flatMap((each) => each.actions),
    ] as unknown[];
    for (const action of actions) {
      const { type, params } = (typeof action === 'string' ? { type: action } : action) as {
        type: string;
        params?: Readonly<Record<string, unknown>>;
      };
      const fields = Object.entries(params ?? {}).map(([name, value]) => `${printKey(name)}: ${typeof value}`);
      const shape = params === undefined ? 'undefined' : fields.length === 0 ? '{}' : `{ ${fields.join('; ')} }`;
      found.set(type, (found.get(type) ?? new Set<string>()).add(shape));
    }
  }
  return found;
}
