import { expect, test } from 'vitest';
import { renderFleetNagiosLine } from '../../../src/report/fleet/nagios-line.ts';
import {
  failing,
  HOSTILE_NAMES,
  HOUR,
  hourly,
  identity,
  job,
  NOW,
} from '../../support/report/assessments.ts';
import { judgeFleet } from '../../support/report/fleets.ts';
import { parseNagiosLine } from '../../support/report/nagios-line.ts';

const web = (number: number) => hourly(identity({ host: `web-${number}` }));
const short = hourly(identity({ host: 'db-1' }), { lifetimes: [2 * HOUR, 2 * HOUR, 2 * HOUR] });
const silent = failing(identity({ host: 'db-2', apiVersion: '', role: '' }));

const line = (...args: Parameters<typeof judgeFleet>) =>
  parseNagiosLine(renderFleetNagiosLine(judgeFleet(...args)));

test.each([
  ['all hosts are safe', [web(1), web(2)], [job(HOUR)], 'OK'],
  ['one host is not safe', [web(1), short], [job(3 * HOUR)], 'CRITICAL'],
  ['one host has no samples', [web(1), silent], [job(HOUR)], 'UNKNOWN'],
  ['the second job is not safe', [web(1)], [job(HOUR), job(9 * HOUR)], 'CRITICAL'],
  ['no job is given', [web(1), short], [], 'OK'],
] as const)('if %s, the state is %s', (_, histories, jobs, state) => {
  expect(line(histories, { jobs }).state).toBe(state);
});

test('the line names the worst host and counts silent hosts', () => {
  const { text, data } = line([web(1), short, silent], { jobs: [job(3 * HOUR)] });
  expect(text).toMatch(
    / is safe on 1 of 3 hosts .*; worst host db-1: 2h 05m short; 1 silent host; polls fail on 1 host: db-2 \(timeout\)$/,
  );
  expect(data).toMatchObject({ failing: { value: 1 } });
  expect(data).toMatchObject({ silent: { value: 1 }, not_safe: { value: 1 }, unknown: { value: 1 } });
});

test('the line states no spare of an unknown host', () => {
  const { text } = line([web(1)], { jobs: [job(3 * HOUR)], confidence: 0.95 });
  expect(text).toMatch(/; worst case 5h on host web-1$/);
});

test('the worst host, its shortfall and the worst case are those of one host', () => {
  const never = hourly(identity({ host: 'db-8' }), { lifetimes: [3 * HOUR] });
  const sometimes = hourly(identity({ host: 'db-9' }), { lifetimes: [6 * HOUR, 2 * HOUR, 6 * HOUR] });
  const jobs = [job(4 * HOUR)];
  const fleet = judgeFleet([never, sometimes], { jobs });
  expect(fleet.hosts.map(({ host, verdict }) => [host, verdict])).toEqual([
    ['db-9', 'sometimes'],
    ['db-8', 'never'],
  ]);
  const { text, data } = line([never, sometimes], { jobs });
  const [worst] = fleet.hosts;
  expect(text).toContain('worst host db-9: 3h 05m short');
  expect(data.worst_case?.value).toBe(worst?.worstCase);
});

test('without a job, the line has the smallest worst case', () => {
  const { text, data } = line([web(1), short]);
  expect(text).toBe('hosts: 2 with 2 series; worst case 1h on host db-1');
  expect(data.worst_case).toEqual({ value: HOUR, unit: 's' });
});

test('a worst host without samples is named', () => {
  expect(line([silent], { jobs: [job(HOUR)] }).text).toContain('worst host db-2: no samples');
});

test.each(Object.entries(HOSTILE_NAMES))('a host with the name %s stays in the line', (_, name) => {
  const named = job(null, { name });
  const { state } = line([hourly(identity({ host: name, role: name }))], { jobs: [named, job(9 * HOUR)] });
  expect(state).toBe('CRITICAL');
});

test('a safe host with failing polls is OK, as in its own status, and is named', () => {
  const failed = (number: number, reason: 'timeout' | 'throttled') => ({
    ...web(number),
    failedPolls: [{ reason, count: 3, firstAt: NOW - 9000, lastAt: NOW, lastDetail: '' }],
  });
  const { state, text, data } = line(
    [failed(1, 'throttled'), failed(2, 'timeout'), failed(3, 'timeout'), failed(4, 'timeout'), web(5)],
    { jobs: [job(HOUR)] },
  );
  expect(state).toBe('OK');
  expect(text).toMatch(
    /; polls fail on 4 hosts: web-1 \(throttled\), web-2 \(timeout\), web-3 \(timeout\) and 1 more$/,
  );
  expect(data).toMatchObject({ failing: { value: 4 }, safe: { value: 5 } });
});
