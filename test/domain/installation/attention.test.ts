import { expect, test } from 'vitest';
import { getSourceKnowledge } from '../../../src/domain/general-knowledge/source-knowledge.ts';
import { findAttentions } from '../../../src/domain/installation/attention.ts';
import { describeAttention } from '../../../src/report/messages/installation/attentions.ts';

const FACTS = {
  schedule: { kind: 'process', command: 'cred-watch poll' },
  host: { isCronRunning: true },
  hasPoller: false,
  others: [],
  source: 'imds',
  every: 3600,
  measuredInterval: null,
  knowledge: getSourceKnowledge({ source: 'imds' }),
  validity: 21_600,
} as const;

test.each([
  ['the usual interval of the environment', {}, 'GENERAL', 3600],
  ['a validity that is shorter than the usual interval', { validity: 1200 }, 'VALIDITY', 1200],
  ['measured rotations', { validity: 1200, measuredInterval: 900 }, 'MEASURED', 900],
])('an interval is too long for %s', (_, changes, code, within) => {
  const [attention] = findAttentions({ ...FACTS, ...changes });
  expect(attention).toMatchObject({ code: 'INTERVAL_TOO_LONG', basis: { code, within } });
});

test('a poller that goes on beside the schedule is named with its interval', () => {
  const other = { place: { kind: 'process', pid: 7 }, interval: 15 } as const;
  expect(findAttentions({ ...FACTS, every: 300, others: [other] })).toEqual([
    { code: 'OTHER_POLLER', ...other },
  ]);
});

test.each([
  ['process', 40, true],
  ['cron', 40, false],
  ['cron', 3600, true],
] as const)(
  'whether %s can poll often enough for rotations every %d s: %s',
  (kind, measuredInterval, canSchedule) => {
    const schedule = { ...FACTS.schedule, kind } as (typeof FACTS)['schedule'];
    const [attention] = findAttentions({ ...FACTS, schedule, measuredInterval });
    expect(attention).toMatchObject({ code: 'INTERVAL_TOO_LONG', canSchedule });
    if (attention !== undefined)
      expect(describeAttention(attention).includes('; use --schedule process --every ')).toBe(!canSchedule);
  },
);
