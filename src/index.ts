/**
 * maskbit: MSI-X of emulated and assigned PCI functions. This module and what it imports depend on nothing.
 */
export { MsixFunction, Refusals } from './function/msix-function.ts';
export type { MsixFunctionOptions, SendMessage } from './function/options.ts';
export * from './outcome.ts';
export * from './registers.ts';
