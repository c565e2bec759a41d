/** Lawful devices in the scene of equal messages: no guest there changes an entry that is open, or opens one that was never written, so none is accused of what another vector has sent. */
import { expect, test } from 'vitest';
import { conform } from '../../../conformance/judge/conform.ts';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';
import { Lawful, lawfulPieces } from '../../../conformance/museum/lawful.ts';

test.each(['message-torn', 'disabledTable-any', 'combination-7', 'combination-17'])(
  '%s is right in the scene of equal messages',
  async (name) => {
    const { choices } = lawfulPieces(20, 3).find((piece) => piece.name === name)!;
    const report = await conform(remoteSubject(remoteOf((options) => new Lawful(options, choices), 2)), {
      profile: { name: 'its own', choices, assumptions: {} },
      ...{ scenes: ['two vectors alike'], strategies: ['all transitions', 'random walks'] },
      ...{ seconds: 20, limits: { sampling: 1000 } },
    });
    expect([...report.causes, ...report.unsettled].map(({ findings }) => findings[0].trace)).toEqual([]);
    expect(report.steps).toBeGreaterThan(3000);
  },
);
