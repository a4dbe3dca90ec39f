import { createHash } from 'node:crypto';
import { script, style } from 'virtual:page-assets';
import { describe, expect, test } from 'vitest';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import type { JobToJudge } from '../../../src/domain/verdict/assessment.ts';
import type { SeriesLimits } from '../../../src/domain/verdict/shown-series.ts';
import type { ChartData } from '../../../src/report/page/charts/chart-data.ts';
import { unpackGenerations } from '../../../src/report/page/charts/packing.ts';
import { PLOT_HEIGHT, SPACE_ABOVE } from '../../../src/report/page/charts/saw-tooth-scale.ts';
import { type PageOptions, renderPage } from '../../../src/report/page/html.ts';
import { pretend } from '../../support/report/charted-histories.ts';
import { assessed, HOSTILE_NAMES, job, measured, START } from '../../support/report/measured-series.ts';
import { ciTest } from '../../support/thorough.ts';

function page(histories: readonly SeriesHistory[], jobs = [job(5)], options?: PageOptions): string {
  const { assessment, context } = assessed(histories, jobs);
  return renderPage(assessment, context, options);
}

/** Without the script and style sheet, which are equal in every page. */
const ownText = (html: string) =>
  html
    .replace(script.text, '(script)')
    .replace(style.text, '(style)')
    .replaceAll(/sha256-[\w+/=]+/g, '(hash)');

/** The visible text. */
const words = (html: string) =>
  ownText(html)
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<span class="one-line">(.*?)<\/span>/g, '$1')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

const chartData = (html: string): ChartData =>
  JSON.parse(/<script type="application\/json" id="series-1-data">([^<]*)</.exec(html)?.[1] ?? '');

const elements = (html: string, name: string) =>
  [...html.matchAll(new RegExp(`<${name}[ >][^>]*`, 'g'))].length;

const throttled = { reason: 'throttled', count: 3, lastDetail: 'HTTP 429: <b>slow & steady</b>' } as const;
const failed = { firstAt: START + 7_200_000, lastAt: START + 10_800_000 };

