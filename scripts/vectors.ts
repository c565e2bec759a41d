/**
 * Writes the test vectors that the package ships, by the commands that stand in them: `npm run vectors`. A test holds them to the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

/** The files, each with what `maskbit generate` is told. */
export const SHIPPED: Readonly<Record<string, readonly string[]>> = {
  'vectors/function-1.json': [],
  'vectors/function-1.dut': ['--format', 'dut'],
  'vectors/function-65.json': ['--vectors', '65', '--strategy', 'states'],
  'vectors/function-65.dut': ['--vectors', '65', '--strategy', 'states', '--format', 'dut'],
};

/** Writes one of the files. */
export function writeVectors(file: string, out = file): void {
  const parameters = ['--import', 'tsx', 'cli/maskbit.ts', 'generate', ...SHIPPED[file], '--out', out];
  const { status, stderr } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const file of Object.keys(SHIPPED)) writeVectors(file);
