/**
 * Rules, where something cites them: each is named, and opens.
 */
import type { JSX } from 'preact';
import { citedRules, ruleById } from '../../spec/index.ts';

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
  const { title, source, text, choice } = ruleById(id);
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