describe('a page', () => {
  test('safe starts are not known before a rotation', () => {
    const young = words(page([measured({ generations: 1 })]));
    expect(young).toContain('Safe starts by job length not known yet because no rotation was witnessed');
    expect(young).not.toContain('100%');
  });

  test('a page equals its snapshot', async () => {
    const history = measured({
      generations: 4,
      failedPolls: [{ ...throttled, ...failed }],
      failedPollSpans: [{ from: failed.firstAt, to: failed.lastAt }],
    });
    await expect(ownText(page([history]))).toMatchFileSnapshot('../snapshots/page.txt');
  });

  test('a page allows only its own script and style sheet, by their hashes', () => {
    const html = page([measured()]);
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)?.[1];
    const hash = (text = '') => `&#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`;
    const inline = (name: string) => [...html.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))];
    expect(inline('script')).toHaveLength(1);
    expect(inline('style')).toHaveLength(1);
    expect(policy?.split('; ')).toEqual([
      'default-src &#39;none&#39;',
      `script-src ${hash(inline('script')[0]?.[1])}`,
      `style-src ${hash(inline('style')[0]?.[1])}`,
      'img-src data:',
      'base-uri &#39;none&#39;',
      'form-action &#39;none&#39;',
    ]);
    // The policy would block these.
    expect(ownText(html)).not.toMatch(/ style=| on[a-z]+=|javascript:|https?:|@import|url\((?!"?#)/);
    expect(style.text).not.toMatch(/https?:|@import|url\((?!"?#)/);
  });

  test('a page contains no URL except in the licence of the included library', () => {
    const [licence, ...code] = script.text.split('*/');
    expect(licence).toMatch(/MIT License[\s\S]*Leon Sorokin/);
    expect(code.join('').match(/https?:[^"'` ]*/g)).toBeNull();
  });

  test('a page contains no key id, not even masked', () => {
    const html = page([measured({ unseen: [4, 5] }), measured({ identity: { host: 'web-2' } })]);
    expect(html).not.toMatch(/ASIA(?!FALSE\b)|TESTS0/);
  });

  test('a page has rows of 200 generations at most, and the data of all', () => {
    const html = page([measured({ generations: 450 })]);
    expect(elements(html, 'tr')).toBe(1 + 10 + 1 + 200);
    expect(words(html)).toContain('250 older generations not shown');
    expect(chartData(html).generations.count).toBe(450);
  });

  test('a page corrects the times of failed polls like those of samples', () => {
    const seconds = START / 1000 + 7200;
    const at = (seconds + 3600) * 1000;
    const history = measured({ failedPollSpans: [{ from: at, to: at }] });
    const ahead = { smallestClockOffset: 3600, largestClockOffset: 3600 };
    const generations = history.generations.map((each) => ({
      ...each,
      ...ahead,
      rawFirstSeen: each.rawFirstSeen + 3_600_000,
      rawLastSeen: each.rawLastSeen + 3_600_000,
      rawAheadMs: (each.rawAheadMs ?? 0) - 3_600_000,
    }));
    expect(chartData(page([{ ...history, generations }])).failedPolls).toEqual([seconds, 0]);
  });

  ciTest('a page grows by less than 40 bytes per generation', () => {
    const small = page([measured({ generations: 400 })]).length;
    const large = page([measured({ generations: 10_400 })]).length;
    expect((large - small) / 10_000).toBeLessThan(40);
  });

  test('a page requests itself again only with the option refreshSeconds', () => {
    const settings = (html: string) => /id="settings">([^<]*)</.exec(html)?.[1];
    expect(settings(page([measured()]))).toBe('{"refreshSeconds":null}');
    expect(settings(page([measured()], [], { refreshSeconds: 30 }))).toMatch(
      /^\{"refreshSeconds":30,"renderedAt":\d{13}\}$/,
    );
  });
});

describe('a section of a page', () => {
  test('a section has the start of an error message of more than 160 characters', () => {
    const detail = (length: number) => {
      const poll = { ...throttled, ...failed, lastDetail: 'x'.repeat(length) };
      return /<td>(x+…?)<\/td>/.exec(page([measured({ failedPolls: [poll] })]))?.[1];
    };
    expect(detail(160)).toBe('x'.repeat(160));
    expect(detail(161)).toBe(`${'x'.repeat(159)}…`);
  });

  test('a section is open on a page of three series, and closed on a page of four unless it is decisive or not safe', () => {
    const countOpen = (count: number, hours: number) => {
      const histories = Array.from({ length: count }, (_, index) =>
        measured({ identity: { host: `h${index}` } }),
      );
      return page(histories, [job(hours)]).match(/<details class="series"[^>]* open>/g)?.length;
    };
    expect([countOpen(2, 4), countOpen(3, 4), countOpen(4, 4)]).toEqual([2, 3, 1]);
    expect(countOpen(30, 5)).toBe(30);
  });

  test('a section lists as many problems as the overview counts', () => {
    const html = page([measured({ unseen: [4, 5, 6] }), measured({ identity: { host: 'b' } })], []);
    const sections = html.split('<details class="series"').slice(1);
    const listed = sections.map((section) => section.match(/<li class="problem">/g)?.length ?? 0);
    const counted = [...html.matchAll(/href="#series-\d+".*<td>([^<]*)<\/td><\/tr>/g)].map(
      ([, cell]) => cell,
    );
    expect(counted).toEqual(listed.map((count) => (count === 0 ? '–' : String(count))));
    expect(html).toContain('<li class="note">');
  });

  test('a section of one sample shows an hour around it', () => {
    const [generation, ...others] = measured({ generations: 1 }).generations;
    expect(others).toEqual([]);
    const at = START + 3 * 60_000;
    const single = {
      ...measured(),
      generations:
        generation === undefined ? [] : [{ ...generation, lastSeen: at, rawLastSeen: at, samples: 1 }],
    };
    const ticks = [...page([single], []).matchAll(/>(\d\d[:-]\d\d)<\/text>/g)].map(([, text]) => text);
    // The date is below the first time and below the first time of another day.
    const times = ticks.filter((each) => each?.includes(':'));
    expect([ticks[0], ticks[1], times.at(-1)]).toEqual(['23:40', '02-28', '00:30']);
    expect(ticks).toContain('03-01');
  });
});

describe('the verdict on a page', () => {
  const render = (histories: readonly SeriesHistory[], jobs: Parameters<typeof page>[1]) =>
    words(page(histories, jobs));

  test('the verdict on a page comes first, and is part of the title', () => {
    const html = page([measured()], [job(7)]);
    expect(words(html)).toMatch(
      /^ not safe · 7h · web-1 · imds v2 · app · cred-watch cred-watch report · \S+ \S+ Not safe : On web-1, a 7h job that copies its credentials at the start would have failed at every start time\. /,
    );
    expect(words(html)).toContain('let the job refresh its credentials');
  });

  test('the page verdict of a safe job has the spare validity, and says how much history is missing', () => {
    const text = render([measured()], [job(4)]);
    // The tab must not promise more than the headline.
    expect(text).toMatch(/^ safe so far · 4h · web-1 /);
    expect(text).toContain(
      ' Safe so far : On web-1, a 4h job that copies its credentials at the start was safe at every start time so far: 11 rotations in 11h 55m. ',
    );
    expect(text).toContain(
      'With a margin of 5m, the job needs credentials for 4h 05m. The worst case was 5h, ',
    );
    expect(text).toContain(': 55m to spare.');
    expect(text).toContain(
      'What to do the history is short (11 rotations in 11h 55m): collect about 12h 05m more. With --confidence 95%, such a verdict is unknown',
    );
  });

  test('the verdict on a page is replaced by a hint without jobs or without samples', () => {
    expect(render([measured()], [])).toContain(
      ' Credentials on web-1 were always valid for at least 5h. No job was judged: give its length with -j',
    );
    expect(render([], [])).toContain(' No samples to judge by: ');
    expect(render([], [job(5)])).toContain(' Unknown : Job 5h: no samples to judge by');
    expect(render([measured({ generations: 0 })], [job(5)])).toContain('no poll has succeeded yet');
  });

  test('without a job, the facts do not repeat the worst case of the headline', () => {
    const facts = (html: string) => words(/<dl class="card facts">.*?<\/dl>/s.exec(html)?.[0] ?? '');
    expect(facts(page([measured()], []))).not.toContain('worst case 5h');
    expect(facts(page([measured()], []))).toContain('watched time');
    const others = [measured(), measured({ identity: { host: 'web-2' } })];
    expect(facts(page(others, []))).toContain('worst case 5h');
  });

  test('the page verdict of several jobs and series is a list, with a badge at each series', () => {
    const text = render([measured(), measured({ identity: { host: 'web-2' } })], [job(5), job(4, 'nightly')]);
    expect(text).toContain(' Not safe : 1 of 2 jobs is not safe: at worst, 0.98% of starts were not safe. ');
    expect(text).toContain(
      ' not safe A 5h job that copies its credentials at the start is not safe on either host. ',
    );
    expect(text).toContain(
      ' safe so far The job nightly (4h), which copies its credentials at the start, was safe ',
    );
    expect(text).toContain(' web-2 · imds v2 · app 5h: not safe nightly (4h): safe so far ');
  });

  test('the page verdict of several jobs of one series is shown once, with advice for each job', () => {
    const text = render([measured()], [job(5), job(7, 'nightly')]);
    expect(text).toContain(' Not safe : Neither job is safe: at worst, no start was safe. ');
    expect(text.match(/a 5h job that copies/g)).toHaveLength(1);
    expect(text).toMatch(
      / not safe On web-1, the job nightly \(7h\), which .* would have failed at every start time\. .* Let the job refresh/,
    );
  });

  test('the page of many series opens only the section of the decisive one', () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      measured({ identity: { host: `web-${index}`, role: '' } }),
    );
    const html = page([measured({ generations: 1, identity: { host: 'a' } }), ...many], [job(4)]);
    expect(elements(html, 'details class="series"')).toBe(51);
    expect(
      [...html.matchAll(/<details class="series" id="(series-\d+)"[^>]* open>/g)].map(([, id]) => id),
    ).toEqual(['series-1']);
  });
});

describe('charts of a page', () => {
  test('charts of a page have a legend for gaps, failed polls, rotation windows and jobs', () => {
    const legend = (history: SeriesHistory, jobs = [job(5)]) =>
      [...page([history], jobs).matchAll(/class="swatch(?:-| )(\w+)[^"]*"/g)].map(([, swatch]) => swatch);
    expect(legend(measured(), [])).toEqual(['remaining', 'worst']);
    expect(legend(measured())).toEqual(['remaining', 'line', 'short', 'worst', 'line']);
    expect(legend(measured(), [job(4)])).not.toContain('short');
    expect(legend(measured({ unseen: [4, 5] }))).toContain('gap');
    expect(legend(measured({ dated: false }))).toContain('window');
    expect(legend(measured({ failedPollSpans: [{ from: START, to: START }] }))).toContain('failed');
  });

  test('charts of a page have the worst case of a young series at the end of the curve', () => {
    const [generation] = measured({ generations: 1 }).generations;
    if (generation === undefined) throw new Error('no generation');
    const [firstSeen, lastSeen] = [START + 60_400, START + 70_900];
    const young = { ...generation, firstSeen, rawFirstSeen: firstSeen, lastSeen, rawLastSeen: lastSeen };
    const data = chartData(page([{ ...measured(), generations: [young] }], []));
    const end = unpackGenerations(data.generations).at(-1)?.servedTo;
    expect(data).toMatchObject({ lastSample: end, worstCase: { at: end } });
  });

  test('charts of a page fill the area down to 0, also above the validity of expired credentials', () => {
    const html = page([pretend({ rotateEvery: 75 * 60_000, lifetimes: [3_600_000] })], []);
    const [, area = ''] = /<path class="area" d="([^"]*)"/.exec(html) ?? [];
    // A tooth begins and ends at the height of 0.
    const teeth = area.split('z').filter((each) => each !== '');
    const heights = teeth.flatMap((tooth) => {
      const points = tooth
        .slice(1)
        .split('L')
        .map((point) => Number(point.split(' ')[1]));
      return [points[0], points.at(-1)];
    });
    const [, zero] = /<text text-anchor="end" x="-8" y="([\d.]+)">0s</.exec(html) ?? [];
    // The label is 4 pixels below the line.
    const share = (Number(zero) - 4 - SPACE_ABOVE) / PLOT_HEIGHT;
    expect(share).toBeLessThan(0.9);
    expect(new Set(heights.map((each) => Math.round(each ?? 0)))).toEqual(
      new Set([Math.round(share * 1000)]),
    );
  });

  test('charts of a page have no curve if no start was safe for any job length', () => {
    const { generations, ...rest } = measured();
    const short = generations.map((each) => ({ ...each, expiration: (each.lastUpdated ?? 0) + 240_000 }));
    expect(words(page([{ ...rest, generations: short }], [job(1)]))).toContain(
      'no start was safe with a margin of 5m, for any job length',
    );
  });

  test('charts of a page show a band with a strong lower edge if a tooth is narrower than six pixels on paper', () => {
    const still = (generations: number) =>
      [
        ...page([measured({ generations })], [job(5)]).matchAll(
          /<path class="(line|line edge|line edge bad|range|area|short)"/g,
        ),
      ].map(([, name]) => name);
    expect(still(95).slice(0, 3)).toEqual(['area', 'line', 'short']);
    expect(still(96).slice(0, 4)).toEqual(['range', 'short', 'line edge', 'line edge bad']);
  });

  test('charts of a page show jobs with the same verdict with different dashes, also in the legend', () => {
    const listDashes = (pattern: RegExp) =>
      [...page([measured()], [job(3), job(4)]).matchAll(pattern)].map(([, dash]) => dash);
    const ofLines = listDashes(/<line class="required safe" x1="0"[^>]* stroke-dasharray="([^"]+)"/g);
    expect(new Set(ofLines).size).toBe(2);
    const ofLegends = listDashes(/<line class="required safe" x2[^>]* stroke-dasharray="([^"]+)"/g);
    expect(ofLegends).toEqual([...ofLines, ...ofLines]);
  });

  test('charts of a page fill the area below the line of each job that is not safe', () => {
    const count = (jobs: JobToJudge[]) => page([measured()], jobs).match(/<path class="short"/g)?.length ?? 0;
    expect(count([job(4)])).toBe(0);
    expect(count([job(4), job(5), job(7)])).toBe(2);
  });

  test('charts of a page are replaced by a text if there is nothing to draw', () => {
    const single = page([measured({ generations: 1 })], []);
    expect(ownText(single)).not.toMatch(/NaN|Infinity|undefined/);
    expect(words(single)).toContain('Worst rotations No rotation witnessed yet');
    expect(words(single)).not.toContain('Rotation intervals');
  });
});

describe('hostile names on a page', () => {
  const series = HOSTILE_NAMES.map((name, index) =>
    measured({ generations: 3, identity: { host: name, role: HOSTILE_NAMES.at(-index - 1) ?? '' } }),
  );
  const html = page(
    series,
    HOSTILE_NAMES.slice(0, -1).map((name) => job(5, name)),
  );

  test('hostile names on a page are text everywhere', () => {
    const harmless = page(
      HOSTILE_NAMES.map(() => measured({ generations: 3 })),
      HOSTILE_NAMES.slice(1).map(() => job(5, 'x')),
    );
    const tags = (text: string) =>
      [...ownText(text).matchAll(/<\/?([a-z!-]+)/gi)].map(([, name]) => name).sort();
    expect(tags(html)).toEqual(tags(harmless));
    expect(html).toContain('&lt;script&gt;window.pwned=1;alert(1)&lt;/script&gt;');
    expect(html).toContain('\\u003cscript\\u003ewindow.pwned=1');
  });

  test('hostile names on a page have escaped control characters', () => {
    expect(html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\u2028]/);
    expect(html).toContain('\\u{202e}gnp.exe\\u{2028}\\u{1b}[31m\\u{0}');
  });
});

