import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMachine, type StateValue } from 'xstate';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { DOT_STATES, printDot } from '../../checker/export/dot.ts';
import { compile } from '../../checker/compile/compile.ts';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { explore } from '../../checker/explore/explore.ts';
import { printItf } from '../../checker/export/itf.ts';
import { MERMAID_CHARACTERS, printMermaid } from '../../checker/export/mermaid.ts';
import { LINK_CHARACTERS, packTrace, printTrace } from '../../checker/trace/codec.ts';
import { tellTrace } from '../../checker/trace/text.ts';
import { makeTrace, reduceTrace, TraceError, type TraceSubject, type TraceVerdict } from '../../checker/trace/trace.ts';
import type { TraceForm } from '../../cli/names.ts';
import { show } from '../../cli/show.ts';
import { CAST } from '../../properties/cast.ts';
import { subjectByName } from '../../properties/subject.ts';
import { functionEvents } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { HALVES, TWO } from '../../machines/messages.ts';
import { createInstance } from '../../properties/instances.ts';

const subject = subjectByName('function', { vectors: 1, messages: 'two' });
const numbers = (events: readonly string[]): number[] => events.map((name) => subject.events.indexOf(name));
const PATH = numbers(['guest.unmask.0', 'guest.mask.0', 'guest.unmask.0', 'guest.control.on', 'device.signal.0']);
const VERDICT: TraceVerdict = {
  property: 'QuietLeads',
  result: 'fails',
  sentence: 'In the end, all is quiet.',
  rules: ['MSIX-PEND-2', 'MSIX-MSG-1'],
};

const plain = makeTrace(subject, PATH);
const lasso = makeTrace(subject, { path: PATH.slice(0, 4), loop: PATH.slice(4) }, { verdict: VERDICT });
const halted = makeTrace(subject, { path: PATH, loop: [] });
const empty = makeTrace(subject, []);

/** A machine with a region that is not always active, and names that every language would take for something else. */
const nested: TraceSubject = {
  machine: createMachine({
    id: 'odd',
    initial: 'idle',
    states: {
      idle: { on: { go: { target: 'busy', actions: { type: 'say', params: { what: '"a; b" #1 \\ end' } } } } },
      busy: { initial: 'one', states: { one: { on: { go: 'two' } }, two: { on: { go: '#odd.idle' } } } },
    },
  }),
  events: ['go'],
  instance: {},
};
const round = makeTrace(nested, { path: [], loop: [0, 0, 0] });

describe('the story of a trace', () => {
  test('has a sentence for each step, and which region went from where to where', () => {
    expect(tellTrace(plain, 'maskbit show FILE')).toBe(
      `function (vectors 1, messages two), 5 steps
  at first: capability.enable disabled, vector0.mask masked, vector0.force none
  1. The guest unmasks vector 0.
       vector0.mask: masked → unmasked
  2. The guest masks vector 0.
       vector0.mask: unmasked → masked
  3. The guest unmasks vector 0.
       vector0.mask: masked → unmasked
  4. The guest enables MSI-X with Function Mask clear; vector 0 is in use with zero.
       capability.enable: disabled → enabled
       vector0.force: none → zero
  5. The device signals vector 0; vector 0 sends zero.
Show it again: maskbit show FILE
`,
    );
  });

  test('shows where the loop of a lasso begins, and ends with the verdict', () => {
    const lines = tellTrace(lasso).trimEnd().split('\n');
    expect(lines.slice(-3)).toEqual([
      '  From here on, again and again:',
      '  5. The device signals vector 0; vector 0 sends zero.',
      'QuietLeads fails: In the end, all is quiet. [MSIX-PEND-2, MSIX-MSG-1]',
    ]);
    expect(tellTrace(halted)).toMatch(/sends zero\.\n {2}From here on, nothing happens any more\.\n$/);
  });

  test('says of a region that is not active that it is not', () => {
    expect(tellTrace(round)).toBe(
      `odd, 3 steps
  at first: odd idle, odd.busy (not active)
  From here on, again and again:
  1. Event go; output say."a; b" #1 \\ end.
       odd: idle → busy
       odd.busy: (not active) → one
  2. Event go.
       odd.busy: one → two
  3. Event go.
       odd: busy → idle
       odd.busy: two → (not active)
`,
    );
  });

  test('of no steps is short', () => {
    expect(tellTrace(empty)).toBe('function (vectors 1, messages two), 0 steps\n');
  });
});

