/**
 * The pages: that they are literals, and that the generated machines do what they say, step by step.
 */
import { readFileSync, readdirSync } from 'node:fs';
import {
  createSourceFile as parse,
  isArrayLiteralExpression,
  isCallExpression,
  isIdentifier,
  isImportDeclaration,
  isObjectLiteralExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isStringLiteral,
  isTypeAliasDeclaration,
  isVariableStatement,
  type Node,
  ScriptTarget,
} from 'typescript';
import type { AnyStateMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { explore } from '../../checker/explore/explore.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { mutate } from '../../checker/machine/mutate.ts';
import { checkSpec } from '../../checker/machine/subset.ts';
import { accessesOf, vcpuRegion } from '../../machines/access.ts';
import { CHECKED, REVIEWED } from '../../machines/designs.ts';
import { GuardRegistry } from '../../machines/guards.ts';
import { HALVES, THREE, TWO } from '../../machines/messages.ts';
import { capability } from '../../machines/pages/capability.ts';
import { ownership } from '../../machines/pages/ownership.ts';
import { vector } from '../../machines/pages/vector.ts';
import { type Bounds, createInstance } from '../../properties/instances.ts';
import type { MachineName } from '../../properties/names.ts';
import { assignedVectorOnPage, holdToPage, type Projection, vectorOnPage } from '../../properties/pages.ts';
import { RULES } from '../../spec/index.ts';

const PAGES: readonly AnyStateMachine[] = [vector, capability, ownership];
const folder = 'machines/pages';

const graphOf = (name: MachineName, bounds?: Bounds): StateGraph => {
  const { machine, events } = createInstance(name, bounds);
  return enumerate(machine, events);
};

interface Transition {
  readonly description?: string;
}
interface State {
  readonly description?: string;
  readonly on?: Readonly<Record<string, Transition | readonly Transition[]>>;
  readonly states?: Readonly<Record<string, State>>;
}
const statesOf = (state: State): State[] => [state, ...Object.values(state.states ?? {}).flatMap(statesOf)];

describe.each(readdirSync(folder))('the page %s', (file) => {
  const text = readFileSync(`${folder}/${file}`, 'utf8');

  test('is one literal: no helper, no spread, no computed key, no any', () => {
    expect(beyondLiteral(text)).toEqual([]);
    expect(text).toMatch(/^import \{ .*setup.* \} from 'xstate';$/m);
  });

  test.each([
    ['a constant beside it', "const KEPT = 'The table is kept.';\n"],
    ['a function beside it', 'function kept() {}\n'],
    ['another export', 'export { setup };\n'],
    ['a machine more', 'export const other = setup({}).createMachine({});\n'],
  ])('would not be with %s', (_, planted) => {
    expect(beyondLiteral(text.replace('export const', `${planted}export const`))).toHaveLength(1);
  });

  test.each([
    ['a name for a text', "id: 'x'", 'id: NAME'],
    ['a spread', "id: 'x'", "...OTHER, id: 'x'"],
    ['a computed key', "id: 'x'", "['id']: 'x'"],
    ['a call', "id: 'x'", "id: named('x')"],
    ['a template', "id: 'x'", 'id: `${NAME}`'],
    ['a cast', "id: 'x'", "id: 'x' as any"],
  ])('would not be with %s in it', (_, plain, planted) => {
    const inside = text.replace(/id: '[\w-]+'/, plain);
    expect(beyondLiteral(inside)).toEqual([]);
    expect(beyondLiteral(inside.replace(plain, planted))).toHaveLength(1);
  });

  test('would not be with a guard of its own', () => {
    const planted = text.replace('setup({', 'setup({ guards: { isOwn: () => true },');
    expect(beyondLiteral(planted)).toEqual(['() => true']);
  });

  test('has a drawing above it', () => {
    expect(text.split('*/')[0]).toMatch(/```[^`]*--[^`]*```/);
  });
});

/** What a page has beside imports, types and one `setup().createMachine()` of a literal: the text of each such part, the outermost. */
function beyondLiteral(text: string): readonly string[] {
  const source = parse('page.ts', text, ScriptTarget.Latest, true);
  const told = (node: Node): string => node.getText(source);
  const others = source.statements.filter((each) => !isImportDeclaration(each) && !isTypeAliasDeclaration(each));
  return others.flatMap((statement, index) => {
    const declared = isVariableStatement(statement) ? statement.declarationList.declarations : [];
    const call = declared[0]?.initializer;
    if (index < others.length - 1 || declared.length !== 1 || call === undefined || !isCallExpression(call))
      return [told(statement)];
    const made = call.expression;
    if (!isPropertyAccessExpression(made) || !isCallExpression(made.expression) || made.name.text !== 'createMachine')
      return [told(statement)];
    // Guards are XState's own, of literals; what is put out is the implementation's business.
    const given = made.expression.arguments.flatMap(notLiteral).map(told);
    return [
      ...given.filter((part) => !/^(\(\) => \{\}|(stateIn|or|not)\([^=]*\))$/.test(part)),
      ...call.arguments.flatMap(notLiteral).map(told),
    ];
  });
}

/** The parts of a value that are no literal of objects, lists and texts. */
function notLiteral(node: Node): readonly Node[] {
  if (isStringLiteral(node)) return [];
  if (isArrayLiteralExpression(node)) return node.elements.flatMap(notLiteral);
  if (!isObjectLiteralExpression(node)) return [node];
  return node.properties.flatMap((each) =>
    isPropertyAssignment(each) && (isIdentifier(each.name) || isStringLiteral(each.name))
      ? notLiteral(each.initializer)
      : [each],
  );
}

describe.each(PAGES.map((page) => ({ name: page.id, page })))('the page $name', ({ page }) => {
  test('is in the subset that the checker decides', () => {
    expect(() => checkSpec(page)).not.toThrow();
  });

  test('says of each transition what it does, and by which rule', () => {
    const ids = new Set(RULES.map(({ id }) => id));
    const transitions = statesOf(page.config as State).flatMap(({ on = {} }) => Object.values(on).flat());
    expect(transitions.length).toBeGreaterThan(4);
    for (const { description = '' } of transitions) {
      const cited = [...description.matchAll(/\[(MSIX-[A-Z]+-\d+)\]/g)].map(([, id]) => id);
      expect([description, cited.length > 0 && cited.every((id) => ids.has(id))]).toEqual([description, true]);
    }
    expect(statesOf(page.config as State).every(({ description = '' }) => description.length > 10)).toBe(true);
  });
});

describe('the page of one vector holds', () => {
  const page = graphOf('vector-page');
  const machines: readonly [string, MachineName, Bounds, number, Projection, number][] = [
    // machine                               bounds                               steps  projection             covered
    ['vector, two messages', 'vector', { messages: TWO }, 144, vectorOnPage(0), 27],
    ['vector, three messages', 'vector', { messages: THREE }, 270, vectorOnPage(0), 27],
    ['vector, halves', 'vector', { messages: HALVES }, 440, vectorOnPage(0), 27],
    ['function, 1 vector', 'function', { vectors: 1 }, 352, vectorOnPage(0), 27],
    ['function, vector 0 of 2', 'function', { vectors: 2 }, 4352, vectorOnPage(0), 27],
    ['function, vector 1 of 2', 'function', { vectors: 2 }, 4352, vectorOnPage(1), 27],
    ['function with channel', 'function', { vectors: 1, channel: true }, 1344, vectorOnPage(0), 27],
  ];

  test('itself: 7 states, 27 transitions', () => {
    expect([page.states.length, page.transitionCount]).toEqual([7, 27]);
  });

  test.each(machines)('%s, on every step', (_, name, bounds, steps, projection, covered) => {
    expect(holdToPage(graphOf(name, bounds), page, projection)).toEqual({ steps, covered });
  });

  test.each([REVIEWED, CHECKED])('an assigned device, design $name, on every step', (design) => {
    const { machine, events } = createInstance('assigned-device', { design });
    const held = holdToPage(explore(compile(machine, events)).graph(), page, assignedVectorOnPage(0));
    expect(held.departure).toBeUndefined();
    expect(held.covered).toBeGreaterThanOrEqual(21);
  });

  test('and not when one transition of it is changed: each such page is found', () => {
    const generated = graphOf('vector', { messages: TWO });
    const mutants = mutate(vector);
    const survivors = mutants.filter(({ machine }) => {
      const { departure, covered } = holdToPage(generated, enumerate(machine, page.events), vectorOnPage(0));
      return departure === undefined && covered === page.transitionCount;
    });
    expect(mutants.length).toBe(56);
    // A transition to the very state that it starts in, without entry actions, is the same as one without a target.
    expect(survivors.map(({ name }) => name)).toEqual(['force.latched on device.signal.0: target latched']);
  });
});

describe('the other pages', () => {
  test('are the very regions of the machines that are made of them', () => {
    const { states } = createInstance('function').machine.config as State;
    const { id: _, ...region } = capability.config;
    expect(states?.capability).toEqual(region);
    const assigned = createInstance('assigned-device').machine.config as State;
    const owned = alone(assigned.states?.ownership as State, ['device.reset', 'vmm.remove'], ['removed']);
    expect(meaning(owned)).toEqual(meaning((ownership.config as State).states!.ownership));
  });

  test('have a vCPU as the one that is generated', () => {
    const accesses = accessesOf(1, TWO).filter(({ kind }) => kind === 'mask');
    const region = vcpuRegion(
      accesses,
      { kernel: () => 'kernelOwns' },
      new GuardRegistry(),
      0,
      () => undefined,
    ) as State;
    const { vcpu } = (ownership.config as State).states!;
    // The page has one device, which is neither reset nor taken away.
    const generated = alone(region, ['device.reset', 'vmm.remove'], ['void']);
    expect(meaning(generated)).toEqual(meaning(vcpu));
    expect(meaning(generated)).not.toEqual(meaning({ ...vcpu, states: {} }));
  });
});

/** A region without some events and some states, and without the guard that there is a device. */
function alone(region: State, events: readonly string[], names: readonly string[]): State {
  const states = Object.entries(region.states ?? {}).filter(([name]) => !names.includes(name));
  const left = states.map(([name, { on = {}, ...state }]) => {
    const kept = Object.entries(on).filter(([event]) => !events.includes(event));
    const text = JSON.stringify(Object.fromEntries(kept)).replaceAll('"guard":"assigned",', '');
    return [name, { ...state, on: JSON.parse(text) as Record<string, unknown> }];
  });
  return { ...region, states: Object.fromEntries(left) };
}

/** A region without its words, each transition in a list and each action an object. */
function meaning({ on = {}, states = {} }: State): unknown {
  const transitions = Object.entries(on).map(([event, written]) => {
    const each = (Array.isArray(written) ? written : [written]) as {
      target?: string;
      guard?: string;
      actions?: unknown;
    }[];
    const of = (actions: unknown): unknown => (typeof actions === 'string' ? { type: actions } : actions);
    return [event, each.map(({ target, guard, actions }) => ({ target, guard, actions: of(actions) }))];
  });
  return {
    on: Object.fromEntries(transitions),
    states: Object.fromEntries(Object.entries(states).map(([key, state]) => [key, meaning(state)])),
  };
}
