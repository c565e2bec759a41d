/**
 * `maskbit museum`: prints the wrong devices with the rule that catches each, pairs of them, and the lawful devices that must pass.
 */
import { MUSEUM, pieceNamed } from '../conformance/museum/index.ts';
import { lawfulPieces } from '../conformance/museum/lawful.ts';
import { costsOf, pairsOf, type Shown, showLawful, showPair, showPiece } from '../conformance/museum/show.ts';
import { EXIT, type Exit, print, printJson, tell } from './output.ts';
import { printTable } from './report.ts';
import { packagePath } from './root.ts';
import { writeWhole } from './whole.ts';

/** How the museum is shown. */
export interface MuseumChoices {
  readonly lawful?: boolean;
  readonly pairs?: boolean;
  readonly seed?: number;
  readonly pin?: boolean;
  readonly format?: 'text' | 'json';
}

/** Runs `maskbit museum`. */
export async function museum(name: string | undefined, choices: MuseumChoices): Promise<Exit> {
  if (choices.lawful === true) return showAllLawful(choices);
  if (choices.pairs === true) return showAllPairs(choices);
  return name === undefined ? showAll(choices) : showOne(name, choices);
}

async function showAll({ seed = 1, pin, format }: MuseumChoices): Promise<Exit> {
  tell(`Puts ${MUSEUM.length} wrong devices to the judge; it takes two to five minutes.`);
  const rows: (string | number)[][] = [];
  const signatures: Record<string, string[]> = {};
  const shown: Shown[] = [];
  for (const [index, piece] of MUSEUM.entries()) {
    tell(`${index + 1} of ${MUSEUM.length}: ${piece.name}`);
    const one = await showPiece(piece, { seed });
    shown.push(one);
    const { finding, report } = one;
    signatures[piece.name] = report.causes
      .flatMap(({ findings }) => findings.map(({ signature }) => signature))
      .toSorted();
    rows.push([
      piece.name,
      piece.bug ?? '',
      finding?.rules[0] ?? 'not caught',
      finding?.trace.length ?? '',
      finding?.shortness ?? '',
      finding === undefined ? '' : `${finding.strategy}, ${finding.scene}`,
      report.steps,
      Math.round(report.milliseconds),
    ]);
  }
  if (format === 'json') printJson(shown.map(dataOf));
  else printTable(['piece', 'bug', 'rule', 'trace', '', 'found by', 'steps', 'ms'], rows);
  if (pin === true) {
    writeWhole(packagePath('conformance/museum/resemblance.json'), `${JSON.stringify(signatures, undefined, 2)}\n`);
  }
  const missed = shown.filter(({ finding }) => finding === undefined).map(({ piece }) => piece.name);
  print();
  if (missed.length > 0) {
    print(`violated: ${missed.length} of ${MUSEUM.length} pieces were not caught: ${missed.join(', ')}`);
    return EXIT.violated;
  }
  print(`holds: all ${MUSEUM.length} pieces were caught`);
  return EXIT.holds;
}

const dataOf = ({ piece, finding, report }: Shown) => ({
  name: piece.name,
  title: piece.title,
  bug: piece.bug,
  rules: finding?.rules,
  trace: finding?.trace,
  shortness: finding?.shortness,
  strategy: finding?.strategy,
  steps: report.steps,
});

async function showOne(name: string, { seed = 1, format }: MuseumChoices): Promise<Exit> {
  const piece = pieceNamed(name);
  const one = await showPiece(piece, { seed });
  const costs = await costsOf(piece, { seed });
  if (format === 'json') {
    printJson({ ...dataOf(one), costs });
    return one.finding === undefined ? EXIT.violated : EXIT.holds;
  }
  print(`${piece.name}${piece.bug === undefined ? '' : ` (${piece.bug})`}: ${piece.title}`);
  const { finding } = one;
  if (finding === undefined) print('It was not caught.');
  else {
    print(`caught by ${finding.rules.join(', ')}: ${finding.trace.join(', ') || 'a fresh instance'}`);
    for (const difference of finding.differences) print(`  ${difference}`);
  }
  print();
  printTable(
    ['strategy', 'trace', 'steps', 'ms'],
    costs.map(({ strategy, steps, milliseconds, trace }) => [
      strategy,
      trace ?? 'not found',
      steps ?? '',
      Math.round(milliseconds),
    ]),
  );
  return finding === undefined ? EXIT.violated : EXIT.holds;
}

async function showAllLawful({ seed = 1 }: MuseumChoices): Promise<Exit> {
  const pieces = lawfulPieces(10, seed);
  tell(`Puts ${pieces.length} lawful devices to the judge; it takes one to three minutes.`);
  let wrong = 0;
  const rows: (string | number)[][] = [];
  for (const piece of pieces) {
    tell(piece.name);
    const { report, differing, untold } = await showLawful(piece, { seed });
    const mistaken = differing.filter((name) => !untold.includes(name));
    if (report.causes.length > 0 || mistaken.length > 0) wrong++;
    rows.push([
      piece.name,
      report.causes.length,
      mistaken.length === 0 ? 'right' : mistaken.map((name) => `${name}: ${report.profile.choices[name]}`).join(', '),
      untold.map((name) => `${name}: ${report.profile.choices[name]}`).join(', '),
      report.steps,
    ]);
  }
  printTable(['device', 'findings', 'learnt', 'no guest can tell', 'steps'], rows);
  print();
  print(
    wrong === 0
      ? `holds: all ${pieces.length} pass, and their profiles are learnt right`
      : `violated: ${wrong} of ${pieces.length}`,
  );
  return wrong === 0 ? EXIT.holds : EXIT.violated;
}

async function showAllPairs({ seed = 1 }: MuseumChoices): Promise<Exit> {
  const pairs = pairsOf(20, seed);
  tell(`Puts ${pairs.length} pairs of pieces to the judge, each in one device; it takes one to three minutes.`);
  const rows: (string | number)[][] = [];
  const reasons: string[] = [];
  for (const [first, second] of pairs) {
    tell(`${first.name} and ${second.name}`);
    const { found, causes, reason } = await showPair(first, second, { seed });
    rows.push([first.name, second.name, ...found.map((finding) => finding?.rules[0] ?? 'masked'), causes]);
    if (reason !== undefined) reasons.push(`${first.name} and ${second.name}: ${reason}`);
  }
  printTable(['first', 'second', 'found', 'found', 'causes'], rows);
  print();
  for (const reason of reasons) print(reason);
  print(`${pairs.length - reasons.length} of ${pairs.length} pairs: both are found`);
  return EXIT.holds;
}
