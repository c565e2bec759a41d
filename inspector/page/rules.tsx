/**
 * Rules, where something cites them: each is named, and opens.
 */
import type { JSX } from 'preact';
import { type Signal, signal } from '@preact/signals';
import type { Rule } from '../../spec/rule.ts';

type Rules = readonly Rule[];
/** The rules of each area, by what its ids begin with; an area is fetched when one of its rules is first asked for. */
const AREAS: Readonly<Record<string, () => Promise<Rules>>> = {
  ACCESS: async () => (await import('../../spec/access.ts')).ACCESS_RULES,
  ASSIGN: async () => (await import('../../spec/assigned.ts')).ASSIGNED_RULES,
  CALL: async () => (await import('../../spec/calls.ts')).CALL_RULES,
  CAP: async () => (await import('../../spec/capability.ts')).CAPABILITY_RULES,
  ENABLE: async () => (await import('../../spec/enable.ts')).ENABLE_RULES,
  MASK: async () => (await import('../../spec/mask.ts')).MASK_RULES,
  MSG: async () => (await import('../../spec/message.ts')).MESSAGE_RULES,
  NOTIFY: async () => (await import('../../spec/notify.ts')).NOTIFY_RULES,
  OWN: async () => (await import('../../spec/ownership.ts')).OWNERSHIP_RULES,
  PBA: async () => (await import('../../spec/pba.ts')).PBA_RULES,
  PEND: async () => (await import('../../spec/pending.ts')).PENDING_RULES,
  POSTED: async () => (await import('../../spec/posted.ts')).POSTED_RULES,
  RESET: async () => (await import('../../spec/reset.ts')).RESET_RULES,
  SAVE: async () => (await import('../../spec/save.ts')).SAVE_RULES,
  TABLE: async () => (await import('../../spec/table.ts')).TABLE_RULES,
};

/** The area of a rule, by its id. */
const areaOf = (id: string): string | undefined => /^MSIX-([A-Z]+)-/.exec(id)?.[1];

/** Fetches a rule by its id; undefined when there is none. */
export async function fetchRule(id: string): Promise<Rule | undefined> {
  const rules = await AREAS[areaOf(id) ?? '']?.();
  return rules?.find((rule) => rule.id === id);
}

/** The rules that were asked for, each as soon as it is there. */
const asked = new Map<string, Signal<Rule | undefined>>();
function ruleOf(id: string): Rule | undefined {
  const known = asked.get(id) ?? signal<Rule | undefined>(undefined);
  if (!asked.has(id)) {
    asked.set(id, known);
    void fetchRule(id).then((rule) => (known.value = rule));
  }
  return known.value;
}

/** The rules that a text cites in brackets. */
const citedRules = (text: string): string[] => Array.from(text.matchAll(/\[(MSIX[^\]]*)\]/g), ([, id]) => id);

/** A text that cites rules in brackets, each of which opens. */
export function Cited({ text, inline = false }: { text: string; inline?: boolean }): JSX.Element {
  const rules = citedRules(text);
  const plain = text.replaceAll(/\s*\[MSIX[^\]]*\]/g, '');
  return (
    <>
      {inline ? <span>{plain}</span> : <p>{plain}</p>}
      {rules.map((id) => (
        <RuleText key={id} id={id} />
      ))}
    </>
  );
}

/** A rule by its id: its title, and on demand its whole text. */
export function RuleText({ id }: { id: string }): JSX.Element {
  const rule = ruleOf(id);
  if (rule === undefined) return <p class="rule rule-id">{id}</p>;
  const { title, source, text, choice } = rule;
  return (
    <details class="rule">
      <summary>
        <span class="rule-id">{id}</span> {title}
      </summary>
      <p>{text}</p>
      {choice !== undefined && (
        <p>
          Our choice: {choice.ours} {choice.because}
        </p>
      )}
      <p class="source">{source}</p>
    </details>
  );
}
