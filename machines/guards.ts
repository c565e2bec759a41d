/**
 * Guards of a machine that is put together from parts. Each part names what it needs; a conjunction of names has a name that
 * reads as one, "open & unmasked.0", so that a chart shows what it asks for.
 */
import { and, not, or } from 'xstate';
import type { Guard } from './region.ts';

const AND = ' & ';

/** Collects the guards of a machine, for `setup`. */
export class GuardRegistry {
  readonly guards: Record<string, Guard> = {};

  /** Gives a guard a name, and returns the name. */
  define(name: string, guard: Guard): string {
    this.guards[name] = guard;
    return name;
  }

  /** The conjunction of the guards named, of which those that are undefined ask for nothing. Undefined when it asks for nothing. */
  all(...names: readonly (string | undefined)[]): string | undefined {
    const parts = [...new Set(names.flatMap((name) => name?.split(AND) ?? []))];
    const name = parts.join(AND);
    if (parts.length > 1) this.guards[name] ??= and(parts);
    return name === '' ? undefined : name;
  }

  /** Gives the negation of a guard a name, and returns the name. */
  opposite(name: string, of: string): string {
    return this.define(name, not(of));
  }

  /** Gives a disjunction a name, and returns the name. */
  any(name: string, of: readonly string[]): string {
    return this.define(name, or(of));
  }
}

/** A way in which something comes about: an event, and what must hold for that event to be it. */
export interface GuardedEvent {
  readonly event: string;
  readonly guard?: string;
}

/** A state as it is written, as far as it is rewritten here. */
interface Written {
  readonly on?: Readonly<Record<string, unknown>>;
  readonly states?: Readonly<Record<string, Written>>;
}

/**
 * Rewrites a region, or any state, so that what it does on an event comes about in other ways: none, one or several. The region says
 * what an access does; the ways say when. Where `guardedEventsOf` knows no ways, an event stays as it is.
 */
export function rewriteEvents<State>(
  state: State,
  guardedEventsOf: (event: string) => readonly GuardedEvent[] | undefined,
  book: GuardRegistry,
): State {
  const { on, states, ...rest } = state as Written;
  const written = Object.entries(on ?? {}).flatMap(([event, transitions]) =>
    (guardedEventsOf(event) ?? [{ event }]).map((way): [string, object[]] => [
      way.event,
      guarded(transitions, way.guard, book),
    ]),
  );
  const rewritten: Record<string, object[]> = {};
  for (const [event, transitions] of written) (rewritten[event] ??= []).push(...transitions);
  return {
    ...rest,
    ...(written.length > 0 ? { on: rewritten } : {}),
    ...(states === undefined
      ? {}
      : {
          states: Object.fromEntries(
            Object.entries(states).map(([key, child]) => [key, rewriteEvents(child, guardedEventsOf, book)]),
          ),
        }),
  } as State;
}

function guarded(transitions: unknown, guard: string | undefined, book: GuardRegistry): object[] {
  const list = Array.isArray(transitions) ? transitions : [transitions];
  return list.map((each) => {
    const transition = typeof each === 'string' ? { target: each } : (each as { guard?: string });
    const both = book.all(guard, 'guard' in transition ? transition.guard : undefined);
    return both === undefined ? transition : { ...transition, guard: both };
  });
}
