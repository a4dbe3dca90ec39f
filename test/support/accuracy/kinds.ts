import { isNonEmpty } from '../../../src/domain/lists.ts';
import type { SourceName } from '../../../src/domain/model.ts';
import { between, pick } from '../random.ts';
import {
  createRepairedHost,
  createWrongDate,
  createWrongHost,
  NO_DATE,
  RIGHT_CLOCKS,
  type SimulatedClocks,
} from './clocks.ts';
import { type SimulatedHistory, sampleSource } from './history.ts';
import { addDrift, addLag, addStall, drawEc2, drawEcs, drawIrregular } from './issuing.ts';
import { drawBusinessHours, drawPattern, listPollTimes, type PollingPattern } from './polling.ts';
import {
  createRoute,
  type Dating,
  issuePerRequest,
  ROUTINGS,
  type Routing,
  type SimulatedSource,
  serve,
} from './sources.ts';
import { type IssuingBehaviour, issueGenerations } from './timeline.ts';

const DAY = 86_400;
/** The source goes on after the last poll, because verdicts are also compared with the time after it. */
const AFTERWARDS = 2 * DAY;

/** IMDS usually rotates once an hour. The program knows this, so an IMDS that rotates rarely would contradict it. */
const MAX_IMDS_INTERVAL = 2 * 3600;

type Random = () => number;

/** A kind of source, clock and polling. Each seed gives another history of the kind. */
export interface Kind {
  name: string;
  /** Draws a history of this many days of polls. */
  draw(random: Random, days: number): SimulatedHistory;
}

/** What distinguishes a kind. Defaults: one dated endpoint, right clocks, polls at any hour. */
interface KindSettings {
  issuing?: (random: Random, end: number) => IssuingBehaviour;
  dating?: Dating;
  source?: (random: Random) => SimulatedSource;
  endpoints?: { count: number; routing: Routing };
  clocks?: (random: Random, end: number) => SimulatedClocks;
  pattern?: (random: Random) => PollingPattern;
}

function defineKind(name: string, settings: KindSettings): Kind {
  const { issuing = drawEc2, dating = 'issue-time', endpoints, clocks, pattern = drawPattern } = settings;
  return {
    name,
    draw(random, days) {
      const start = between(0, DAY / 2, random);
      const end = start + Math.round(days * DAY);
      const behaviour = issuing(random, end);
      const isImds = dating !== 'undated' && behaviour.interval <= MAX_IMDS_INTERVAL;
      const sourceName: SourceName = isImds ? 'imds' : 'container';
      const count = endpoints?.count ?? 1;
      const timelines = Array.from({ length: count }, () => {
        const from = start - between(0, behaviour.interval, random);
        return issueGenerations(behaviour, { from, to: end + AFTERWARDS }, random);
      });
      const route = endpoints === undefined ? undefined : createRoute(endpoints.routing, count, random);
      const polls = listPollTimes(pattern(random), { from: start, to: end }, random);
      return sampleSource({
        source: settings.source?.(random) ?? serve(timelines, dating, route),
        sourceName,
        clocks: clocks?.(random, end) ?? (random() < 0.7 ? RIGHT_CLOCKS : NO_DATE),
        lag: behaviour.lag,
        sampledAt: isNonEmpty(polls) ? polls : [start],
      });
    },
  };
}

const drawAny = (random: Random) => pick([drawEc2, drawEcs], random)(random);
const atBusinessHours = (random: Random) => ({
  ...drawPattern(random, 900),
  hours: drawBusinessHours(random),
});
const UNDATED = { issuing: drawEcs, dating: 'undated' } as const satisfies KindSettings;

const PLAIN_KINDS = [
  defineKind('EC2', {}),
  defineKind('ECS', UNDATED),
  defineKind('irregular, dated', { issuing: drawIrregular }),
  defineKind('irregular, undated', { issuing: drawIrregular, dating: 'undated' }),
  defineKind('serves the old generation for a while', {
    issuing: (random) => addLag(drawEc2(random), random),
  }),
  defineKind('business hours, dated', { pattern: atBusinessHours }),
  defineKind('business hours, undated', { ...UNDATED, pattern: atBusinessHours }),
];

const ENDPOINT_KINDS = [2, 3].flatMap((count) =>
  ROUTINGS.flatMap((routing) => [
    defineKind(`${count} endpoints, ${routing}, dated`, {
      issuing: drawAny,
      endpoints: { count, routing },
    }),
    defineKind(`${count} endpoints, ${routing}, undated`, {
      issuing: drawAny,
      dating: 'undated',
      endpoints: { count, routing },
    }),
  ]),
);

const BUSINESS_ENDPOINT_KINDS = (['issue-time', 'undated'] as const).map((dating) =>
  defineKind(`2 endpoints, business hours, ${dating === 'undated' ? 'undated' : 'dated'}`, {
    issuing: drawAny,
    dating,
    endpoints: { count: 2, routing: 'alternating' },
    pattern: atBusinessHours,
  }),
);

/** Each clock error with dated and with undated credentials. */
const CLOCK_KINDS = (['slow', 'fast'] as const).flatMap((direction) => {
  const clocks: [string, (random: Random, end: number) => SimulatedClocks][] = [
    [`Date ${direction}`, (random) => createWrongDate(direction, random)],
    [`host ${direction}, Date right`, (random) => createWrongHost(direction, 'always', random)],
    [`host ${direction}, Date sometimes`, (random) => createWrongHost(direction, 'sometimes', random)],
    [`host ${direction}, no Date`, (random) => createWrongHost(direction, 'never', random)],
    [
      `host ${direction} until repaired, Date right`,
      (random, end) => createRepairedHost(direction, true, end, random),
    ],
    [
      `host ${direction} until repaired, no Date`,
      (random, end) => createRepairedHost(direction, false, end, random),
    ],
  ];
  return clocks.flatMap(([name, create]) => [
    defineKind(`${name}, dated`, { clocks: create }),
    defineKind(`${name}, undated`, { ...UNDATED, clocks: create }),
  ]);
});

const OTHER_KINDS = [
  defineKind('drift, dated', { issuing: (random) => addDrift(drawEc2(random), random) }),
  defineKind('drift, undated', { ...UNDATED, issuing: (random) => addDrift(drawEcs(random), random) }),
  defineKind('stall at the end, dated', { issuing: (random, end) => addStall(drawEc2(random), end, random) }),
  defineKind('stall at the end, undated', {
    ...UNDATED,
    issuing: (random, end) => addStall(drawEcs(random), end, random),
  }),
  ...(['response-time', 'undated'] as const).map((dating) =>
    defineKind(`per request, ${dating === 'undated' ? 'undated' : 'dated'}`, {
      dating,
      source: (random) => issuePerRequest(between(15, 720, random) * 60, dating),
    }),
  ),
  defineKind('LastUpdated is the response time', { issuing: drawAny, dating: 'response-time' }),
];

export const KINDS: readonly Kind[] = [
  ...PLAIN_KINDS,
  ...ENDPOINT_KINDS,
  ...BUSINESS_ENDPOINT_KINDS,
  ...CLOCK_KINDS,
  ...OTHER_KINDS,
];
