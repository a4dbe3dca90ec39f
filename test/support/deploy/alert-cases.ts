import type { InputSeries, RuleCase } from './rule-tests.ts';

const HOST_SOURCE = 'host="h",source="imds"';
const SERIES = `${HOST_SOURCE},api_version="2",role="r"`;
/** Labels that Prometheus adds at a scrape. */
const SCRAPE = 'instance="h:9100",job="node"';

const metric = (name: string, labels: string, values: string): InputSeries => ({
  series: `cred_watch_${name}{${labels},${SCRAPE}}`,
  values,
});

/** A poll each 5 minutes until a minute, so that the last poll is at most 5 minutes old. The value then stays. */
const polls = (lastMinute: number, until: number) => {
  const times = Array.from(
    { length: until + 1 },
    (_, minute) => Math.floor(Math.min(minute, lastMinute) / 5) * 300,
  );
  return times.join(' ');
};

/** The metrics of a poller that works until `lastMinute`. A file of node_exporter stays until the end. */
const poller = (lastMinute: number, until: number): InputSeries[] => [
  metric('poll_last_attempt_timestamp_seconds', HOST_SOURCE, polls(lastMinute, until)),
  metric('poll_last_success_timestamp_seconds', SERIES, polls(lastMinute, until)),
];

/** Values of a host that writes them every 10 minutes, as a push from cron does. */
const every10Minutes = (value: number | ((minute: number) => number), until: number) =>
  Array.from({ length: until + 1 }, (_, minute) =>
    minute % 10 > 0 ? '_' : typeof value === 'number' ? value : value(minute),
  ).join(' ');

/** The metrics of a poller on such a host, in each of 200 minutes. */
const SLOW_POLLER: readonly InputSeries[] = [
  metric(
    'poll_last_attempt_timestamp_seconds',
    HOST_SOURCE,
    every10Minutes((minute) => minute * 60, 200),
  ),
  metric(
    'poll_last_success_timestamp_seconds',
    SERIES,
    every10Minutes((minute) => minute * 60, 200),
  ),
];

/** What one rule tests of its metric, while the poller works. */
interface ValueRule {
  metric: string;
  labels: string;
  good: number;
  bad: number;
  /** The minutes for which the condition must hold. */
  delay: number;
  /** Whether the rule ends if the poller dies. */
  needsPolls: boolean;
}

/** The four situations of a rule on the value of a metric. */
function describeValueRule({ metric: name, labels, good, bad, delay, needsPolls }: ValueRule): RuleCase[] {
  const values = (text: string) => metric(name, labels, text);
  return [
    {
      name: 'fires when the value becomes bad, and ends when it is good again',
      series: [...poller(200, 200), values(`${good}x59 ${bad}x90 ${good}x49`)],
      firing: { 59: 0, [60 + delay]: 1, 149: 1, 170: 0 },
    },
    {
      name: 'stays quiet while the value is good, also if it is written every 10 minutes',
      series: [...SLOW_POLLER, values(every10Minutes(good, 200))],
      firing: { 0: 0, 5: 0, 59: 0, 109: 0, 200: 0 },
    },
    {
      name: 'fires if the value is bad from the start, also if it is written every 10 minutes',
      series: [...SLOW_POLLER, values(every10Minutes(bad, 200))],
      firing: { [delay]: 1, [delay + 9]: 1, 200: 1 },
    },
    {
      name: 'ends if the target is gone',
      series: [...poller(100, 100), values(`${bad}x100`)].map((each) => ({
        ...each,
        values: `${each.values} stale`,
      })),
      firing: { 100: 1, 117: 0, 200: 0 },
    },
    {
      name: needsPolls ? 'ends if the poller dies and its file remains' : 'remains if the poller dies',
      series: [...poller(100, 250), values(`${bad}x250`)],
      firing: { 100: 1, 140: needsPolls ? 0 : 1, 250: needsPolls ? 0 : 1 },
    },
  ];
}

/** When the rotation is overdue, for sources that rotate every hour. */
const overdue = (untilMinute: number, until: number) =>
  Array.from(
    { length: until + 1 },
    (_, minute) => (Math.floor(Math.min(minute, untilMinute) / 60) + 1.5) * 3600,
  ).join(' ');
const ROTATION = 'rotation_overdue_timestamp_seconds';

const ATTEMPT = 'poll_last_attempt_timestamp_seconds';
/** The same metrics of a second task with the same name of a host. */
const ofOtherTarget = (series: readonly InputSeries[]): InputSeries[] =>
  series.map((each) => ({ ...each, series: each.series.replace('h:9100', 'other:9100') }));

const attempts = (values: string) => [metric(ATTEMPT, HOST_SOURCE, values)];

