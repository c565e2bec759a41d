/**
 * Writes docs/api.md: every export of every entry point of the package, with its signature and the first sentence of its TSDoc. It is
 * made from the sources by the compiler of TypeScript. `npm run api` runs it; a test holds the page against the code.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/** One export of an entry point. */
export interface Exported {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'constant' | 'type' | 'namespace';
  /** Of a function, its signature; of a constant, its type; otherwise empty. */
  readonly signature: string;
  /** The first sentence of its TSDoc; empty when it has none. */
  readonly sentence: string;
  /** Of a class or an interface, its members: each with its signature and its sentence. */
  readonly members: readonly (readonly [signature: string, sentence: string])[];
}

/** The entry points by their names, such as `maskbit/spec`, with the sources of each. */
export function entryPoints(): Map<string, string> {
  const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    name: string;
    exports: Record<string, { types: string } | string>;
  };
  const entries = Object.entries(exports).flatMap(([path, file]): [string, string][] =>
    typeof file === 'string'
      ? []
      : [[path.replace('.', name), file.types.replace('./dist/', '').replace('.d.ts', '.ts')]],
  );
  return new Map(entries);
}

/** Reads the exports of each entry point, in the order of their names. */
export function readExports(): Map<string, readonly Exported[]> {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config,
    ts.sys,
    '.',
  );
  const entries = entryPoints();
  const program = ts.createProgram([...entries.values()], options);
  const checker = program.getTypeChecker();
  return new Map(
    [...entries].map(([name, file]) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
      const symbols = checker.getExportsOfModule(module).map((symbol) => readExport(symbol, checker));
      return [name, symbols.toSorted((one, other) => (one.name < other.name ? -1 : 1))];
    }),
  );
}

const FLAGS = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

function readExport(alias: ts.Symbol, checker: ts.TypeChecker): Exported {
  const { name } = alias;
  const symbol = alias.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(alias) : alias;
  const declaration = symbol.declarations![0];
  const sentence = sentenceOf(symbol, checker);
  const base = { name, sentence, signature: '', members: [] };
  if (ts.isSourceFile(declaration)) {
    return { ...base, kind: 'namespace', sentence: headOf(declaration) };
  }
  if (symbol.flags & ts.SymbolFlags.Class || symbol.flags & ts.SymbolFlags.Interface) {
    const kind = symbol.flags & ts.SymbolFlags.Class ? 'class' : 'type';
    return { ...base, kind, members: membersOf(symbol, checker) };
  }
  if (symbol.flags & ts.SymbolFlags.TypeAlias) return { ...base, kind: 'type' };
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
  const [call] = type.getCallSignatures();
  if (call !== undefined)
    return { ...base, kind: 'function', signature: checker.signatureToString(call, undefined, FLAGS) };
  return { ...base, kind: 'constant', signature: shortened(checker.typeToString(type, undefined, FLAGS)) };
}

/** The public members that the declaration itself has. What is marked as internal is for modules beside it, and for nobody else. */
function membersOf(symbol: ts.Symbol, checker: ts.TypeChecker): [string, string][] {
  const declared = symbol.declarations!.flatMap((each) =>
    ts.isClassDeclaration(each) || ts.isInterfaceDeclaration(each) ? [...each.members] : [],
  );
  return declared.flatMap((member): [string, string][] => {
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    if (ts.getCombinedModifierFlags(member) & hidden) return [];
    if (ts.getJSDocTags(member).some((tag) => tag.tagName.text === 'internal')) return [];
    if (ts.isConstructorDeclaration(member)) {
      const signature = checker.getSignatureFromDeclaration(member)!;
      return [[`new${checker.signatureToString(signature, undefined, FLAGS)}`, docOf(signature, checker)]];
    }
    if (member.name === undefined || ts.isPrivateIdentifier(member.name) || ts.isSetAccessor(member)) return [];
    const of = checker.getSymbolAtLocation(member.name);
    if (of === undefined) return [];
    const type = checker.getTypeOfSymbolAtLocation(of, member);
    const [call] = checker.getNonNullableType(type).getCallSignatures();
    const isMethod = ts.isMethodDeclaration(member) || ts.isMethodSignature(member);
    const text = isMethod
      ? `${of.name}${checker.signatureToString(call, undefined, FLAGS)}`
      : `${of.name}: ${shortened(checker.typeToString(type, undefined, FLAGS))}`;
    return [[text, sentenceOf(of, checker)]];
  });
}

