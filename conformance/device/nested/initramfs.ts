/**
 * What every initramfs of ours begins with: busybox under the names that its init calls, and the modules of a kernel with their order.
 */
import { readFileSync } from 'node:fs';
import { Tree } from './cpio.ts';
import { modulesFor } from './modules.ts';

/** Begins a tree with the busybox at a path, under these names. */
export function treeWithBusybox(busybox: string, names: readonly string[]): Tree {
  const tree = new Tree();
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'tmp']) tree.folder(folder);
  tree.file('bin/busybox', readFileSync(busybox), true);
  for (const name of names) tree.link(`bin/${name}`, 'busybox');
  return tree;
}

/** Adds modules of a folder and what they need; `modules/order` has their names, needed ones first. */
export function addModules(tree: Tree, folder: string, wanted: readonly string[]): void {
  const modules = modulesFor(folder, wanted);
  for (const { name, bytes } of modules) tree.file(`modules/${name}.ko`, bytes);
  tree.file('modules/order', `${modules.map(({ name }) => name).join('\n')}\n`);
}
