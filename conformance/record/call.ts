/**
 * A program for a guest that has busybox and nothing else: makes one system call. A word of its command line is a number in hexadecimal,
 * `=text` for the address of a text, or `@0a1b` for the address of these bytes; the first word is the number of the call. The exit
 * status is minus what the call returned, its lowest byte: 0 where it returned 0, and the error where there was one.
 *
 *     call 140 7 8 10 '=console=ttyS0' 2      kexec_file_load of the descriptors 7 and 8
 *     call 10 3 c0484e41 @1c000000...         ioctl with a structure
 */

/** Where the program is in its process's memory. */
const BASE = 0x400000;
const HEADERS = 64 + 56;

const word = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff];
const dword = (value: number): number[] => [...word(value), ...word(value >>> 16)];
const qword = (value: number): number[] => [...dword(value), 0, 0, 0, 0];

/** The code: 64-bit, no library. Registers: rbx the next word, rdi where its value goes, rsi in the word, rdx the value. */
const CODE: readonly number[] = [
  ...[0x48, 0x8d, 0x5c, 0x24, 0x10], //       lea  rbx, [rsp + 16]        the word behind the program's name
  ...[0x48, 0x83, 0xec, 0x40], //             sub  rsp, 64                eight values, zero at first
  ...[0x48, 0x89, 0xe7], //                   mov  rdi, rsp
  ...[0x31, 0xc0], //                         xor  eax, eax
  ...[0xb9, ...dword(8)], //                  mov  ecx, 8
  ...[0xf3, 0x48, 0xab], //                   rep stosq
  ...[0x48, 0x89, 0xe7], //                   mov  rdi, rsp
  ...[0x48, 0x8b, 0x33], //             next: mov  rsi, [rbx]
  ...[0x48, 0x85, 0xf6], //                   test rsi, rsi
  ...[0x74, 0x6d], //                         jz   go                     there is no other
  ...[0x48, 0x83, 0xc3, 0x08], //             add  rbx, 8
  ...[0x31, 0xd2], //                         xor  edx, edx
  ...[0x8a, 0x06], //                         mov  al, [rsi]
  ...[0x3c, 0x40], //                         cmp  al, '@'
  ...[0x74, 0x29], //                         je   bytes
  ...[0x3c, 0x3d], //                         cmp  al, '='
  ...[0x74, 0x18], //                         je   text
  ...[0x0f, 0xb6, 0x06], //            digit: movzx eax, byte [rsi]
  ...[0x48, 0xff, 0xc6], //                   inc  rsi
  ...[0x84, 0xc0], //                         test al, al
  ...[0x74, 0x12], //                         jz   store
  ...[0xe8, ...dword(0x45)], //               call value
  ...[0x48, 0xc1, 0xe2, 0x04], //             shl  rdx, 4
  ...[0x48, 0x09, 0xc2], //                   or   rdx, rax
  ...[0xeb, 0xe8], //                         jmp  digit
  ...[0x48, 0x8d, 0x56, 0x01], //       text: lea  rdx, [rsi + 1]
  ...[0x48, 0x89, 0x17], //            store: mov  [rdi], rdx
  ...[0x48, 0x83, 0xc7, 0x08], //             add  rdi, 8
  ...[0xeb, 0xc3], //                         jmp  next
  ...[0x48, 0x89, 0xf2], //            bytes: mov  rdx, rsi               they are put where their digits are
  ...[0x49, 0x89, 0xf0], //                   mov  r8, rsi
  ...[0x48, 0xff, 0xc6], //                   inc  rsi
  ...[0x8a, 0x06], //                   pair: mov  al, [rsi]
  ...[0x84, 0xc0], //                         test al, al
  ...[0x74, 0xe8], //                         jz   store
  ...[0xe8, ...dword(0x1b)], //               call value
  ...[0xc0, 0xe0, 0x04], //                   shl  al, 4
  ...[0x88, 0xc1], //                         mov  cl, al
  ...[0x8a, 0x46, 0x01], //                   mov  al, [rsi + 1]
  ...[0xe8, ...dword(0x0e)], //               call value
  ...[0x08, 0xc8], //                         or   al, cl
  ...[0x41, 0x88, 0x00], //                   mov  [r8], al
  ...[0x49, 0xff, 0xc0], //                   inc  r8
  ...[0x48, 0x83, 0xc6, 0x02], //             add  rsi, 2
  ...[0xeb, 0xda], //                         jmp  pair
  ...[0x3c, 0x61], //                  value: cmp  al, 'a'                of a digit
  ...[0x72, 0x02], //                         jb   below
  ...[0x2c, 0x27], //                         sub  al, 'a' - 10 - '0'
  ...[0x2c, 0x30], //                  below: sub  al, '0'
  0xc3, //                                    ret
  ...[0x58, 0x5f, 0x5e, 0x5a], //         go: pop  rax; pop rdi; pop rsi; pop rdx
  ...[0x41, 0x5a, 0x41, 0x58, 0x41, 0x59], // pop  r10; pop r8; pop r9
  ...[0x0f, 0x05], //                         syscall
  ...[0x89, 0xc7], //                         mov  edi, eax
  ...[0xf7, 0xdf], //                         neg  edi
  ...[0x6a, 0x3c], //                         push 60
  0x58, //                                    pop  rax
  ...[0x0f, 0x05], //                         syscall                     exit
];

/** Makes the program, an ELF file for x86-64. */
export function callProgram(): Uint8Array {
  const size = HEADERS + CODE.length;
  return Uint8Array.from([
    ...[0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], // ELF, 64 bits, lower bytes first
    ...[...word(2), ...word(0x3e), ...dword(1)], // a program for x86-64
    ...[...qword(BASE + HEADERS), ...qword(64), ...qword(0)], // where it begins; one program header
    ...[...dword(0), ...word(64), ...word(56), ...word(1), ...word(64), ...word(0), ...word(0)],
    ...[...dword(1), ...dword(5), ...qword(0)], // loaded, to be read and run
    ...[...qword(BASE), ...qword(BASE), ...qword(size), ...qword(size), ...qword(0x1000)],
    ...CODE,
  ]);
}
