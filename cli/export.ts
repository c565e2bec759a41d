/**
 * `maskbit export`: a machine as a text that other tools read.
 */
import { compile } from '../checker/compile/compile.ts';
import { explore } from '../checker/explore/explore.ts';
import { DOT_STATES, printDot } from '../checker/export/dot.ts';
import { printPromela } from '../checker/export/promela.ts';
import { symbolicOf } from '../checker/export/symbolic.ts';
import { printTla } from '../checker/export/tla.ts';
import { printTypeScript } from '../checker/export/typescript.ts';
import { eventSentence } from '../machines/alphabet.ts';
import { type Bounds, createInstance, type Instance, instanceName, type MachineName } from '../properties/instances.ts';
import { EXIT, type Exit, printRaw } from './output.ts';

/** The texts that a machine is printed as. */
export const EXPORT_FORMATS = ['typescript', 'promela', 'tla', 'tla-config', 'dot'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * Prints the machine.
 * @throws {RangeError} when it is too large for the format.
 */
export function exportMachine(name: MachineName, bounds: Bounds, format: ExportFormat): Exit {
  printRaw(printAs(format, createInstance(name, bounds)));
  return EXIT.holds;
}

function printAs(format: ExportFormat, instance: Instance): string {
  const { machine, events } = instance;
  switch (format) {
    case 'typescript':
      return printTypeScript(machine);
    case 'promela':
      return printPromela(symbolicOf(machine, events), { eventSentence });
    case 'tla':
      return printTla(symbolicOf(machine, events), { eventSentence }).module;
    case 'tla-config':
      return printTla(symbolicOf(machine, events), { eventSentence }).configuration;
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
