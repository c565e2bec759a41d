/**
 * `npx tsx scripts/enumeration.ts`: writes docs/enumeration.md, which machine is enumerated how, and driven into what.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { printEnumeration } from '../cli/enumeration.ts';

writeFileSync('docs/enumeration.md.new', printEnumeration());
renameSync('docs/enumeration.md.new', 'docs/enumeration.md');