describe('a trace in ITF', () => {
  interface Itf {
    readonly '#meta': Readonly<Record<string, string>>;
    readonly vars: readonly string[];
    readonly states: readonly Readonly<Record<string, unknown>>[];
    readonly loop?: number;
  }
  const read = (text: string): Itf => JSON.parse(text) as Itf;

  test.each([plain, lasso, halted, empty, round])('sets every variable in every state (%#)', (trace) => {
    const { vars, states } = read(printItf(trace));
    expect(states).toHaveLength(trace.steps.length + 1);
    expect(new Set(vars).size).toBe(vars.length);
    for (const [index, state] of states.entries()) {
      expect(state['#meta']).toEqual({ index });
      expect(Object.keys(state).toSorted()).toEqual(['#meta', ...vars].toSorted());
    }
  });

  test('has the state, the event that led to it, and its outputs', () => {
    const { '#meta': meta, states, loop } = read(printItf(lasso));
    expect(meta).toEqual({
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      source: 'function (vectors 1, messages two)',
      status: 'fails',
      description: 'QuietLeads: In the end, all is quiet.',
    });
    expect(states[0]).toMatchObject({ 'vector0.mask': 'masked', 'mbt::actionTaken': 'init', 'mbt::outputs': [] });
    expect(states[4]).toMatchObject({
      'capability.enable': 'enabled',
      'vector0.force': 'zero',
      'mbt::actionTaken': 'guest.control.on',
      'mbt::outputs': ['use.0.zero'],
    });
    expect(loop).toBe(5);
  });

  test('has a loop whose states can be put one after the other for ever', () => {
    // The whole run is a loop: after the last state comes the first of the loop again, by the loop's first event.
    const { states, loop } = read(printItf(round));
    expect(loop).toBe(1);
    expect(states.map((state) => `${String(state.odd)} ${String(state['odd.busy'])}`)).toEqual([
      'idle ',
      'busy one',
      'busy two',
      'idle ',
    ]);
    expect(read(printItf(halted)).loop).toBe(5);
    expect(read(printItf(plain))).not.toHaveProperty('loop');
  });
});

describe('a trace in mermaid', () => {
  test('draws events as solid arrows and outputs as dashed ones, and a box around the loop', () => {
    expect(printMermaid(lasso, CAST)).toBe(
      `sequenceDiagram
  participant P0 as guest
  participant P1 as kernel
  participant P2 as device
  participant P3 as host
  P0->>P2: the guest unmasks vector 0
  P0->>P2: the guest masks vector 0
  P0->>P2: the guest unmasks vector 0
  P0->>P2: the guest enables MSI-X with Function Mask clear
  P2-->>P1: vector 0 is in use with zero
  loop again and again
    P2->>P2: the device signals vector 0
    P2-->>P3: vector 0 sends zero
  end
  note over P0,P3: QuietLeads fails#58; In the end, all is quiet. [MSIX-PEND-2, MSIX-MSG-1]
`,
    );
  });

  test('says where nothing happens any more, and draws everyone where nothing happened at all', () => {
    expect(printMermaid(halted, CAST)).toMatch(/sends zero\n {2}note over P0,P3: Nothing happens any more\.\n$/);
    expect(printMermaid(empty, CAST).match(/participant/g)).toHaveLength(5);
  });

  test('writes what mermaid would take for syntax as entities', () => {
    const cast = {
      participants: ['end'],
      event: (label: string) => ({ from: 'end', to: 'end', label }),
      output: (label: string) => ({ from: 'end', to: 'end', label }),
    };
    expect(printMermaid(round, cast)).toBe(
      `sequenceDiagram
  participant P0 as end
  loop again and again
    P0->>P0: go
    P0-->>P0: say.#34;a#59; b#34; #35;1 #92; end
    P0->>P0: go
    P0->>P0: go
  end
`,
    );
  });

  test('is refused when it leads to nobody, or is longer than mermaid draws', () => {
    const lonely = { ...CAST, participants: ['guest', 'host'] };
    expect(() => printMermaid(plain, lonely)).toThrow(
      new TraceError('Got an arrow with device at an end; expected one of guest, host.'),
    );
    const long = makeTrace(
      subject,
      Array.from({ length: 2000 }, () => PATH[0]),
    );
    expect(() => printMermaid(long, CAST)).toThrow(
      `Got a trace of 2000 steps, whose diagram has 76069 characters; expected one of at most ${MERMAID_CHARACTERS}`,
    );
  });

  test('has a route for every event and every output of the function, with a channel or without', () => {
    const machine = createFunction({ vectors: 1, messages: TWO, channel: true });
    const graph = enumerate(machine, functionEvents(1, TWO, true));
    const every = graph.states.flatMap((_, state) =>
      graph.events.flatMap((_name, event) => graph.outputs(state, event)),
    );
    const outputs = [...new Set(every)];
    expect(outputs.map((name) => name.split('.')[0]).toSorted()).toEqual([
      'deliver',
      'deliver',
      'release',
      'send',
      'send',
      'use',
      'use',
    ]);
    const arrows = [...graph.events.map((name) => CAST.event(name)), ...outputs.map((name) => CAST.output(name))];
    for (const { from, to } of arrows) expect(CAST.participants).toEqual(expect.arrayContaining([from, to]));
    expect(() => CAST.output('tea.0')).toThrow('Got "tea.0" as name in a cast; expected one of send, use');
  });
});

