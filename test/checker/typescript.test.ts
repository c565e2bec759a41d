/**
 * The TypeScript that every machine is exported as: it says what the machine says, the strictest TypeScript accepts it, and it runs once
 * its types are stripped. `scripts/typescripts.sh` asks other versions of TypeScript, from 5.4 to 7.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { afterAll, describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { printTypeScript } from '../../checker/export/typescript.ts';
import { explore } from '../../checker/explore/explore.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { checkedExports } from '../../cli/export.ts';
import { instanceName } from '../../properties/instances.ts';
import { runCommand } from '../setup/command.ts';
import { acceptedMachine } from '../setup/random-machine.ts';

// Where a user's file would find xstate.
const folder = mkdtempSync('.exported-');
afterAll(() => rmSync(folder, { recursive: true }));

const machines: readonly (readonly [string, AnyStateMachine])[] = [
  ...checkedExports().map((instance) => [instanceName(instance), instance.machine] as const),
  ...Array.from({ length: 30 }, (_, seed) => [`random ${seed}`, acceptedMachine(seed)] as const).flatMap(
    ([name, machine]) => (machine === undefined ? [] : [[name, machine] as const]),
  ),
];
const files = machines.map(([, machine], index) => {
  const path = join(folder, `machine${index}.ts`);
  writeFileSync(path, printTypeScript(machine));
  return path;
});

/** Every step of a graph, in words. */
function stepsOf(graph: StateGraph): string[] {
  return graph.states.flatMap((value, state) => {
    return graph.events.map((name, event) => {
      const target = JSON.stringify(graph.states[graph.target(state, event)]);
      const told = graph.outputs(state, event).join(' ');
      return `${JSON.stringify(value)} ${name} ${graph.taken(state, event)} ${target} ${told}`;
    });
  });
}

describe('an exported machine', () => {
  test.each(machines.map(([name, machine], index) => [name, machine, files[index]] as const))(
    'of %s takes the same steps',
    async (name, machine, file) => {
      const { machine: exported } = (await import(resolve(file))) as { machine: AnyStateMachine };
      // Descriptions and rules come along. Guards that are written in place are functions, each made anew.
      const isOurs = !name.startsWith('random');
      expect(isOurs ? exported.config : {}).toEqual(isOurs ? machine.config : {});
      const [ours, theirs] = [machine, exported].map((each) => stepsOf(explore(compile(each, machine.events)).graph()));
      expect(theirs).toEqual(ours);
    },
  );

  test('is accepted by the strictest TypeScript', () => {
    const flags = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext'];
    const { status, stdout } = runCommand('npx', ['tsc', ...flags, ...files]);
    expect([status, stdout]).toEqual([0, '']);
  });

  test('runs on Node once its types are stripped', () => {
    const script = join(folder, 'strip.mjs');
    writeFileSync(
      script,
      `import { readFileSync, writeFileSync } from 'node:fs';
import amaro from 'amaro';
for (const file of process.argv.slice(2)) {
  const { code } = amaro.transformSync(readFileSync(file, 'utf8'), { mode: 'strip-only' });
  writeFileSync(file.replace('.ts', '.mjs'), code);
  const { machine } = await import(file.replace('.ts', '.mjs'));
  if (machine.root === undefined) throw new Error(file);
}
`,
    );
    const { status, stderr } = runCommand(process.execPath, [script, ...files.map((file) => resolve(file))]);
    expect([status, stderr]).toEqual([0, '']);
  });
});
