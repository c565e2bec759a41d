/**
 * `maskbit export`: a machine as a text that other tools read.
 */
import { compile } from '../checker/compile/compile.ts';
import { explore } from '../checker/explore/explore.ts';
import { DOT_STATES, printDot } from '../checker/export/dot.ts';
import { printPromela } from '../checker/export/promela.ts';
import { symbolicOf } from '../checker/export/symbolic.ts';
import { printTla, type TlaModule } from '../checker/export/tla.ts';
import { printTypeScript } from '../checker/export/typescript.ts';
import { eventSentence } from '../machines/alphabet.ts';
import { DESIGNS } from '../machines/designs.ts';
import { createInterval } from '../machines/interval.ts';
import { HALVES, THREE, TWO } from '../machines/messages.ts';
import { type Bounds, createInstance, type Instance, instanceName } from '../properties/instances.ts';
import { type Claimed, claimedOf } from '../properties/claimed.ts';
import { readText } from './input.ts';
import { packagePath } from './root.ts';
import { EXPORT_NAMES, type ExportFormat, type ExportName } from './names.ts';
import { EXIT, type Exit, printRaw } from './output.ts';

/**
 * Prints the machine.
 * @throws {RangeError} when it is too large for the format.
 */
export function exportMachine(name: ExportName, bounds: Bounds, format: ExportFormat, withClaims = false): Exit {
  const instance = exportedInstance(name, bounds);
  const plain: Claimed = { ...instance, claims: [] };
  if (!withClaims) printRaw(printAs(format, instance, plain));
  else if (CLAIMING.includes(format)) printRaw(printAs(format, instance, claimedOf(instance)));
  else throw new RangeError(`Got --claims with the format ${format}; expected one of ${CLAIMING.join(', ')}.`);
  return EXIT.holds;
}

/** The formats that claims can be printed in. */
const CLAIMING: readonly ExportFormat[] = ['promela', 'tla', 'tla-config'];

function exportedInstance(name: ExportName, bounds: Bounds): Instance {
  if (name !== 'interval') return createInstance(name, bounds);
  const { vectors = 1, messages = TWO } = bounds;
  return { ...createInterval({ vectors, messages }), vectors, messages, channel: false };
}

/** Which TLC has read which exported text, by the hash of the text; `npm run tlc` writes it. */
export const RECORD = 'properties/tlc.json';

/** The instances whose exports TLC has read: of every machine, and of every design. */
export function checkedExports(): Instance[] {
  const plain = EXPORT_NAMES.filter((name) => name !== 'assigned-device').map((name) => exportedInstance(name, {}));
  const designed = Object.values(DESIGNS).map((design) => exportedInstance('assigned-device', { design }));
  const larger: Bounds[] = [{ vectors: 2 }, { messages: HALVES }, { messages: THREE, channel: true }];
  return [...plain, ...larger.map((bounds) => exportedInstance('function', bounds)), ...designed];
}

function printTlaOf({ machine, events, claims }: Claimed): TlaModule {
  const checked = JSON.parse(readText(packagePath(RECORD), 'a record of TLC')) as Record<string, string>;
  return printTla(symbolicOf(machine, events), { eventSentence, checked, claims });
}

function printAs(format: ExportFormat, instance: Instance, claimed: Claimed): string {
  const { machine, events, claims } = claimed;
  switch (format) {
    case 'typescript':
      return printTypeScript(machine);
    case 'promela':
      return printPromela(symbolicOf(machine, events), { eventSentence, claims });
    case 'tla':
      return printTlaOf(claimed).module;
    case 'tla-config':
      return printTlaOf(claimed).configuration;
    case 'dot': {
      // What is too large to be drawn is not explored any further either.
      const exploration = explore(compile(machine, events), { limits: { states: DOT_STATES } });
      if (exploration.summary.complete) return printDot(exploration.graph());
      throw new RangeError(
        `Got ${instanceName(instance)} with more than ${DOT_STATES} states; expected no more than that for the format dot.`,
      );
    }
  }
}
