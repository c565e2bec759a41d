/**
 * Builds devices in WebAssembly with Debian's compilers. Where these are missing, whatever asks for them fails: nothing is skipped.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KIT = 'examples/kits/wasm';

/** The command that the header names. */
export const CLANG = [
  ...['clang', '--target=wasm32-unknown-unknown', '-O2', '-Wall', '-Wextra', '-Werror', '-nostdlib'],
  ...['-Wl,--no-entry', '-Wl,--emit-relocs', '-Wl,--export=__data_end', '-Wl,--export=__heap_base'],
];
/** Debian's, by path: one that rustup put on the path may stand before it. */
export const RUSTC = [
  ...[
    '/usr/bin/rustc',
    '--edition',
    '2021',
    '-O',
    '-C',
    'panic=abort',
    '-C',
    'strip=debuginfo',
    '-C',
    'link-arg=--emit-relocs',
  ],
  ...['-D', 'warnings', '--target', 'wasm32-unknown-unknown', '--crate-type', 'cdylib'],
];

function build(command: readonly string[], inputs: (folder: string) => readonly string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-wasm-'));
  try {
    const out = join(folder, 'device.wasm');
    const [program, ...options] = command;
    const { status, stderr, error } = spawnSync(program, [...options, '-o', out, ...inputs(folder)], {
      encoding: 'utf8',
    });
    if (error !== undefined)
      throw new Error(
        `Got no ${program}: ${error.message}; expected Debian's clang, lld, rustc and libstd-rust-dev-wasm32.`,
      );
    if (status !== 0) throw new Error(`Got status ${status} from ${program}; expected 0.\n${stderr}`);
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Builds the C kit, or other files with it in sight. */
export const buildKit = (
  flags: readonly string[] = [],
  files = [`${KIT}/dut.c`, 'examples/kits/c/msix.c'],
): Uint8Array => build(CLANG, () => [...flags, '-I', KIT, ...files, `${KIT}/shims/libc.c`]);

/** Builds C that is written here. */
export const buildC = (source: string, flags: readonly string[] = []): Uint8Array =>
  build(CLANG, (folder) => {
    writeFileSync(join(folder, 'device.c'), source);
    return [...flags, '-I', KIT, '-I', 'examples/kits/c', join(folder, 'device.c'), `${KIT}/shims/libc.c`];
  });

/** Builds a file of Rust. */
export const buildRust = (file = `${KIT}/dut.rs`, flags: readonly string[] = []): Uint8Array =>
  build(RUSTC, () => [...flags, file]);

/** A device in C that does nothing, in parts that a test may replace. */
export function idleDevice(replaced: Readonly<Record<string, string>> = {}): string {
  const parts: Record<string, string> = {
    head: '',
    init: '(void)vectors;',
    config_read: 'return (offset == 0 ? 0x11 : 0) * size;',
    config_write: '(void)offset, (void)size, (void)value;',
    table_read: 'return offset * size * 0;',
    table_write: '(void)offset, (void)size, (void)value;',
    pba_read: 'return offset * size * 0;',
    signal: '(void)vector;',
    tail: '',
    ...replaced,
  };
  return `#include "maskbit.h"
${parts['device'] ?? 'MASKBIT_DEVICE'}
${parts['head']}
void maskbit_init(uint32_t vectors) { ${parts['init']} }
uint32_t maskbit_config_read(uint32_t offset, uint32_t size) { ${parts['config_read']} }
void maskbit_config_write(uint32_t offset, uint32_t size, uint32_t value) { ${parts['config_write']} }
uint64_t maskbit_table_read(uint32_t offset, uint32_t size) { ${parts['table_read']} }
void maskbit_table_write(uint32_t offset, uint32_t size, uint64_t value) { ${parts['table_write']} }
uint64_t maskbit_pba_read(uint32_t offset, uint32_t size) { ${parts['pba_read']} }
void maskbit_signal(uint32_t vector) { ${parts['signal']} }
${parts['tail']}
`;
}
