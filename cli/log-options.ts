/**
 * Numbers that the command line takes for a log: addresses, lines, vectors.
 */
import { InvalidArgumentError } from 'commander';

/** An address or an offset, hexadecimal with 0x or decimal. */
export function parseAddress(text: string): number {
  const address = text === '' ? NaN : Number(text);
  if (Number.isSafeInteger(address) && address >= 0) return address;
  throw new InvalidArgumentError(`Got ${text}; expected an address, such as 0xfebf2000.`);
}

/** How many vectors a function has. */
export function parseLogVectors(text: string): number {
  const vectors = Number(text);
  if (/^\d+$/.test(text) && vectors >= 1 && vectors <= 2048) return vectors;
  throw new InvalidArgumentError(`Got ${text}; expected a whole number from 1 to 2048.`);
}

/** A vector, or a line. */
export function parseWhole(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`Got ${text}; expected a whole number.`);
}
