/** Findings that break the same rule first by the same kind of access are one cause, in whatever order they were found. */
import { expect, test } from 'vitest';
import { causesOf, type Finding } from '../../../conformance/judge/findings.ts';

const finding = (rule: string, field: string, situation: string, length: number, access = 'control/2'): Finding => {
  const [before, after] = situation.split('>') as [Finding['before'], Finding['after']];
  return {
    ...{ signature: `${field}|${access.split('/')[0]}||${situation}`, rules: [rule], access, before, after },
    ...{ otherAccesses: [], aliases: [], differences: [], count: 1, scene: 'one vector', strategy: '' },
    trace: Array.from({ length }, () => 'signal.0'),
  };
};
const told = (findings: readonly Finding[]): string[] =>
  causesOf(findings).map(({ rule, access, findings: each }) => `${rule} by ${access}: ${each.length}`);

test('one that shares its edge with another rule joins those of its own', () => {
  // The third has the edge of the first, and is told before it; the second breaks the same rule by another edge.
  const found = [
    finding('MSIX-PEND-2', 'send-', 'off>open', 3),
    finding('MSIX-MASK-2', 'send+', 'function mask>masked', 4),
    finding('MSIX-MASK-2', 'send+', 'off>open', 4),
  ];
  expect(told(found)).toEqual(['MSIX-MASK-2 by control: 3']);
});

test('forms of two widths are two causes, and so are two rules', () => {
  const found = [
    finding('MSIX-CAP-8', 'enable01', 'off>off', 1, 'control/1'),
    finding('MSIX-CAP-8', 'enable01', 'off>off', 2, 'control/4'),
    finding('MSIX-TABLE-3', 'mask01', 'off>off', 2, 'mask/4'),
  ];
  expect(told(found)).toEqual(['MSIX-CAP-8 by control: 1', 'MSIX-CAP-8 by control: 1', 'MSIX-TABLE-3 by mask: 1']);
});

test('what a part of a trace shows is one cause with that, though another access is to blame there', () => {
  const simple: Finding = {
    ...finding('MSIX-MSG-1', 'send~', 'off>open', 3),
    culprit: { access: 'unmask/4', before: 'off', after: 'off' },
  };
  const longer = finding('MSIX-MSG-1', 'send~', 'function mask>open', 4);
  expect(told([simple, longer])).toEqual(['MSIX-MSG-1 by unmask: 1', 'MSIX-MSG-1 by control: 1']);
  expect(told([simple, { ...longer, reducesTo: simple.signature }])).toEqual(['MSIX-MSG-1 by unmask: 2']);
});
