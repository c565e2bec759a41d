/**
 * What paths and lockstep have in common: every device in every dialect, and failures as sentences.
 */
import { ConformanceError } from '../../conformance/paths/drive.ts';
import { type Dialect, DIALECTS } from '../../conformance/device/words.ts';

/** Every dialect with every device. */
export function ways<Each>(devices: readonly Each[]): [Each, Dialect][] {
  return devices.flatMap((device) => DIALECTS.map((dialect): [Each, Dialect] => [device, dialect]));
}

/** Runs what may throw a `ConformanceError`, and returns its message if it does. */
export function conformanceFailure(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ConformanceError) return error.message;
    throw error;
  }
}
