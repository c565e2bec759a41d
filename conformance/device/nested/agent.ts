/**
 * A second channel, to a shell in L1: asks the host kernel what it knows. A command is a line; its answer is lines, and then a full stop.
 */
import type { Duplex } from 'node:stream';

/** Asks L1. */
export class Agent {
  private readonly stream: Duplex;
  private text = '';
  private wake: () => void = () => {};

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      this.text += text;
      this.wake();
    });
    stream.on('error', () => {});
  }

  /** Resolves to what a command printed; to undefined where no answer comes in time. */
  async ask(command: string, milliseconds = 5000): Promise<string | undefined> {
    this.text = '';
    this.stream.write(`${command}\n`);
    const end = performance.now() + milliseconds;
    while (!this.text.endsWith('\n.\n') && this.text !== '.\n') {
      const rest = end - performance.now();
      if (rest <= 0) return undefined;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, rest);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.text.replace(/\.\n$/, '');
  }
}

/** How often the driver's handler has taken an interrupt, by all vectors together. No process is started for it. */
export const TAKEN = 'while read -r a b c; do echo "$a $b"; done < /sys/kernel/tracing/kprobe_profile';
/** The event descriptors of L2 that hold an event which nobody has taken. */
export const HELD_EVENTS = `grep -H 'eventfd-count: *[0-9a-f]*[1-9a-f]' /proc/$(pidof qemu instrument)/fdinfo/*`;
