/**
 * Files that were picked or dropped: a device in WebAssembly goes beside the machine, and its part of the page is fetched for it; all else is opened.
 */
import { dialog, openFile } from './store.ts';

/** Opens a file of any kind. */
export function openAnyFile(file: File | undefined): void {
  if (file?.name.endsWith('.wasm') !== true) return openFile(file);
  dialog.value = undefined;
  void import('./module.ts').then(({ openModule }) => openModule(file));
}
