/**
 * Puts a device in this process to tests, as the consumers in `examples/vectors` do: it keeps the profiles that the device may still have.
 */
import type { Device, Request } from '../device/device.ts';
import { hex, wideHex } from '../device/hexadecimal.ts';
import { ask } from '../device/remote.ts';
import { PROFILES } from './profiles.ts';
import type { SuiteTest } from './suite.ts';

/** A consumer of tests, of one kind of device. */
export class Consumer {
  private possible = (1n << BigInt(PROFILES.length)) - 1n;
  private readonly create: () => Device;
  private readonly requests = new Map<string, Request>();

  constructor(create: () => Device) {
    this.create = create;
  }

  /** Puts a fresh device to a test. Whether it passes. */
  passes({ requests, permitted }: SuiteTest): boolean {
    const device = this.create();
    let agreeing = permitted;
    for (const [at, line] of requests.entries()) {
      const got = answerOf(device, this.requestOf(line), line);
      if (agreeing.some(({ answers }) => answers[at] !== got))
        agreeing = agreeing.filter(({ answers }) => answers[at] === got);
      if (agreeing.length === 0) return false;
    }
    const left = this.possible & BigInt(agreeing[0].profiles);
    if (left === 0n) return false;
    this.possible = left;
    return true;
  }

  private requestOf(line: string): Request {
    let request = this.requests.get(line);
    if (request === undefined) this.requests.set(line, (request = parseRequest(line)));
    return request;
  }
}

/** Reads a line of the text protocol as a request of the port. */
function parseRequest(line: string): Request {
  const [verb, first, second, third = '0'] = line.split(' ');
  const [offset, bytes, value] = [Number(first), Number(second), BigInt(third)];
  const [low, high] = [Number(value & 0xffffffffn), Number(value >> 32n)];
  switch (verb) {
    case 'messages':
      return { verb: 'outputs' };
    case 'reset':
      return { verb };
    case 'signal':
    case 'retire':
      return { verb, vector: offset };
    case 'config-read':
      return { verb: 'configRead', offset, bytes };
    case 'config-write':
      return { verb: 'configWrite', offset, bytes, value: low };
    case 'table-read':
      return { verb: 'tableRead', offset, bytes };
    case 'table-write':
      return { verb: 'tableWrite', offset, bytes, low, high };
    case 'pba-read':
      return { verb: 'pbaRead', offset, bytes };
    default:
      throw new RangeError(`Got the request ${line}; expected one of the text protocol.`);
  }
}

/** What a device answers, as a line. */
function answerOf(device: Device, request: Request, line: string): string {
  const { outcome, low, high, outputs } = ask(device, request);
  if (outcome !== 'ok') return outcome;
  if (line.includes('-read')) return `ok ${wideHex(low, high)}`;
  const sent = outputs.filter(({ verb }) => verb === 'send');
  return ['ok', ...sent.map((each) => `${wideHex(each.addressLow, each.addressHigh)}:${hex(each.data)}`)].join(' ');
}
