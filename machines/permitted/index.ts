/** The permitted function, for whoever judges by it. */
export { createPermitted, permittedEvents, type PermittedOptions } from './function.ts';
export { ADDRESSES, isOfX86, JUDGED, OTHER, PARTED, PLAIN, SMALL, UNDEFINED } from './values.ts';
export {
  addressOnes,
  maskNarrow,
  maskOnes,
  pendingClear,
  pendingSet,
  scribble,
  unmaskNarrow,
  unmaskOnes,
} from './vector.ts';
