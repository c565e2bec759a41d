/**
 * What came of an access or of a signal, as small integers: a guest's nonsense is a value, never an exception.
 */

/** The write took effect, or there was nothing to change. */
export const WRITE_DONE = 0;
/** The write was lawful in form and has no effect: the Pending Bit Array is read-only. Counted. */
export const WRITE_IGNORED = 1;
/** The write had a size, an alignment or an offset that does not exist; nothing changed. Counted. */
export const WRITE_REFUSED = 2;
/** What `configWrite`, `tableWrite` and `pbaWrite` return. */
export type WriteOutcome = typeof WRITE_DONE | typeof WRITE_IGNORED | typeof WRITE_REFUSED;

/** The vector was not blocked: one message went out before `signal` returned. */
export const SIGNAL_SENT = 0;
/** The vector is blocked: its Pending bit is set, and the message follows when the last mask lifts. */
export const SIGNAL_HELD = 1;
/** There is no such vector; nothing changed. Counted. */
export const SIGNAL_REFUSED = 2;
/**
 * What `signal` returns. From within a callback, where a call out may change the vector before its message leaves, it tells
 * whether the vector is pending afterwards.
 */
export type SignalOutcome = typeof SIGNAL_SENT | typeof SIGNAL_HELD | typeof SIGNAL_REFUSED;
