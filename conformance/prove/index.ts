/** Proofs of devices that save and restore. */
export type { Assumed } from './assumed.ts';
export { type Growth, type Growths, nameOf, proposalsOf, tellGrowths } from './growth.ts';
export { type Proof, prove, type ProveOptions, type Walked } from './prove.ts';
export { provingScenes } from './scenes.ts';
export { type ProvenCode, proofLines } from './tell.ts';
