/** Proofs of devices that save and restore. */
export { type Growth, proposalsOf, tellGrowths } from './growth.ts';
export { type Proof, prove, type ProveOptions } from './prove.ts';
export { provingScenes } from './scenes.ts';
export { proofLines } from './tell.ts';
