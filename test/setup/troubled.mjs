/**
 * A right device behind the text protocol that gets into trouble at one kind of request, in the way that its first parameter names:
 * whenever a pending event is retired, or, as in `hang@table-write/8`, at each request of a verb, of so many bytes. `@all` is every request but
 * the first, and several are joined by `+`. Everything else is answered as it must be.
 */
import { Msix } from '../../examples/kits/javascript/msix.js';
import { onRequest, say, TROUBLES } from './troubles.mjs';

const [way, where] = process.argv[2].split('@');
const vectors = Number(process.env.MASKBIT_VECTORS ?? 2);
let messages = '';
const hex = (value) => `0x${value.toString(16)}`;
const whole = (low, high) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
const msix = new Msix(vectors, (low, high, data) => {
  messages += ` ${hex(whole(low, high))}:${hex(data >>> 0)}`;
});

const clock = new Int32Array(new SharedArrayBuffer(4));
/** Lets so many milliseconds go by, and leaves the processor to others. */
const rest = (milliseconds) => void Atomics.wait(clock, 0, 0, milliseconds);

const WAYS = {
  ...TROUBLES,
  crash: () => {
    process.stderr.write('assertion failed: pending\n');
    process.kill(process.pid, 'SIGABRT');
  },
  flood: () => {
    for (let line = 0; line < 20_000; line++) say('ok');
  },
  garbage: () => say('Segmentation fault'),
  late: () => {
    rest(40);
    say('ok');
  },
  unsupported: () => say('unsupported'),
  error: () => say('error the bus says no'),
  die: () => process.exit(3),
};

/** Whether a request is one of those that the device gets into trouble at. */
const isThere = (line) => {
  const [verb, , bytes] = line.split(' ');
  const all = where?.split('+') ?? [];
  return all.includes(verb) || all.includes(`${verb}/${Number(bytes)}`) || (where === 'all' && verb !== 'hello');
};

const number = (word) => Number(BigInt(word));
onRequest((line) => {
  const [verb, ...words] = line.split(' ');
  const [offset, bytes, value] = words;
  if (isThere(line)) {
    if (way !== 'slow') return WAYS[way]();
    rest(50);
  }
  switch (verb) {
    case 'hello':
      return say(`ok maskbit-dut/1 name=troubled vectors=${hex(vectors)} lacks=save,pba-write`);
    case 'messages': {
      const sent = messages;
      messages = '';
      return say(`ok${sent}`);
    }
    case 'config-read':
      return say(`ok ${hex(msix.configRead(number(offset), number(bytes)) >>> 0)}`);
    case 'table-read':
    case 'pba-read': {
      const low =
        verb === 'table-read'
          ? msix.tableRead(number(offset), number(bytes))
          : msix.pbaRead(number(offset), number(bytes));
      const all =
        number(bytes) === 8 ? whole(low, msix.readHigh) : BigInt(low >>> 0) & ((1n << BigInt(8 * number(bytes))) - 1n);
      return say(`ok ${hex(all)}`);
    }
    case 'config-write':
      msix.configWrite(number(offset), number(bytes), number(value));
      return say('ok');
    case 'table-write': {
      const all = BigInt(value);
      msix.tableWrite(number(offset), number(bytes), Number(all & 0xffffffffn), Number(all >> 32n));
      return say('ok');
    }
    case 'signal':
      msix.signal(number(offset));
      return say('ok');
    case 'retire': {
      const vector = number(offset);
      const isPending = ((msix.pbaRead(4 * (vector >> 5), 4) >>> (vector & 31)) & 1) === 1;
      msix.retire(vector);
      return isPending && where === undefined && way in WAYS ? WAYS[way]() : say('ok');
    }
    case 'reset':
      msix.reset();
      return say('ok');
    default:
      return say('unsupported');
  }
});
