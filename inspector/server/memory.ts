/**
 * What the relay remembers of each actor, within bounds: the message with its definition, and where it was last. When there is too
 * much, it forgets first what is of the least use to a page that comes late, and a root with living children last of all.
 */

/** The most actors that are remembered. */
export const ACTORS_KEPT = 2_000;
/** The most bytes that are remembered of the actors of one program, and of all. */
export const PROGRAM_BYTES = 1 << 25;
export const KEPT_BYTES = 1 << 26;

/** What is remembered of an actor. */
export interface Remembered {
  readonly key: string;
  /** The number of the program that it lives in. */
  readonly program: number;
  readonly parent?: string;
  /** The message that told of the actor, with its definition. */
  actor?: Buffer;
  snapshot?: Buffer;
  /** Whether it has not ended, as far as its last snapshot says. */
  isLiving: boolean;
}

/** The actors that are remembered, by key. */
export class Memory {
  private readonly actors = new Map<string, Remembered>();
  private readonly bytesOf = new Map<number, number>();
  private readonly gone = new Set<number>();
  private total = 0;

  /** The bytes of all messages that are remembered. */
  get bytes(): number {
    return this.total;
  }

  get keys(): readonly string[] {
    return [...this.actors.keys()];
  }

  get(key: string): Remembered | undefined {
    return this.actors.get(key);
  }

  /** Whether anything is remembered of a program. */
  knows(program: number): boolean {
    return this.bytesOf.has(program);
  }

  /** Remembers that there is an actor. What was known of one with its key is forgotten: that one was another. */
  begin(remembered: Omit<Remembered, 'actor' | 'snapshot'>, message: Buffer): void {
    this.forget(remembered.key);
    this.actors.set(remembered.key, { ...remembered, actor: message });
    this.grow(remembered.program, message.length);
    this.shrink(remembered.program);
  }

  /** Remembers where an actor is. */
  move(key: string, program: number, message: Buffer, isLiving: boolean): void {
    let known = this.actors.get(key);
    if (known === undefined) this.actors.set(key, (known = { key, program, isLiving }));
    this.grow(program, message.length - (known.snapshot?.length ?? 0));
    known.snapshot = message;
    known.isLiving = isLiving;
    this.shrink(program);
  }

  /** Remembers that a program has gone. Its actors are the first to be forgotten. */
  leave(program: number): void {
    if (this.knows(program)) this.gone.add(program);
  }

  private grow(program: number, bytes: number): void {
    this.total += bytes;
    this.bytesOf.set(program, (this.bytesOf.get(program) ?? 0) + bytes);
  }

  private forget(key: string): void {
    const known = this.actors.get(key);
    if (known === undefined) return;
    this.actors.delete(key);
    this.grow(known.program, -((known.actor?.length ?? 0) + (known.snapshot?.length ?? 0)));
    if (this.bytesOf.get(known.program) !== 0) return;
    this.bytesOf.delete(known.program);
    this.gone.delete(known.program);
  }

  private shrink(program: number): void {
    while ((this.bytesOf.get(program) ?? 0) > PROGRAM_BYTES) this.forget(this.leastOf(program)!);
    while (this.total > KEPT_BYTES || this.actors.size > ACTORS_KEPT) this.forget(this.leastOf()!);
  }

  /** The actor that is missed least: of those alike, the one that was heard of first. */
  private leastOf(program?: number): string | undefined {
    const parents = new Set<string>();
    for (const { parent, isLiving } of this.actors.values()) if (parent !== undefined && isLiving) parents.add(parent);
    let least: { readonly key: string; readonly rank: number } | undefined;
    for (const each of this.actors.values()) {
      if (program !== undefined && each.program !== program) continue;
      const rank = this.rankOf(each, parents);
      if (least === undefined || rank < least.rank) least = { key: each.key, rank };
      if (rank === 0) break;
    }
    return least?.key;
  }

  private rankOf({ key, program, parent, isLiving }: Remembered, parents: ReadonlySet<string>): number {
    if (this.gone.has(program)) return 0;
    if (parents.has(key)) return parent === undefined ? 5 : 4;
    if (!isLiving) return 1;
    return parent === undefined ? 3 : 2;
  }
}
