/**
 * What the library weighs: MsixFunction alone, bundled and packed. `package.test.ts` asks the same of what is published.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundled, packedBytes } from '../setup/bundle.ts';

test('MsixFunction alone is less than 6 kB, packed by gzip', () => {
  const alone = bundled("export { MsixFunction } from './src/index.ts';", join(import.meta.dirname, '../..'));
  expect(alone).not.toContain('/dev/kvm');
  const bytes = packedBytes(alone);
  expect(bytes).toBeGreaterThan(2000);
  expect(bytes).toBeLessThan(6000);
});
