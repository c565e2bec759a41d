/**
 * What a replay shows, and what it cannot: the verdict with its reason, and the limits as sentences.
 */
import { ENTRIES_KEPT } from './events.ts';
import type { Replay } from './results.ts';
import { type Senders, TALLIES_KEPT } from './senders.ts';
import type { Signals } from './signals.ts';
import type { Survey } from './survey.ts';

/** Without a message of the function's own nothing has been shown to hold. */
export function verdictOf(
  disagreementCount: number,
  senders: Senders,
  survey: Survey,
): Pick<Replay, 'verdict' | 'reason'> {
  if (disagreementCount > 0) return { verdict: 'violated', reason: undefined };
  if (senders.any) return { verdict: 'holds', reason: undefined };
  const seen = survey.visible.size > 0;
  return {
    verdict: 'n/a',
    reason: seen
      ? 'No message of the function stands in the log, so nothing was sent that could have been compared. What was read agrees.'
      : 'No message stands in the log: with KVM and irqfd none passes through QEMU. What was read agrees; record with ' +
        '-accel tcg, or -accel kvm,kernel-irqchip=off, to see messages.',
  };
}

/** What a run has come to. */
export interface Shown {
  readonly survey: Survey;
  readonly senders: Senders;
  readonly signals: Signals;
  readonly machine: Replay['machine'];
  /** Whether messages were accepted because the guest wrote entries that were in use. */
  readonly rewritten: boolean;
  /** The vector whose message was due at the very end. */
  readonly cutShort: number | undefined;
}

/** What this replay cannot show. */
export function limitsOf({ survey, senders, signals, machine, rewritten, cutShort }: Shown): string[] {
  const when = (holds: boolean, sentence: string): string[] => (holds ? [sentence] : []);
  return [
    ...when(
      !survey.signals || !signals.complete,
      'A signal is inferred from the message that followed it, so a message that is missing does not show.',
    ),
    ...when(
      !senders.knowsOthers,
      'The messages of other devices are not known, so one of them may be a wrong one of ours.',
    ),
    ...when(
      senders.anyUnattributed,
      'Messages are unattributed: entries of the table were them once, no vector could send them then, and nobody else is known to.',
    ),
    ...when(
      survey.byRequester,
      "An ITS tells functions apart by who sends, which is not logged: a message of another function's may have been taken for one of ours.",
    ),
    ...when(
      rewritten,
      'The guest wrote entries that were not masked. What is sent then is left open [MSIX-MSG-1]: the old message and the new one are accepted.',
    ),
    ...when(cutShort !== undefined, `The log ends where a message of vector ${cutShort} was due, so it is not missed.`),
    ...when(survey.late, 'The log begins late: the first read of each register tells what it held.'),
    ...when(survey.cutOff, 'The last line was cut off, and passed over.'),
    ...when(
      survey.damaged !== undefined,
      `Damaged lines were passed over, ${survey.damaged?.count} of them, the first at line ${survey.damaged?.first}: a disagreement after ` +
        'it may come of what they held.',
    ),
    ...when(
      survey.overflowed,
      `The table held more messages than ${ENTRIES_KEPT}; those beyond are taken for other devices'.`,
    ),
    ...when(senders.capped, `More than ${TALLIES_KEPT} different messages; those beyond are not tallied.`),
    ...('notApplicable' in machine ? [machine.notApplicable] : []),
  ];
}