describe('a state graph in DOT', () => {
  test('has a node for each state and an edge for each way to another, a path bold', () => {
    expect(printDot(enumerate(nested.machine, nested.events), { path: [0, 0] })).toBe(
      `digraph "odd" {
  node [shape=box]
  start [shape=point]
  start -> 0
  0 [label="0\\nodd idle", penwidth=3]
  1 [label="1\\nodd busy\\nodd.busy one", penwidth=3]
  2 [label="2\\nodd busy\\nodd.busy two", penwidth=3]
  0 -> 1 [label="go\\n/ say.\\"a; b\\" #1 \\\\ end", penwidth=3]
  1 -> 2 [label="go", penwidth=3]
  2 -> 0 [label="go"]
}
`,
    );
  });

  test('joins the events that do the same, and leaves out what is ignored', () => {
    const { machine, events } = subjectByName('capability', {});
    const label = (value: StateValue): string => Object.values(value as Record<string, string>).join(' ');
    const text = printDot(enumerate(machine, events), { label });
    expect(text).toContain('0 [label="0\\ndisabled clear"]');
    expect(text).toContain('1 -> 0 [label="guest.control.off\\ndevice.reset"]');
    expect(text.match(/->/g)).toHaveLength(1 + 12);
  });

  test('is refused when it is too large to be looked at', () => {
    const { machine, events } = createInstance('function', { vectors: 2, messages: HALVES });
    const { states } = explore(compile(machine, events)).summary;
    expect(states).toBeGreaterThan(DOT_STATES);
    expect(() => printDot(explore(compile(machine, events)).graph())).toThrow(
      `Got ${states} states of function; expected at most 500.`,
    );
  });
});

describe('maskbit show', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-show-'));
  const file = join(folder, 'lasso.json');
  const link = packTrace(reduceTrace(subject, lasso));
  writeFileSync(file, printTrace(lasso));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What `show` prints. */
  const shown = (source: string, form: TraceForm): string => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      expect(show(source, form)).toBe(0);
      return write.mock.calls.map(([text]) => text).join('');
    } finally {
      write.mockRestore();
    }
  };

  test.each<[TraceForm, string]>([
    ['text', tellTrace(lasso, `maskbit show ${link}`)],
    ['mermaid', printMermaid(lasso, CAST)],
    ['itf', printItf(lasso)],
    ['json', printTrace(lasso)],
    ['link', `${link}\n`],
  ])('prints the same %s from a file and from a link', (form, expected) => {
    expect(shown(file, form)).toBe(expected);
    expect(shown(link, form)).toBe(expected);
    writeFileSync(join(folder, 'link'), `${link}\n`);
    expect(shown(join(folder, 'link'), form)).toBe(expected);
  });

  test('ends with the name of the file where the trace is too long for a link', () => {
    const long = join(folder, 'long.json');
    writeFileSync(
      long,
      printTrace(
        makeTrace(
          subject,
          Array.from({ length: LINK_CHARACTERS }, () => 0),
        ),
      ),
    );
    expect(shown(long, 'text').endsWith(`Show it again: maskbit show ${long}\n`)).toBe(true);
    expect(() => show(long, 'link')).toThrow(
      /^Got a trace with 8\d\d\d characters when packed; expected at most 8192,/,
    );
  });

  const altered = (changes: object): string => {
    const path = join(folder, 'altered.json');
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(printTrace(lasso)) as object), ...changes }));
    return path;
  };

  test.each<[object, string]>([
    [
      { machine: 'toaster' },
      'Got a trace of the machine "toaster"; expected one of vector-page, capability, ownership, vector, function, host-function, assigned-device.',
    ],
    [{ instance: { vectors: 1e9 } }, 'Got a trace of 1000000000 vectors; expected a whole number from 1 to 128.'],
    [{ instance: { vectors: 'many' } }, 'Got a trace of "many" vectors; expected a whole number from 1 to 128.'],
    [
      { instance: { vectors: 1, messages: 'toString' } },
      'Got a trace with messages "toString"; expected one of two, three, halves, or 2 to 64 names with spaces between them.',
    ],
    [
      { instance: { vectors: 2, messages: 'two' } },
      'Got a stale trace, made for function (vectors 2, messages two) when its event 11 was missing; expected guest.mask.1.',
    ],
  ])('refuses %j', (changes, expected) => {
    expect(() => show(altered(changes), 'text')).toThrow(new TraceError(expected));
  });

  test('refuses what is neither a file nor a link', () => {
    expect(() => show('no-such-file', 'text')).toThrow(
      'Got no-such-file; expected the path of a file that exists, a link to a trace, or a packed trace.',
    );
  });
});
