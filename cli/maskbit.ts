#!/usr/bin/env node
/**
 * The entry of the command line. Its dependencies are optional ones of the package, since the implementation needs none:
 * where they were left out, it says so. Whatever else goes wrong here is a fault of maskbit's, and is never told as a verdict.
 */
const FAILED = 4;
/** The first status of a process that a signal has ended. */
const SIGNALLED = 128;
/** Whether this program itself has said what the status is. */
let isDecided = false;

/** Tells a fault of ours with all that helps to find it. The status 1 would say that something is violated. */
function fail(error: unknown): never {
  const { code, message } = Object(error) as Partial<NodeJS.ErrnoException>;
  const missing =
    code === 'ERR_MODULE_NOT_FOUND' ? /Cannot find package '([^']+)'/.exec(String(message))?.[1] : undefined;
  if (missing !== undefined) {
    process.stderr.write(
      `maskbit: got no package ${missing}; expected the optional dependencies of maskbit, which "npm install maskbit" ` +
        'brings unless it is told to omit them.\n',
    );
    isDecided = true;
    process.exit(2);
  }
  const told = error instanceof Error ? error.stack : String(error);
  process.stderr.write(
    `maskbit has failed, and gives no verdict. This is a fault of its own; please report it with these lines:\n${told}\n`,
  );
  process.exit(FAILED);
}

/** A module of somebody's may end the process, or wait for what never comes, before there is an answer. Its status is no verdict of ours. */
function refuseEnd(status: number): void {
  if (isDecided || status === FAILED || status >= SIGNALLED) return;
  process.stderr.write(
    'Got the end of this process before there was an answer; expected a module that neither calls process.exit nor waits for what never comes. There is no verdict.\n',
  );
  process.exitCode = FAILED;
}

process.on('exit', refuseEnd);
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
try {
  const { run } = await import('./program.ts');
  process.exitCode = await run();
  isDecided = true;
} catch (error) {
  fail(error);
}
