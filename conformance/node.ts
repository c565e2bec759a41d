/**
 * What of the conformance needs Node: traces in files. Everything else is in `index.ts`, which runs in a browser too.
 */
export { fileSource } from './replay/file.ts';
export { type FileReplay, replayFile } from './replay/record.ts';
