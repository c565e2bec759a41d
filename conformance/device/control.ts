/**
 * The numbers of Message Control: what a guest writes for each control that the machines have a name for.
 */
import type { Control } from '../../machines/alphabet.ts';
import { CONTROL_ENABLE, CONTROL_FUNCTION_MASK } from '../../src/registers.ts';

/** Message Control by the name of a control. Its other bits are read-only or reserved. */
export const CONTROL_VALUES: Readonly<Record<Control, number>> = {
  off: 0,
  offMasked: CONTROL_FUNCTION_MASK,
  on: CONTROL_ENABLE,
  onMasked: CONTROL_ENABLE | CONTROL_FUNCTION_MASK,
};
