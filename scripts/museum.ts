/**
 * The tables of docs/museum.md: every wrong device with the rule that catches it, its trace and the strategies that find it; every lawful device; twenty
 * pairs. `npm run museum` makes all of them, some twenty minutes; with -- and names of blocks (pieces, strategies, lawful, pairs), those.
 */
import { readFileSync } from 'node:fs';
import { writeWhole } from '../cli/whole.ts';
import { MUSEUM, type Piece } from '../conformance/museum/index.ts';
import { lawfulPieces } from '../conformance/museum/lawful.ts';
import { pairsOf, showLawful, showPair, showPiece } from '../conformance/museum/show.ts';
import { BEYOND, type Caught, caughtBy, ROWS, TRIED } from './strategies.ts';

const DOCUMENT = 'docs/museum.md';
const SEED = 1;
const count = (value: number): string => value.toLocaleString('en-US');
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const shown = (trace: readonly string[]): string => (trace.length === 0 ? 'a fresh instance' : trace.join(', '));

async function pieces(): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const piece of MUSEUM) {
    tell(piece.name);
    let { finding, report } = await showPiece(piece, { seed: SEED });
    // A busy machine may not get to the end of a trace in the usual time.
    if (finding?.shortness === 'as found' || finding?.shortness === undefined)
      ({ finding, report } = await showPiece(piece, { seed: SEED, seconds: 90 }));
    if (finding === undefined) throw new Error(`Got no finding in ${piece.name}; expected the judge to catch it.`);
    const short = finding.shortness === 'shortest' ? 'shortest' : 'nothing can be left out';
    if (finding.shortness === 'as found' || finding.shortness === undefined)
      throw new Error(
        `Got no short trace of ${piece.name}; expected one from which nothing can be left out. Run it alone.`,
      );
    rows.push([
      `\`${piece.name}\`<br>${piece.title}`,
      piece.bug ?? '',
      finding.rules[0],
      `\`${shown(finding.trace)}\``,
      short,
      `${finding.strategy}, ${finding.scene}`,
      report.causes.length,
      count(report.steps),
    ]);
  }
  const head = ['wrong device', 'bug', 'rule', 'trace', '', 'found by', 'causes told', 'steps in all'];
  return `${MUSEUM.length} pieces, and each is caught.\n\n${table(head, rows)}`;
}

function strategies(): string {
  const found = new Map<string, string[]>(TRIED.map(({ name }) => [name, []]));
  const counts = [...new Set(TRIED.map(({ vectors = 1 }) => vectors))];
  for (const { strategy, most } of ROWS) {
    for (const vectors of counts.filter((each) => each <= most)) {
      tell(`${strategy}, ${vectors}`);
      for (const { name, events } of caughtBy(strategy, vectors) satisfies Caught[])
        found.get(name)!.push(`\`${strategy}\` ${count(events)}`);
    }
  }
  const beyond = (name: string): string => {
    const why = BEYOND[name];
    if (why === undefined) throw new Error(`Got no strategy that catches ${name}; expected a reason in BEYOND.`);
    return `none: ${why}`;
  };
  const isTold = ({ name }: Piece): boolean => TRIED.every((each) => each.name !== name);
  return `${table(
    ['wrong device', 'caught by, after so many requests'],
    [...found].map(([name, by]) => [`\`${name}\``, by.length === 0 ? beyond(name) : by.join(', ')]),
  )}\n\nNot in the table, for no guest is told of use and release: ${MUSEUM.filter(isTold)
    .map(({ name }) => `\`${name}\``)
    .join(', ')}.`;
}

async function lawful(): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const piece of lawfulPieces(10, SEED)) {
    tell(piece.name);
    const { report, differing, untold } = await showLawful(piece, { seed: SEED, seconds: 120 });
    const mistaken = differing.filter((name) => !untold.includes(name));
    if (report.causes.length > 0 || mistaken.length > 0)
      throw new Error(
        `Got ${report.causes.length} findings in ${piece.name}, and ${mistaken.join(', ')} learnt wrongly; expected none.`,
      );
    rows.push([
      `\`${piece.name}\``,
      report.causes.length,
      'right',
      untold.map((name) => `${name}: ${report.profile.choices[name]}`).join(', '),
      count(report.steps),
    ]);
  }
  return table(
    ['lawful device', 'findings', 'profile learnt', 'learnt stricter, and no guest can tell', 'steps'],
    rows,
  );
}

async function pairs(): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const [first, second] of pairsOf(20, SEED)) {
    tell(`${first.name} and ${second.name}`);
    const { found, causes, reason, isTogether } = await showPair(first, second, { seed: SEED, seconds: 30 });
    rows.push([
      `\`${first.name}\``,
      `\`${second.name}\``,
      ...found.map((finding) => finding?.rules[0] ?? 'masked'),
      causes,
      reason ?? (isTogether ? 'told as one cause, as two findings' : ''),
    ]);
  }
  return table(['one', 'the other', 'found', 'found', 'causes', ''], rows);
}

const BLOCKS = { pieces, strategies, lawful, pairs };
const wanted = process.argv.slice(2);
for (const [name, make] of Object.entries(BLOCKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const made = await make();
  const text = readFileSync(DOCUMENT, 'utf8');
  const begin = `<!-- ${name}: begin (npm run museum) -->\n`;
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(`<!-- ${name}: end -->`)];
  writeWhole(DOCUMENT, `${text.slice(0, from)}\n${made}\n\n${text.slice(to)}`);
}
