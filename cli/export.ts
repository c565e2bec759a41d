/**
 * `maskbit export`: a machine as one TypeScript file, for the Stately editor and its kin.
 */
import { printTypeScript } from '../checker/export/typescript.ts';
import type { Instance } from '../properties/instances.ts';
import { EXIT, type Exit } from './report.ts';

/** Prints the machine. */
export function exportMachine({ machine }: Instance): Exit {
  process.stdout.write(printTypeScript(machine));
  return EXIT.holds;
}
