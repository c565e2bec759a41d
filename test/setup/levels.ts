/**
 * The levels of a real assigned device in tests: without their parts they are skipped, and say why; in CI, which installs them, they fail
 * instead.
 */
import { findParts } from '../../conformance/device/nested/parts.ts';

function missing(): string | undefined {
  try {
    findParts(undefined);
    return undefined;
  } catch (error) {
    return `skipped. ${(error as Error).message}`;
  }
}

/** Why tests with the levels cannot run; undefined where they can. */
export const levelsMissing = missing();

if (levelsMissing !== undefined && process.env.CI !== undefined)
  throw new Error(`Got no parts for the levels in CI; expected them, or their tests show nothing (${levelsMissing}).`);
