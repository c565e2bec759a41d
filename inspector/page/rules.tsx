/**
 * Rules, where something cites them: each is named, and opens.
 */
import type { JSX } from 'preact';
import { signal } from '@preact/signals';
import type { Rule } from '../../spec/index.ts';

/** Finds a rule by its id; the rules are fetched when the first is asked for. */
const findRule = signal<((id: string) => Rule) | undefined>(undefined);
let areAsked = false;
function ruleOf(id: string): Rule | undefined {
  if (!areAsked) {
    areAsked = true;
    void import('../../spec/index.ts').then(({ ruleById }) => (findRule.value = ruleById));
  }
  return findRule.value?.(id);
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
