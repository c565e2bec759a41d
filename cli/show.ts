/**
 * `maskbit show`: a trace, from a file or from a link, made again by its machine and printed in one of several forms.
 */
import { existsSync } from 'node:fs';
import { printItf } from '../checker/export/itf.ts';
import { printSequence } from '../checker/export/sequence.ts';
import { printMermaid } from '../checker/export/mermaid.ts';
import { LINK_CHARACTERS, packTrace, printTrace, readTrace } from '../checker/trace/codec.ts';
import { readTraceLink, writeTraceLink } from '../checker/trace/link.ts';
import { tellTrace } from '../checker/trace/text.ts';
import { reduceTrace, replayTrace, type Trace, TraceError, type TraceSubject } from '../checker/trace/trace.ts';
import { castOf } from '../properties/cast.ts';
import { subjectByName } from '../properties/subject.ts';
import { readText } from './input.ts';
import type { TraceForm } from './names.ts';
import { EXIT, type Exit, print, printRaw, shellWord } from './output.ts';

/**
 * Prints a trace.
 * @param source A packed trace, a link to one, or the path of a file with one, packed or whole.
 * @param page The address of a page, for a link to it.
 * @throws {TraceError} when there is none, or one that its machine does not make any more.
 */
export function show(source: string, form: TraceForm, page?: string): Exit {
  const recorded = readTrace(readSource(source));
  const subject = subjectByName(recorded.machine, recorded.instance);
  const text = printAs(form, subject, replayTrace(subject, recorded), source, page);
  if (form === 'text') print(text.trimEnd());
  else printRaw(text);
  return EXIT.holds;
}

function readSource(source: string): string {
  const isFile = existsSync(source);
  const text = isFile ? readText(source, 'a trace') : source;
  const link = /^\s*[{[]/.test(text) ? undefined : readTraceLink(text);
  if (link !== undefined) return link.packed;
  if (isFile) return text;
  throw new TraceError(`Got ${source}; expected the path of a file that exists, a link to a trace, or a packed trace.`);
}

function printAs(form: TraceForm, subject: TraceSubject, trace: Trace, source: string, page?: string): string {
  const packed = packTrace(reduceTrace(subject, trace));
  const fits = packed.length <= LINK_CHARACTERS;
  switch (form) {
    case 'text':
      return tellTrace(trace, `maskbit show ${fits ? packed : shellWord(source)}`);
    case 'sequence':
      return printSequence(trace, castOf(trace.machine));
    case 'mermaid':
      return printMermaid(trace, castOf(trace.machine));
    case 'itf':
      return printItf(trace);
    case 'json':
      return printTrace(trace);
    case 'link':
      if (fits) return `${writeTraceLink({ packed, step: undefined }, page)}\n`;
      throw new TraceError(
        `Got a trace with ${packed.length} characters when packed; expected at most ${LINK_CHARACTERS}, as a link has. ` +
          'The form json makes a file of it.',
      );
  }
}
