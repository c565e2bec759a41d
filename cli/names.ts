/**
 * What options may be, so that the command line can list it without what does the work.
 */
import { MACHINE_NAMES, type MachineName } from '../properties/names.ts';

/** The machines that are exported: those that are explored, and the one that the assigned device is held to refine. */
export const EXPORT_NAMES = [...MACHINE_NAMES, 'interval'] as const;
export type ExportName = MachineName | 'interval';

/** The texts that a machine is printed as. */
export const EXPORT_FORMATS = ['typescript', 'promela', 'tla', 'tla-config', 'dot'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The forms in which a trace is printed. */
export const TRACE_FORMS = ['text', 'sequence', 'mermaid', 'itf', 'json', 'link'] as const;
export type TraceForm = (typeof TRACE_FORMS)[number];