/** For each alert: fires, stays quiet, is true from the start, target gone. Most have further cases. */
export const ALERT_CASES: Readonly<Record<string, readonly RuleCase[]>> = {
  CredWatchJobUnsafe: describeValueRule({
    metric: 'job_safe',
    labels: `${SERIES},job_name="5h"`,
    good: 1,
    bad: 0,
    delay: 5,
    needsPolls: false,
  }),
  CredWatchJobUnknown: describeValueRule({
    metric: 'job_verdict',
    labels: `${SERIES},job_name="5h",verdict="unknown"`,
    good: 0,
    bad: 1,
    delay: 30,
    needsPolls: false,
  }),
  CredWatchRotationOverdue: [
    {
      name: 'fires if the source stops rotating, and ends at the next rotation',
      series: [
        ...poller(400, 400),
        metric(ROTATION, SERIES, `${overdue(180, 299)} ${'25000 '.repeat(101)}`.trim()),
      ],
      // Rotated at 180 minutes: overdue at 270 minutes.
      firing: { 200: 0, 270: 0, 285: 1, 298: 1, 330: 0 },
    },
    {
      name: 'stays quiet while the source rotates',
      series: [...poller(400, 400), metric(ROTATION, SERIES, overdue(400, 400))],
      firing: { 0: 0, 89: 0, 179: 0, 400: 0 },
    },
    {
      name: 'fires if the rotation is overdue from the start',
      series: [...poller(100, 100), metric(ROTATION, SERIES, '-3600x100')],
      firing: { 5: 1, 100: 1 },
    },
    {
      name: 'ends if the target is gone',
      series: [...poller(100, 100), metric(ROTATION, SERIES, '-3600x100')].map((each) => ({
        ...each,
        values: `${each.values} stale`,
      })),
      firing: { 100: 1, 117: 0 },
    },
    {
      name: 'fires if the values are written every 10 minutes',
      series: [
        metric(
          'poll_last_success_timestamp_seconds',
          SERIES,
          every10Minutes((at) => at * 60, 100),
        ),
        metric(ROTATION, SERIES, every10Minutes(-3600, 100)),
      ],
      firing: { 5: 1, 9: 1, 59: 1, 100: 1 },
    },
    {
      name: 'ends if the poller dies and its file remains',
      series: [...poller(100, 250), metric(ROTATION, SERIES, '-3600x250')],
      firing: { 100: 1, 129: 1, 131: 0, 250: 0 },
    },
    {
      name: 'stays quiet if the poller dies before the rotation and its file remains',
      series: [...poller(70, 400), metric(ROTATION, SERIES, overdue(70, 400))],
      firing: { 100: 0, 200: 0, 400: 0 },
    },
  ],
  CredWatchExpiredCredentialsServed: describeValueRule({
    metric: 'observed_remaining_seconds',
    labels: SERIES,
    good: 3600,
    bad: -30,
    delay: 0,
    needsPolls: true,
  }),
  CredWatchLeadTimesShrink: describeValueRule({
    metric: 'lead_time_shrinking_seconds',
    labels: SERIES,
    good: 0,
    bad: 120,
    delay: 60,
    needsPolls: false,
  }),
  CredWatchPollerSilent: [
    {
      name: 'fires if the poller dies and its file remains, and ends at the next poll',
      series: attempts(`${polls(100, 200)} ${'12060 '.repeat(20)}`.trim()),
      firing: { 100: 0, 129: 0, 140: 1, 200: 1, 203: 0 },
    },
    {
      name: 'fires if one of two tasks with the same name of a host dies',
      series: [...attempts(polls(100, 200)), ...ofOtherTarget(attempts(polls(200, 200)))],
      firing: { 100: 0, 129: 0, 140: 1, 200: 1 },
    },
    {
      name: 'stays quiet while polls are recorded every 10 minutes',
      series: attempts(every10Minutes((minute) => minute * 60, 200)),
      firing: { 0: 0, 35: 0, 109: 0, 200: 0 },
    },
    {
      name: 'fires if the file is old from the start',
      series: attempts('-86400x60'),
      firing: { 4: 0, 5: 1, 60: 1 },
    },
    {
      name: 'fires if the poller is dead and the old values are pushed every 10 minutes',
      series: attempts(every10Minutes(-86_400, 60)),
      firing: { 5: 1, 9: 1, 39: 1, 60: 1 },
    },
    {
      name: 'ends if the target is gone: CredWatchHostSilent fires then',
      series: attempts(`${polls(50, 100)} stale`),
      firing: { 100: 1, 117: 0, 200: 0 },
    },
  ],
  CredWatchPollsFail: [
    ...describeValueRule({
      metric: 'source_up',
      labels: HOST_SOURCE,
      good: 1,
      bad: 0,
      delay: 15,
      needsPolls: true,
    }),
    {
      name: 'fires if the polls of one of two tasks with the same name of a host fail',
      series: [
        ...poller(100, 100),
        metric('source_up', HOST_SOURCE, '0x100'),
        ...ofOtherTarget([...poller(100, 100), metric('source_up', HOST_SOURCE, '1x100')]),
      ],
      firing: { 10: 0, 15: 1, 100: 1 },
    },
  ],
  CredWatchHostSilent: [
    {
      name: 'fires if the metrics of a host end, and ends when they are back',
      series: attempts(`${polls(100, 100)} stale _x98 12000 12060 12120`),
      firing: { 100: 0, 129: 0, 137: 1, 199: 1, 201: 0 },
    },
    {
      name: 'stays quiet while metrics arrive every 10 minutes',
      series: attempts(every10Minutes((minute) => minute * 60, 200)),
      firing: { 0: 0, 29: 0, 109: 0, 200: 0 },
    },
    {
      name: 'fires if the host was silent at the start of the rules',
      series: attempts('0 stale'),
      firing: { 20: 0, 36: 1, 600: 1 },
    },
    {
      name: 'ends a day after the target is gone for good',
      series: attempts(`${polls(100, 100)} stale`),
      firing: { 137: 1, 1500: 1, 1545: 0 },
    },
    {
      name: 'stays quiet if the poller dies and its file remains: CredWatchPollerSilent fires then',
      series: attempts(polls(50, 200)),
      firing: { 100: 0, 200: 0 },
    },
  ],
  CredWatchClockWrong: [
    ...describeValueRule({
      metric: 'clock_offset_seconds',
      labels: HOST_SOURCE,
      good: -59,
      bad: -61,
      delay: 15,
      needsPolls: true,
    }),
    {
      name: 'fires if the last poll is in the future, also if the offset is unknown and the poller dies',
      series: attempts('86400x200'),
      firing: { 10: 0, 15: 1, 200: 1 },
    },
  ],
};
