/**
 * Runs two sections of a whole check, the designs of the assigned device and its paths, in a thread of their own (`beside-thread.ts`), beside those about the function. What
 * the thread prints is printed here in its turn: nothing is taken from it until the other sections are through, so the output is the
 * same as that of one thread.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ManifestEntry } from '../../checker/decide/manifest.ts';
import { holdOutput, type Progress, print, printRaw, startProgress, tell } from '../report.ts';
import type { Budget, Budgets } from './budget.ts';
import { checkAssigned, checkAssignedMutants, checkObjections } from './assigned.ts';
import { checkAssignedDevice } from './assigned-device.ts';
import { checkAssignedPaths } from './assigned-paths.ts';
import type { Only, Section } from './only.ts';
import type { CheckSection } from './part.ts';

/** What the thread is told. */
export interface Order {
  readonly isFull: boolean;
  readonly budgets: Budgets;
  readonly manifest: readonly ManifestEntry[];
}

/** What the thread says: what it prints, how far it is, and what its sections come to. */
export type Message =
  | { readonly of: 'print' | 'printRaw' | 'tell'; readonly text: string }
  | { readonly of: 'begin'; readonly what: string; readonly total: number }
  | { readonly of: 'advance'; readonly done: number }
  | { readonly of: 'end' }
  | { readonly of: 'kept'; readonly section: DeviceSection }
  | { readonly of: 'sections'; readonly sections: Readonly<Partial<Record<DeviceSection, CheckSection>>> };

/** The sections about the assigned device, in their order. */
export const DEVICE_SECTIONS = ['designs', 'mutants', 'objections', 'device-paths', 'device'] as const;
export type DeviceSection = (typeof DEVICE_SECTIONS)[number];
/** Those that the first thread does when it is through with its own: then both end at about the same time. */
export const KEPT: readonly DeviceSection[] = ['mutants', 'objections', 'device'];

/** What each of them does. */
export type DeviceWork = Readonly<Record<DeviceSection, () => CheckSection>>;
/** Ends what runs beside. */
export type EndBeside = (work: DeviceWork) => Promise<readonly CheckSection[]>;

/** Says what each of them does. */
export function deviceWork(
  isFull: boolean,
  budget: Budget,
  only: Only,
  manifest: readonly ManifestEntry[],
): DeviceWork {
  return {
    designs: () => checkAssigned(isFull, budget, only, manifest),
    mutants: () => checkAssignedMutants(budget),
    objections: () => checkObjections(budget),
    'device-paths': () => checkAssignedPaths(isFull, budget, only),
    device: () => checkAssignedDevice(isFull, budget, only),
  };
}

/** Whether a section is about the assigned device. */
export const isOfDevice = (section: Section): section is DeviceSection =>
  DEVICE_SECTIONS.some((each) => each === section);

/** Whether there is a second processor to run them on. From the sources there is no thread: what reads TypeScript for the first one does not for others. */
export const canRunBeside = (): boolean => availableParallelism() > 1 && import.meta.url.endsWith('.js');

/**
 * Begins to run them beside what this thread does. Nothing of it is printed before this thread waits for what comes of it.
 * @returns What ends it: does the kept ones here, and comes to what all of them come to, in their order; rejected where the thread has failed.
 */
export function runBeside(isFull: boolean, budgets: Budgets, manifest: readonly ManifestEntry[]): EndBeside {
  const order: Order = { isFull, budgets, manifest };
  const worker = new Worker(new URL('./beside-thread.js', import.meta.url), { workerData: order });
  return (work) => {
    const kept = new Map(KEPT.map((section) => [section, holdOutput(work[section])]));
    let progress: Progress | undefined;
    return new Promise((resolve, reject) => {
      worker.on('error', reject);
      worker.on('exit', (code) =>
        reject(new Error(`Got the end of a thread with status ${code}; expected its sections.`)),
      );
      worker.on('message', (message: Message) => {
        switch (message.of) {
          case 'print':
            return print(message.text);
          case 'printRaw':
            return printRaw(message.text);
          case 'tell':
            return tell(message.text);
          case 'kept':
            return kept.get(message.section)!.printHeld();
          case 'begin':
            progress = startProgress(message.what, message.total);
            return;
          case 'advance':
            return progress?.advance(message.done);
          case 'end':
            return progress?.end();
          case 'sections':
            return resolve(DEVICE_SECTIONS.map((section) => kept.get(section)?.value ?? message.sections[section]!));
        }
      });
    });
  };
}
