import { createReadStream } from 'node:fs';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import type {
  Instant,
  JobRun,
  Sample,
  Seconds,
  SeriesHistory,
  SeriesIdentity,
} from '../../../src/domain/model.ts';
import type { Assessment, AssessmentOptions, JobToJudge } from '../../../src/domain/verdict/assessment.ts';
import type { ReportContext } from '../../../src/report/context.ts';
import { readRecords } from '../../../src/store/import/reader.ts';
import { contextAt, judgedAt, wantedJob } from './judged-at.ts';

export const NOW = Date.UTC(2026, 10, 22, 12);
export const HOUR: Seconds = 3600;

/** The start of every key id in these histories. */
export const KEY_ID = 'ASIATESTS';

/** Names that try to break terminals, markup, tables and workflow commands. */
export const HOSTILE_NAMES = {
  markup: '<script>alert(1)</script>',
  quotes: `"'\`--> ]]> &amp; %0A | \\| $(id) [a](https://evil.example) **b** _c_ @octocat #1`,
  lines: 'two\nINJECTED ::error::lines\r\tand\u0000more\u2028INJECTED',
  drawn: '\u001b[31mred\u202egnp.exe\uffff\ud800',
  formula: '=HYPERLINK("https://evil.example")',
  hidden:
    'del\u007fnext\u0085csi\u009b2Jmark\u061c\u200e\u200fisolate\u2066\u2069bom\ufeffspace\u200btag\u{e0000}\u{e0041}filler\u3164',
  wideFormula: 'a;"＝1+1\t@SUM(1)',
};

export const context = (assessment: Assessment, more: Partial<ReportContext> = {}): ReportContext =>
  contextAt(NOW, assessment, more);

/** Joins the pieces of a report. */
export async function joinPieces(rendering: Iterable<string> | Promise<Iterable<string>>): Promise<string> {
  return [...(await rendering)].join('');
}

export const job = wantedJob;

export const judge = (
  histories: readonly SeriesHistory[],
  jobs: readonly JobToJudge[],
  more: Partial<AssessmentOptions> = {},
): Assessment => judgedAt(NOW, histories, jobs, more);

export const identity = (more: Partial<SeriesIdentity> = {}): SeriesIdentity => ({
  host: 'web-1',
  source: 'imds',
  apiVersion: '2',
  role: 'app',
  ...more,
});

/** The two logs of 2015 as imported histories. */
export const logsOf2015 = (): Promise<SeriesHistory[]> =>
  Promise.all(
    [
      ['curl.log', 'linux'],
      ['invoke.log', 'windows'],
    ].map(async ([file, host]) => {
      const series = identity({ host: host!, apiVersion: '', role: '' });
      const chunks = createReadStream(new URL(`../../../fixtures/${file}`, import.meta.url));
      const convert = (wallTime: Instant) => [wallTime] as const;
      const options = { identity: series, convert, isZoneGiven: false, fileTime: null };
      const samples: Sample[] = [];
      await readRecords(chunks, file!, options, (records) => {
        for (const each of records) if (each.record === 'sample') samples.push(each.sample);
      });
      return createHistory(series, samples, { polled: false });
    }),
  );

interface HourlyOptions {
  /** Hours since the first generation was issued; by default, the last one is current. */
  began?: number;
  /** Lifetime of each generation; one is issued every hour. */
  lifetimes?: readonly Seconds[];
  /** The credentials have a `LastUpdated`, as from IMDS. */
  dated?: boolean;
}

/** A source that rotates every hour, polled at 10, 30 and 50 minutes past the hour until `NOW`. */
export function hourly(
  series: SeriesIdentity,
  {
    lifetimes = [6, 6.5, 6.25, 6].map((hours) => hours * HOUR),
    began = lifetimes.length,
    dated = true,
  }: HourlyOptions = {},
): SeriesHistory {
  const samples = lifetimes.flatMap((lifetime, index) =>
    [10, 30, 50].map((minute): Sample => {
      const issued = NOW - (began - index) * HOUR * 1000;
      return {
        accessKeyId: `${KEY_ID}${issued}`,
        lastUpdated: dated ? issued : null,
        expiration: issued + lifetime * 1000,
        zoneless: false,
        observedAt: issued + minute * 60_000,
        clockOffset: 0,
      };
    }),
  );
  return createHistory(series, samples, { polled: true });
}

function createHistory(
  series: SeriesIdentity,
  samples: readonly Sample[],
  { polled }: { polled: boolean },
): SeriesHistory {
  return {
    identity: series,
    isPolled: polled,
    generations: groupGenerations(samples),
    failedPolls: [],
    failedPollSpans: [],
    newestClockOffset: null,
    session: null,
  };
}

/** A host with failed polls only. */
export const failing = (series: SeriesIdentity): SeriesHistory => ({
  ...createHistory(series, [], { polled: true }),
  failedPolls: [
    { reason: 'timeout', count: 3, firstAt: NOW - 900_000, lastAt: NOW - 300_000, lastDetail: 'after 1 s' },
  ],
  failedPollSpans: [{ from: NOW - 900_000, to: NOW - 300_000 }],
});

export const run = (name: string, series: SeriesIdentity, duration: Seconds, exitCode = 0): JobRun => ({
  job: name,
  identity: series,
  startedAt: NOW - 4 * HOUR * 1000,
  remainingAtStart: 5.5 * HOUR,
  end: { duration, exitCode, remainingAtEnd: 5.5 * HOUR - duration },
});

/** Three jobs, one of unknown length. Series: safe, not safe, retired, without samples, undated. */
export function mixed(): Assessment {
  const [app, worker] = [identity(), identity({ host: 'web-2', role: 'worker' })];
  const retired = hourly(identity({ role: 'old' }), { began: 20 });
  const task = identity({ host: 'task-1', source: 'container', apiVersion: '', role: 'loader' });
  const histories = [
    hourly(app),
    retired,
    hourly(worker, { lifetimes: [4, 4, 3.5, 4].map((hours) => hours * HOUR) }),
    hourly(task, { dated: false }),
    failing(identity({ host: 'web-3', apiVersion: '', role: '' })),
  ];
  const nightly = [run('nightly', app, 1.5 * HOUR), run('nightly', worker, 2.75 * HOUR, 1)];
  return judge(histories, [
    job(3 * HOUR),
    job(null, { name: 'nightly', runs: nightly }),
    job(null, { name: 'new' }),
  ]);
}

/** Series and jobs with hostile names in every part. */
export function hostile(): Assessment {
  const { markup, quotes, lines, drawn, formula, hidden, wideFormula } = HOSTILE_NAMES;
  const histories = [
    hourly(identity({ host: markup, role: quotes })),
    hourly(identity({ host: quotes, role: lines })),
    hourly(identity({ host: lines, role: drawn })),
    hourly(identity({ host: formula, apiVersion: drawn, role: markup })),
    hourly(identity({ host: hidden, role: wideFormula })),
  ];
  const [first] = histories;
  return judge(histories, [
    job(7 * HOUR, { name: `${quotes}${lines}`, runs: [run('', first!.identity, 4 * HOUR)] }),
    job(null, { name: `${markup}${drawn}`, runs: histories.map((each) => run('', each.identity, 5 * HOUR)) }),
    job(null, { name: formula }),
    job(null, { name: `${wideFormula}${hidden}` }),
  ]);
}