describe('a page of many series', () => {
  /** Retired, because `current` of the same host has its first sample later. */
  const old = (role: string) => measured({ generations: 3, identity: { role } });
  const current = { ...measured({ unseen: [0, 1, 2, 3] }) };
  const names = (html: string) => [...html.matchAll(/<h2>(web-\d+) · /g)].map(([, name]) => name);
  /** The host `web-N` has a lead time that grows with N. */
  const hosts = (count: number) =>
    Array.from({ length: count }, (_, index): SeriesHistory => {
      const number = (index * 7) % count;
      const history = measured({ generations: 3, identity: { host: `web-${number}`, role: '' } });
      const expire = (at: number) => at + number * 1000;
      return {
        ...history,
        generations: history.generations.map((each) => ({
          ...each,
          expiration: expire(each.expiration),
          latestExpiration: expire(each.latestExpiration),
        })),
      };
    });
  const render = (histories: readonly SeriesHistory[], seriesLimits: SeriesLimits, jobs = [job(4)]) => {
    const { assessment, context } = assessed(histories, jobs, { seriesLimits });
    return renderPage(assessment, context);
  };

  test('a page folds retired series into one line', () => {
    const html = render([old('a'), current, old('b')], { showRetired: false, top: null });
    expect(words(html)).toContain(
      '2 retired series are not shown: 72 samples from 2026-03-01 00:03:00Z to 02:58:00Z, worst case 5h; show them with report --retired',
    );
    expect(html).toMatch(/<code>report <span class="one-line">--retired<\/span><\/code><\/p>/);
    expect(elements(html, 'section class="series only"')).toBe(1);
    expect(html).not.toContain('class="overview"');
    const all = render([old('a'), current, old('b')], { showRetired: true, top: null });
    expect(words(all)).not.toContain('not shown');
    expect(elements(all, 'details class="series"')).toBe(3);
  });

  test('a page with --top shows the most important series first, and one line for the others', () => {
    const html = render(hosts(10), { showRetired: false, top: 2 });
    expect(names(html)).toEqual(['web-0', 'web-1']);
    expect(elements(html, 'tr')).toBeGreaterThan(2);
    expect(words(html)).toMatch(
      /8 less important series are not shown: 288 samples from .*, worst case 5h 00m 02s, at worst safe; show more with report --top NUMBER/,
    );
    expect(html.match(/href="#series-\d+"/g)).toEqual(['href="#series-1"', 'href="#series-2"']);
  });

  ciTest('a page without --top shows 200 series at most', () => {
    const limits = { showRetired: false, top: null };
    expect(names(render(hosts(200), limits))).toHaveLength(200);
    const html = render(hosts(201), limits);
    expect(names(html)).toEqual(Array.from({ length: 200 }, (_, number) => `web-${number}`));
    expect(words(html)).toContain('1 less important series is not shown: 36 samples');
    expect(names(render(hosts(201), { showRetired: false, top: 201 }))).toHaveLength(201);
  });

  test('a page with many failing series shows the problems of the three worst, and counts the others', () => {
    const failing = (count: number) =>
      hosts(count).map((history, index): SeriesHistory => {
        const at = START + (10 + index) * 3_600_000;
        const poll = { reason: 'timeout', count: 1, firstAt: at, lastAt: at, lastDetail: '' } as const;
        return { ...history, failedPolls: [poll] };
      });
    const problems = (count: number) => {
      const html = render(failing(count), { showRetired: false, top: null });
      return (/<section class="problems".*<\/section>/.exec(html)?.[0] ?? '').split('<li>').slice(1);
    };
    expect(problems(3)).toHaveLength(3);
    const many = problems(14);
    expect(many).toHaveLength(4);
    // Web-0 has the shortest lead time.
    expect(words(many[0] ?? '')).toContain('web-0 · imds v2 : the last poll failed at 2026-03-01 10:00:00Z');
    expect(many[0]).toContain('<a href="#series-1">');
    expect(many.at(-1)).toContain('11 more problems: the table of the series shows where');
  });

  test('the table of series has the class of its columns, with one job and with several', () => {
    const all = { showRetired: false, top: null };
    expect(render(hosts(2), all, [job(5)])).toContain(
      '<table class="rows compact-rows series-rows of-one-job">',
    );
    expect(render(hosts(2), all, [job(5), job(4)])).toContain(
      '<table class="rows compact-rows series-rows">',
    );
  });

  test('a page judges all series, also those that it does not show', () => {
    const html = render(hosts(10), { showRetired: false, top: 1 }, [job(5), job(4)]);
    expect(words(html)).toContain('is not safe on any of the 10 hosts. ');
  });
});
