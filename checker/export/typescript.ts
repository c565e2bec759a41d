/**
 * A machine as a self-contained TypeScript file that imports nothing but xstate, for the Stately editor and its kin.
 * JSON would lose the guards.
 */
import type { AnyStateMachine } from 'xstate';
import { type GuardExpression, machineGuards } from '../machine/guard.ts';

/** Prints `machine` as a TypeScript module that exports it as `machine`. */
export function printTypeScript(machine: AnyStateMachine): string {
  const guards = [...machineGuards(machine)].map(([name, guard]) => `    ${quote(name)}: ${printExpression(guard)},`);
  const actions = [...actionParameters(machine.config)].map(
    ([name, parameters]) => `    ${name}: (_, _parameters: ${parameters}) => {},`,
  );
  const parts = [...section('guards', guards), ...section('actions', actions)];
  const used = ['setup', 'stateIn', 'and', 'or', 'not'].filter((name) => name === 'setup' || usesCall(guards, name));
  const setup = parts.length === 0 ? 'setup({})' : ['setup({', ...parts, '})'].join('\n');
  return [
    `import { ${used.join(', ')} } from 'xstate';`,
    '',
    `export const machine = ${setup}.createMachine(${printLiteral(machine.config)});`,
    '',
  ].join('\n');
}

function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${name}: {`, ...lines, '  },'];
}

function usesCall(lines: readonly string[], name: string): boolean {
  return lines.some((line) => new RegExp(`\\b${name}\\(`).test(line));
}

const quote = (text: string): string => `'${text}'`;

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

/** Prints plain data as a literal: JSON, with the quotes gone from the keys that need none. */
function printLiteral(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/^(\s*)"([A-Za-z_]\w*)":/gm, '$1$2:');
}

/** Finds the actions of a configuration, each with the type of its parameters. */
function actionParameters(config: unknown, found = new Map<string, string>()): Map<string, string> {
  if (typeof config !== 'object' || config === null) return found;
  for (const [key, value] of Object.entries(config)) {
    if (key === 'actions') {
      for (const { type, params = {} } of [value].flat() as { type: string; params?: object }[]) {
        const fields = Object.entries(params).map(([name, parameter]) => `${name}: ${typeof parameter}`);
        found.set(type, `{ ${fields.join('; ')} }`);
      }
    } else actionParameters(value, found);
  }
  return found;
}
