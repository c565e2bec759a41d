/**
 * maskbit: MSI-X of emulated and assigned PCI functions. This module and what it imports depend on nothing.
 */
export { MsixFunction, Refusals, type MsixFunctionOptions, type SendMessage } from './msix-function.ts';
export * from './outcome.ts';
export * from './registers.ts';
