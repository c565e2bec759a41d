/** The permitted function, for whoever judges by it. */
export { createPermitted, permittedEvents } from './function.ts';
export { ADDRESSES, JUDGED, OTHER, PARTED, SMALL, TORN, UNDEFINED } from './values.ts';
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
