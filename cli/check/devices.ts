/**
 * What paths and lockstep have in common: every device in every dialect.
 */
import { type Dialect, DIALECTS } from '../../conformance/device/words.ts';

/** Every dialect with every device. */
export function everyDialect<Each>(devices: readonly Each[]): [Each, Dialect][] {
  return devices.flatMap((device) => DIALECTS.map((dialect): [Each, Dialect] => [device, dialect]));
}
