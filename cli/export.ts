/**
 * `maskbit export`: a machine as one TypeScript file, for the Stately editor and its kin.
 */
import { printTypeScript } from '../checker/export/typescript.ts';
import { type MessageSet } from '../machines/messages.ts';
import { createInstance, type MachineName } from '../properties/instances.ts';
import { EXIT, type Exit } from './report.ts';

/** Prints the machine. */
export function exportMachine(name: MachineName, vectors: number, messages: MessageSet, channel = false): Exit {
  process.stdout.write(printTypeScript(createInstance(name, { vectors, messages, channel }).machine));
  return EXIT.holds;
}
