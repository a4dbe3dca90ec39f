import { expect, test } from 'vitest';
import { findAttentions } from '../../../src/domain/installation/attention.ts';
import { describeAttention } from '../../../src/report/messages/installation/attentions.ts';
import { createHost, createPoll } from '../../support/installation/poll-command.ts';

const measured = (within: number) => ({ code: 'MEASURED', within }) as const;

const FACTS = {
  schedule: { kind: 'process' },
  host: createHost(),
  poll: createPoll(),
  checkout: null,
  hasPoller: false,
  others: [],
  every: 300,
  basis: measured(3600),
} as const;

test('a poller that goes on beside the schedule is named with its interval', () => {
  const other = { place: { kind: 'process', pid: 7 }, interval: 15 } as const;
  expect(findAttentions({ ...FACTS, others: [other] })).toEqual([{ code: 'OTHER_POLLER', ...other }]);
});

test.each([
  ['half of the rotation interval', 300, 600, false],
  ['more than half of the rotation interval', 301, 600, true],
] as const)('a poll after %s can miss rotations: %d s', (_, every, within, isTooLong) => {
  const attentions = findAttentions({ ...FACTS, every, basis: measured(within) });
  expect(attentions.map(({ code }) => code)).toEqual(isTooLong ? ['INTERVAL_TOO_LONG'] : []);
});

test.each([
  ['cron', false, ['CHECKOUT']],
  ['systemd', false, ['CHECKOUT']],
  ['cron', true, []],
  ['process', false, []],
  ['sidecar', false, []],
] as const)('%s with a program in a checkout, and another poller: %j', (kind, hasPoller, codes) => {
  const attentions = findAttentions({ ...FACTS, schedule: { kind }, hasPoller, checkout: '/srv/cred-watch' });
  expect(attentions.map(({ code }) => code)).toEqual(codes);
});

test('a source that does not rotate can be polled at any interval', () => {
  expect(findAttentions({ ...FACTS, every: 86_400, basis: null })).toEqual([]);
});

test.each([
  ['process', 300, {}, null, 'a poll every 5m can miss rotations: ', '; use --every 10s'],
  ['systemd', 300, {}, null, 'a poll every 5m can miss rotations: ', '; use --every 10s'],
  [
    'cron',
    300,
    {},
    'process',
    'a poll every 5m can miss rotations: ',
    '; use --schedule process --every 10s',
  ],
  [
    ...(['cron', 60, {}, 'process'] as const),
    'cron cannot poll more often than every 1m, which can miss rotations: ',
    '; use --schedule process --every 10s',
  ],
  [
    ...(['cron', 60, { hasSystemd: true }, 'systemd'] as const),
    'cron cannot poll more often than every 1m, which can miss rotations: ',
    '; use --schedule systemd --every 10s',
  ],
] as const)(
  '%s every %d s is too rare for rotations every 40 s (%j)',
  (kind, every, machine, other, start, end) => {
    const host = createHost(machine);
    const [attention] = findAttentions({ ...FACTS, schedule: { kind }, host, every, basis: measured(40) });
    expect(attention).toMatchObject({ code: 'INTERVAL_TOO_LONG', kind: other, pollEvery: 10 });
    const text = attention === undefined ? '' : describeAttention(attention);
    expect([text.slice(0, start.length), text.slice(-end.length)]).toEqual([start, end]);
  },
);
