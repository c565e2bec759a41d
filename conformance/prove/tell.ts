/**
 * A proof in words: what precisely was proven, of what, and what it rests on.
 */
import { hex } from '../device/hexadecimal.ts';
import { count, toldLearnt } from '../judge/report/text.ts';
import type { Proof, Walked } from './prove.ts';
import { ALL_VECTORS } from './scenes.ts';
import { tellGrowths, tellSpare } from './growth.ts';

/** What was proven. */
export interface ProvenCode {
  /** `dut.wasm, 4,410 bytes, sha256 0123...` */
  readonly told: string;
}

/** The lines of a proof. */
export function proofLines(proof: Proof, code: ProvenCode): string[] {
  const { walks, report } = proof;
  const counts = [...new Set(walks.map(({ scene }) => scene.vectorCount))];
  const steps = walks.reduce((sum, walk) => sum + walk.steps, 0);
  const seconds = (report.milliseconds / 1000).toFixed(1);
  return [
    verdictLine(proof, counts, steps, seconds),
    `  of this code: ${code.told}, over the stubs that it was built with`,
    `  under the profile ${report.profile.name}${assumptionsOf(proof)}${toldLearnt(report)}`,
    ...(isLearntAgainst(proof)
      ? ['  Read these choices below: one that you did not mean is a bug, which --profile strict finds']
      : []),
    '',
    ...walks.flatMap((walk) => walkLines(walk, proof)),
    ...restLines(proof),
    ...assumptionLines(proof),
  ];
}

const isLearntAgainst = ({ report }: Proof): boolean => toldLearnt(report).startsWith(';');

function verdictLine(
  { verdict, report, walks, scenes }: Proof,
  counts: readonly number[],
  steps: number,
  seconds: string,
): string {
  const bound = boundOf(counts);
  if (verdict === 'proven')
    return `proven: ${report.device} breaks no rule, in any sequence of these accesses and events, of any length, with ${bound} (${count(steps)} steps in ${seconds} s)`;
  if (verdict === 'violated')
    return `violated: ${report.device} breaks rules in ${report.causes.length} way${report.causes.length === 1 ? '' : 's'}, with ${bound} (${count(steps)} steps in ${seconds} s)`;
  const ended = walks.filter(({ isComplete }) => isComplete).length;
  const wanted = scenes.filter(({ isSmall }) => isSmall).length;
  return `open: ${report.device} broke no rule so far, and ${ended} of ${wanted} walks came to their end (${count(steps)} steps in ${seconds} s)`;
}

/** The numbers of vectors; of more than a few, only one or two are acted upon. */
function boundOf(counts: readonly number[]): string {
  const whole = counts.filter((each) => each <= ALL_VECTORS);
  const sparse = counts.filter((each) => each > ALL_VECTORS);
  return [
    ...(whole.length === 0 ? [] : [`${whole.join(', ')} vector${whole.join() === '1' ? '' : 's'}`]),
    ...(sparse.length === 0 ? [] : [`one or two vectors of ${sparse.join(' and of ')}, while the others rest`]),
  ].join(', and ');
}

function assumptionsOf({ report }: Proof): string {
  const { programmed, quietWhileOpen, quietWhileDisabled } = report.profile.assumptions;
  const told = [
    ...(programmed === true ? ['write an entry before they open it'] : []),
    ...(quietWhileOpen === true ? ['change no entry that is not masked'] : []),
    ...(quietWhileDisabled === true ? ['have no events while MSI-X is disabled'] : []),
  ];
  return told.length === 0 ? '' : `, of guests that ${told.join(', ')}`;
}

function walkLines(
  { scene, actions, pairs, states, steps, milliseconds, isComplete, growths }: Walked,
  { report }: Proof,
): string[] {
  const rate = milliseconds > 0 ? `, ${count(Math.round((1000 * steps) / milliseconds))} a second` : '';
  const told =
    growths === undefined || (isComplete && states <= growths.classes)
      ? []
      : isComplete
        ? tellSpare(growths)
        : tellGrowths(growths);
  const found = report.causes.length > 0 && growths === undefined ? '' : ` (${count(states)} states of the device)`;
  return [
    `${isComplete ? 'walked' : 'NOT to its end'}: ${scene.name}: ${count(pairs)} pairs${found}, ${count(steps)} steps by ${actions} actions in ${(milliseconds / 1000).toFixed(2)} s${rate}`,
    ...told.map((line) => `    ${line}`),
  ];
}

function restLines({ report }: Proof): string[] {
  const walks = report.outcomes.filter(({ strategy }) => strategy !== 'walk of pairs');
  return walks.map(
    ({ strategy, scene, covered, steps }) =>
      `sampled, not proven: ${strategy}, ${scene}: ${covered}, ${count(steps)} steps`,
  );
}

function assumptionLines({ walks, leftOut, withdrawn }: Proof): string[] {
  if (leftOut.length === 0) return [];
  return leftOut.map(({ name, address, length }) => {
    const own = walks.flatMap(({ assumed }) =>
      assumed.filter(({ region }) => region.address === address && region.length === length),
    );
    const tested = own.reduce((sum, each) => sum + each.tested, 0);
    const shown = withdrawn.find(({ region }) => region.address === address && region.length === length);
    const where = `${name} (${count(length)} bytes at ${hex(address)})`;
    if (shown !== undefined)
      return `WITHDRAWN: ${where} does matter${shown.together === undefined ? '' : `, with ${shown.together.filter((each) => each !== name).join(', ')}`}: ${shown.shown?.join(', ')} differ by what is in it, so nothing is proven that rests on it`;
    if (own.some(({ isTested }) => !isTested) && tested === 0)
      return `NOT tested: that ${where} never matters; there was no time for it, or it is more than can be tested`;
    if (own.some(({ isTested }) => !isTested))
      return `NOT tested enough: that ${where} never matters was tested ${count(tested)} times with other contents, and then the time was over`;
    return `assuming that ${where} never matters: tested ${count(tested)} times with other contents`;
  });
}
