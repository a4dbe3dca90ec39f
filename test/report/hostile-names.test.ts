import { describe, expect, test } from 'vitest';
import { listServedKeys } from '../../src/domain/keys/served-keys.ts';
import { analyseChains } from '../../src/domain/provider-chain/findings/findings.ts';
import { judgeNow } from '../../src/domain/verdict/endpoints/judge-now.ts';
import { judgeWithoutCredentials } from '../../src/domain/verdict/now.ts';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS, type ReportFormat } from '../../src/report/formats.ts';
import { renderNowJson } from '../../src/report/now/json.ts';
import { renderNagiosLine } from '../../src/report/now/nagios-line.ts';
import { renderNowText } from '../../src/report/now/text.ts';
import { formatPollJson, formatPollLine } from '../../src/report/poll-line.ts';
import { renderSourcesJson } from '../../src/report/provider-chain/json.ts';
import { renderSourcesTable } from '../../src/report/provider-chain/table.ts';
import { renderKeyUsersJson } from '../../src/report/serving/key-users-json.ts';
import { renderKeyUsersText } from '../../src/report/serving/key-users-text.ts';
import { UTC_TIMES } from '../../src/report/text/time-format.ts';
import { createFacts, withCredentials } from '../support/domain/facts.ts';
import {
  context,
  HOSTILE_NAMES,
  HOUR,
  hostile,
  identity,
  joinPieces,
  KEY_ID,
  NOW,
} from '../support/report/assessments.ts';

/** In these formats, a tag has no effect. */
const PLAIN_TEXT = new Set<string>(['table', 'json', 'csv', 'github', 'prometheus', 'openmetrics', 'emf']);

/** Characters that control a terminal, reverse or hide text, or end a line in some readers. */
const RAW =
  /[\0-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffff\u{e0000}-\u{e0fff}]|\p{Cs}/u;

const render = async (format: ReportFormat) => {
  const assessment = hostile();
  return joinPieces(REPORT_FORMATS[format].render(assessment, context(assessment)));
};

test.each(REPORT_FORMAT_NAMES)('the format %s escapes line ends and invisible characters', async (format) => {
  const text = await render(format);
  expect(text.split('\n').filter((line) => RAW.test(line))).toEqual([]);
  expect(text).toContain('INJECTED');
  expect(text).not.toMatch(/\n\s*INJECTED/);
});

test.each(REPORT_FORMAT_NAMES)('the format %s contains no key id', async (format) => {
  expect(await render(format)).not.toContain(KEY_ID);
});

test.each(REPORT_FORMAT_NAMES.filter((format) => !PLAIN_TEXT.has(format)))(
  'the format %s shows hostile names as text, not as markup',
  async (format) => {
    // The page has its own script.
    expect(await render(format)).not.toMatch(/<script>\s*alert/i);
  },
);

test('JSON keeps hostile names unchanged', async () => {
  const { series } = JSON.parse(await render('json'));
  const names = series.map(({ host, role }: Record<string, string>) => [host, role]);
  expect(names).toEqual(hostile().series.map(({ analysis: { identity } }) => [identity.host, identity.role]));
});

describe('outputs about one poll or provider', () => {
  const job = { duration: HOUR, margin: 300, name: null };
  const all = Object.values(HOSTILE_NAMES).join('');
  const series = identity({ host: all, role: all });
  const credentials = { accessKeyId: all, lastUpdated: null, expiration: NOW + 1, zoneless: false };
  const failure = {
    reason: 'timeout',
    detail: all,
    misconfiguration: null,
    possibleHopLimit: false,
  } as const;
  const polled = { observedAt: NOW, clockOffset: null, notes: [] };
  const sample = { ...polled, ok: true, credentials, accountId: all } as const;
  const judgements = [
    judgeNow({ identity: series, credentials }, { job, at: NOW, analysis: null }),
    judgeWithoutCredentials({ code: 'POLL_FAILED', ...failure }, series, { job, at: NOW, analysis: null }),
  ];
  const process = { pid: 1, program: all, user: all };
  const names = { host: all, role: all, accessKeyId: all, client: all, address: all, process };
  const counts = { expiration: NOW + 1, firstAt: NOW, lastAt: NOW, count: 1, isOthers: false };
  const servedKeys = listServedKeys(
    [
      { ...names, ...counts, clockOffset: null },
      { ...names, ...counts, clockOffset: null, host: 'other' },
    ],
    NOW,
  );
  const style = { width: 100, hasColour: false, isAsciiOnly: false };
  const chains = analyseChains(
    createFacts(
      {
        container: { state: 'fails', origin: all, problem: { code: 'POLL_FAILED', ...failure } },
        imds: withCredentials({ role: all, accountId: all, origin: all, accessKeyId: all }),
      },
      { profile: { ...createFacts().profile, name: all, isNamed: true, exists: false } },
    ),
  );

  test.each<[string, string]>([
    ['a poll as text', formatPollLine(series, sample)],
    ['a poll as JSON', formatPollJson(series, sample)],
    ['a failed poll as JSON', formatPollJson(series, { ...polled, ok: false, ...failure })],
    ...judgements.flatMap((judgement): [string, string][] => [
      [
        `check (${judgement.verdict}) as text`,
        renderNowText(judgement, { ...style, times: UTC_TIMES, hasWaited: false }),
      ],
      [`check (${judgement.verdict}) as JSON`, renderNowJson(judgement, [])],
      [`check (${judgement.verdict}) as a line for Nagios`, renderNagiosLine(judgement)],
    ]),
    ['sources as text', renderSourcesTable(chains, style)],
    ['sources as JSON', renderSourcesJson(chains)],
    ['serve --who as text', renderKeyUsersText(servedKeys, style)],
    ['serve --who as JSON', renderKeyUsersJson(servedKeys, NOW)],
  ])('the output of %s escapes line ends and invisible characters', (_, text) => {
    expect(text.split('\n').filter((line) => RAW.test(line))).toEqual([]);
    expect(text).toContain('INJECTED');
    expect(text).not.toMatch(/\n\s*INJECTED/);
  });
});
