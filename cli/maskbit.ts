#!/usr/bin/env node
/**
 * The entry of the command line. Its dependencies are optional ones of the package, since the implementation needs none:
 * where they were left out, it says so.
 */
// A reader that has seen enough, as `head` has, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode);
});

try {
  const { run } = await import('./program.ts');
  process.exitCode = await run();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const missing = code === 'ERR_MODULE_NOT_FOUND' ? /Cannot find package '([^']+)'/.exec(message)?.[1] : undefined;
  if (missing === undefined) throw error;
  process.stderr.write(
    `maskbit: got no package ${missing}; expected the optional dependencies of maskbit, which "npm install maskbit" ` +
      'brings unless it is told to omit them.\n',
  );
  process.exitCode = 2;
}
