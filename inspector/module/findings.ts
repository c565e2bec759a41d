/**
 * What the judge finds in a module, as runs of the machine: the accesses of a trace become its events, and how each was accessed goes along, so that a
 * fault of one width shows.
 */
import type { Ability } from '../../conformance/device/device.ts';
import { subjectOf } from '../../conformance/judge/subject.ts';
import type { WasmDevice } from '../../conformance/device/wasm.ts';
import type { Finding } from '../../conformance/judge/findings.ts';
import { actionsByName, alphabetOf, type Scene } from '../../conformance/judge/scenes.ts';
import { prove, proofLines } from '../../conformance/prove/index.ts';
import { PARTED } from '../../machines/permitted/index.ts';
import { instanceByName } from '../../properties/subject.ts';
import type { ModuleFinding, ModuleVerdict, Played } from './messages.ts';

/** The numbers of vectors that a page shows. */
export const SHOWN_COUNTS: readonly number[] = [1, 2];
/** So many findings are listed. */
const LISTED = 12;

/** Proves a module, or finds what is wrong with it. */
export async function judgeModule(
  create: (options: { vectorCount: number }) => WasmDevice,
  seconds: number,
  onProgress: (text: string) => void,
): Promise<ModuleVerdict> {
  const { abilities } = subjectOf(create, SHOWN_COUNTS);
  const proof = await prove(create, {
    learn: true,
    vectorCounts: SHOWN_COUNTS,
    seconds,
    tests: 200,
    explains: false,
    sampling: 0,
    onProgress,
  });
  const findings = proof.report.causes
    .flatMap((cause) => cause.findings)
    .slice(0, LISTED)
    .map((finding): ModuleFinding => {
      const scene = proof.scenes.find(({ name }) => name === finding.scene);
      const { rules, differences, trace } = finding;
      const run =
        scene === undefined ? 'It was found outside of the scenes of a proof.' : playedOf(finding, scene, abilities);
      return { rules, sentence: differences[0] ?? '', trace, run };
    });
  const { verdict } = proof;
  const [sentence] = proofLines(proof, { told: '' });
  return { verdict, sentence, choices: proof.report.profile.choices, findings };
}

/** The run that a finding is; or why the machine on the page has none. */
export function playedOf(
  { trace }: Pick<Finding, 'trace'>,
  scene: Scene,
  abilities: ReadonlySet<Ability>,
): Played | string {
  const messages = messagesOf(scene, trace);
  if (messages === undefined)
    return 'It takes more parts of messages than the machine of the page has; maskbit prove replays it.';
  const bounds = { vectors: scene.vectorCount, messages };
  const known = new Set(instanceByName('function', bounds).events);
  const actions = actionsByName(scene, alphabetOf(scene, abilities));
  const events: string[] = [];
  const script: string[][] = [[]];
  let waiting: string[] = [];
  const step = (event: string | undefined, vector: number, names: readonly string[]): boolean => {
    const own = event === undefined ? undefined : ofVector(event, vector);
    if (own === undefined || !known.has(own)) return false;
    events.push(own);
    script.push([...names]);
    return true;
  };
  for (const name of trace) {
    const action = actions.get(name);
    if (action === undefined)
      return `It has the access ${name}, which the page does not know; maskbit prove replays it.`;
    if (action.prelude !== undefined && step(action.prelude, action.vector, waiting)) waiting = [];
    // Reads, and accesses whose meaning the standard leaves open, are no events: they come before the next one.
    if (step(plainOf(action.event), action.vector, [...waiting, name])) waiting = [];
    else waiting.push(name);
  }
  script[script.length - 1].push(...waiting);
  return { bounds, events, script };
}

/** The event that means the same, of one whose reserved bits are set. */
const plainOf = (event: string | undefined): string | undefined =>
  event?.replace(/^guest\.(un)?maskOnes/, (text) => text.replace('Ones', ''));

/** Events of actions are those of vector 0. */
function ofVector(event: string, vector: number): string {
  if (vector < 0) return event;
  const parts = event.split('.');
  parts[2] = String(vector);
  return parts.join('.');
}

function messagesOf({ messages }: Scene, trace: readonly string[]): string | undefined {
  if (messages === PARTED) return trace.some((name) => /\.(address|data)2\//.test(name)) ? undefined : 'halves';
  const values = messages.values.join(' ');
  return { 'zero A': 'two', 'zero A B': 'three' }[values] ?? values;
}
