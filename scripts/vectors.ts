/**
 * Writes the test vectors that the package ships: `npm run vectors`. Each is what the command that stands in it writes; a test holds them to that.
 */
import { pathToFileURL } from 'node:url';
import { writeWhole } from '../cli/whole.ts';
import { generateVectors } from '../conformance/generate/index.ts';
import type { StrategyName, TestFormat } from '../conformance/generate/names.ts';

interface Shipped {
  readonly vectors: number;
  readonly strategy: StrategyName;
  readonly format: TestFormat;
  /** What `maskbit generate` is told, to write the same. */
  readonly parameters: readonly string[];
}

/** The files. */
export const SHIPPED: Readonly<Record<string, Shipped>> = {
  'vectors/function-1.json': { vectors: 1, strategy: 'transitions', format: 'json', parameters: [] },
  'vectors/function-1.dut': { vectors: 1, strategy: 'transitions', format: 'dut', parameters: ['--format', 'dut'] },
  'vectors/function-65.json': {
    vectors: 65,
    strategy: 'states',
    format: 'json',
    parameters: ['--vectors', '65', '--strategy', 'states'],
  },
  'vectors/function-65.dut': {
    vectors: 65,
    strategy: 'states',
    format: 'dut',
    parameters: ['--vectors', '65', '--strategy', 'states', '--format', 'dut'],
  },
};

/** The text of a file. */
export function shippedText(file: string): string {
  const { vectors, strategy, format, parameters } = SHIPPED[file];
  const command = ['maskbit generate', ...parameters].join(' ');
  return [...generateVectors(vectors, { strategy, format, command }).write()].join('');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const file of Object.keys(SHIPPED)) writeWhole(file, shippedText(file));