const docOf = (of: ts.Signature, checker: ts.TypeChecker): string => firstSentence(of.getDocumentationComment(checker));
const sentenceOf = (of: ts.Symbol, checker: ts.TypeChecker): string =>
  firstSentence(of.getDocumentationComment(checker));
/** The sentence at the head of a module that is exported as a namespace. */
function headOf(file: ts.SourceFile): string {
  const [, text = ''] = /^\/\*\*\s*([^]*?)\*\//.exec(file.text) ?? [];
  return firstOf(text.replaceAll(/^\s*\*\s?/gm, ' '));
}
const firstSentence = (parts: readonly ts.SymbolDisplayPart[]): string => firstOf(ts.displayPartsToString([...parts]));

function firstOf(text: string): string {
  const line = text.split('\n\n')[0].replaceAll(/\s+/g, ' ').trim();
  return /^.*?[.!?](?= [A-Z`]|$)/.exec(line)?.[0] ?? line;
}

const LONGEST = 120;
const shortened = (type: string): string => (type.length > LONGEST ? `${type.slice(0, LONGEST - 1)}…` : type);

/** What each entry point is for. */
const PURPOSES: Readonly<Record<string, string>> = {
  maskbit: 'The implementation. It imports nothing.',
  'maskbit/spec': 'The rules of MSI-X as data, with our choices and the bugs that others have had.',
  'maskbit/machines': 'The statecharts: the pages, and the machines that are generated.',
  'maskbit/checker': 'The checker of XState machines. It knows nothing of MSI-X.',
  'maskbit/properties': 'What must hold of the machines, and the instances in which it is decided.',
  'maskbit/conformance': 'What drives a device under test.',
  'maskbit/conformance/node': 'What of it needs Node: files and processes.',
};

/** Prints the page. */
export function printApi(exports: ReadonlyMap<string, readonly Exported[]>): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const code = (text: string): string => `\`${cell(text)}\``;
  const sections = [...exports].map(([name, symbols]) => {
    const count = `${symbols.length} export${symbols.length === 1 ? '' : 's'}`;
    const head = [`## \`${name}\``, '', [PURPOSES[name], `${count}.`].filter(Boolean).join(' '), ''];
    const kinds = (['function', 'class', 'constant', 'type', 'namespace'] as const).flatMap((kind) => {
      const ofKind = symbols.filter((each) => each.kind === kind);
      if (ofKind.length === 0) return [];
      const rows = ofKind.flatMap((each) => [
        `| ${code(`${each.name}${each.signature.startsWith('(') || each.signature.startsWith('<') ? each.signature : each.signature && `: ${each.signature}`}`)} | ${cell(each.sentence)} |`,
        ...(kind === 'class'
          ? each.members.map(([text, sentence]) => `| \u00a0\u00a0${code(text)} | ${cell(sentence)} |`)
          : []),
      ]);
      return [`| ${kind} | |`, '|---|---|', ...rows, ''];
    });
    return [...head, ...kinds].join('\n');
  });
  return `${['# Reference', '', INTRODUCTION, '', ...sections].join('\n').trimEnd()}\n`;
}

const INTRODUCTION =
  'Every export of the package, made from the sources by `npm run api`. An entry point is what is written behind `from` in an import. The first sentence of each is here; an editor shows the rest.';

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync('docs/api.md.new', printApi(readExports()));
  renameSync('docs/api.md.new', 'docs/api.md');
}
