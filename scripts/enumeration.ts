/**
 * `npm run enumeration`: writes docs/enumeration.md, which machine is enumerated how, and driven into what.
 */
import { printEnumeration } from '../cli/enumeration.ts';
import { writeWhole } from '../cli/whole.ts';

writeWhole('docs/enumeration.md', printEnumeration());
