/**
 * The files of the page, read once when the server starts: what is served later depends on no file system. Text is compressed when
 * it is first asked for, and kept. Parts of a file are not served: whoever asks for a range gets the whole, as HTTP allows.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.trace': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};
/** What is compressed already. */
const PACKED: ReadonlySet<string> = new Set(['image/png', 'application/octet-stream']);
/** A smaller file does not become smaller by enough. */
const COMPRESSED_BYTES = 1024;
/** Brotli's best takes seconds for a file of a megabyte, and is no tenth smaller. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };

const COMPRESS = {
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, BROTLI),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
} as const;
type Encoding = keyof typeof COMPRESS;

interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly tag: string;
  readonly encoded: Map<Encoding, Promise<Buffer>>;
}

/** The files of a page, by path. */
export class PageFiles {
  private readonly files = new Map<string, PageFile>();

  /** Reads all files in `folder`. */
  constructor(folder: string) {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      const place = join(entry.parentPath, entry.name);
      const path = place.slice(folder.length).split(sep).filter(Boolean).join('/');
      this.add(`/${path}`, readFileSync(place));
    }
    const front = this.files.get('/index.html');
    if (front !== undefined) this.files.set('/', front);
  }

  /** Adds a file, or replaces it. */
  add(path: string, content: Buffer | string): void {
    const bytes = Buffer.from(content);
    const type = TYPES[extname(path)] ?? (path === '/stately' ? TYPES['.html'] : 'application/octet-stream');
    const tag = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
    this.files.set(path, { bytes, type, tag, encoded: new Map() });
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  /** Answers with a file that there is. */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = this.files.get(path)!;
    const encoding = isCompressible(file) ? encodingFor(request.headers['accept-encoding']) : undefined;
    const tag = `"${file.tag}${encoding === undefined ? '' : `-${encoding}`}"`;
    response.setHeader('ETag', tag);
    response.setHeader('Vary', 'Accept-Encoding');
    if (request.headers['if-none-match'] === tag) {
      response.statusCode = 304;
      response.end();
      return;
    }
    const bytes = encoding === undefined ? file.bytes : await encoded(file, encoding);
    response.setHeader('Content-Type', file.type);
    response.setHeader('Content-Length', bytes.length);
    if (encoding !== undefined) response.setHeader('Content-Encoding', encoding);
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }
}

function isCompressible({ bytes, type }: PageFile): boolean {
  return bytes.length >= COMPRESSED_BYTES && !PACKED.has(type);
}

function encoded({ bytes, encoded: known }: PageFile, encoding: Encoding): Promise<Buffer> {
  let made = known.get(encoding);
  if (made === undefined) known.set(encoding, (made = COMPRESS[encoding](bytes)));
  return made;
}

/** The best encoding that is accepted: "gzip, br;q=0" leaves gzip. */
function encodingFor(accepted: string | string[] | undefined): Encoding | undefined {
  const wishes = String(accepted ?? '').split(',');
  const names = new Set<string>();
  for (const wish of wishes) {
    const [name, ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) names.add(name);
  }
  return (['br', 'gzip'] as const).find((encoding) => names.has(encoding));
}
