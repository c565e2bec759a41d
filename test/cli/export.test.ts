import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../checker/explore/enumerate.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { printDot } from '../../checker/export/dot.ts';
import { printPromela } from '../../checker/export/promela.ts';
import { symbolicOf } from '../../checker/export/symbolic.ts';
import { eventSentence } from '../../machines/alphabet.ts';
import { MESSAGE_SETS } from '../../machines/messages.ts';
import { createInstance } from '../../properties/instances.ts';
import type { MachineName } from '../../properties/names.ts';
import { called } from '../setup/called.ts';
import { runCommand } from '../setup/command.ts';

/** Every step of a graph, in words: what two machines that are the same have in common. */
function stepsOf(graph: StateGraph): string[] {
  return graph.states.flatMap((value, state) =>
    graph.events.map((name, event) => {
      const target = JSON.stringify(graph.states[graph.target(state, event)]);
      const outputs = graph.outputs(state, event).join(' ');
      return `${JSON.stringify(value)} ${name} ${graph.taken(state, event)} ${target} ${outputs}`;
    }),
  );
}

/** Writes a file where it finds xstate as a user's would, hands it to `use`, and removes it. */
async function withFile<Result>(text: string, use: (path: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync('.exported-');
  try {
    writeFileSync(join(folder, 'machine.ts'), text);
    return await use(resolve(folder, 'machine.ts'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('maskbit export prints a file of its own', () => {
  test.each<[MachineName, number, string, number]>([
    ['capability', 1, 'two', 20],
    ['vector', 1, 'two', 144],
    ['vector', 1, 'halves', 440],
    ['function', 1, 'two', 352],
    ['function', 1, 'halves', 936],
    ['function', 2, 'two', 4352],
  ])('%s with %i vectors, messages %s: %i steps are the same', async (name, vectors, messages, steps) => {
    const size = name === 'function' ? ['--vectors', `${vectors}`] : [];
    const { status, stdout } = await called('export', '--machine', name, ...size, '--messages', messages);
    expect(status).toBe(0);
    expect(stdout.match(/^import .*$/gm)).toEqual([expect.stringMatching(/^import \{ [\w, ]+ \} from 'xstate';$/)]);
    const { machine, events } = createInstance(name, { vectors, messages: MESSAGE_SETS[messages] });
    const exported = await withFile(stdout, async (path) => (await import(path)) as { machine: AnyStateMachine });
    // Descriptions, rules and guards come along, not only behaviour.
    expect(exported.machine.config).toEqual(machine.config);
    const expected = stepsOf(enumerate(machine, events));
    expect(expected).toHaveLength(steps);
    expect(stepsOf(enumerate(exported.machine, events))).toEqual(expected);
  });

  test('which the strictest TypeScript accepts', async () => {
    const { stdout } = await called('export', '--machine', 'function', '--vectors', '2');
    const { status, stdout: complaints } = await withFile(stdout, async (path) =>
      runCommand('npx', [
        'tsc',
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--module',
        'nodenext',
        path,
      ]),
    );
    expect(complaints).toBe('');
    expect(status).toBe(0);
  });
});

describe('maskbit export --format prints', () => {
  const print = async (format: string): Promise<string> => {
    const { status, stdout, stderr } = await called('export', '--machine', 'capability', '--format', format);
    expect([status, stderr]).toEqual([0, '']);
    return stdout;
  };

  test('the model that SPIN is held against', async () => {
    const { machine, events } = createInstance('capability');
    expect(await print('promela')).toBe(printPromela(symbolicOf(machine, events), { eventSentence }));
  });

  test('a TLA+ module and its configuration', async () => {
    expect(await print('tla')).toMatch(/^-+ MODULE capability -+\n/);
    expect(await print('tla-config')).toContain('SPECIFICATION Spec');
  });

  test('a graph in DOT, with every transition that changes something', async () => {
    const { machine, events } = createInstance('capability');
    expect(await print('dot')).toBe(printDot(enumerate(machine, events)));
  });
});
