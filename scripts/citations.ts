/**
 * Writes the citations of rules into a built package: `tsx scripts/citations.ts dist`. `maskbit rules` says what stands behind each rule,
 * and the sources that say so are not published.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CITATIONS_FILE, CITING, citationsOf } from '../cli/traceability.ts';

const [folder] = process.argv.slice(2);
const citations = Object.fromEntries(CITING.map((name) => [name, citationsOf(name)]));
writeFileSync(join(folder, CITATIONS_FILE), `${JSON.stringify(citations)}\n`);
