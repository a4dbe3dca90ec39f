import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Assessment } from '../../../src/domain/verdict/assessment.ts';
import { renderMarkdown } from '../../../src/report/ci/markdown.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import {
  context,
  HOSTILE_NAMES,
  HOUR,
  hostile,
  hourly,
  identity,
  job,
  judge,
  mixed,
  run,
} from '../../support/report/assessments.ts';

const render = (assessment: Assessment) => renderMarkdown(assessment, context(assessment));

/** A name as inline code shows it. */
const shown = (name: string) =>
  name.replaceAll('`', '\\u{60}').replaceAll('|', '\\u{7c}').replaceAll('<', '\\u{3c}');

describeReader('Markdown rendered by cmark-gfm', { program: 'cmark-gfm', package: 'cmark-gfm' }, (cmark) => {
  /** Renders with all extensions and with raw HTML, so that nothing hostile is filtered out. */
  function toHtml(assessment: Assessment): string {
    const extensions = ['table', 'strikethrough', 'autolink', 'tasklist'].flatMap((each) => ['-e', each]);
    const { status, stdout } = spawnSync(cmark, ['--unsafe', ...extensions], {
      input: render(assessment),
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    return stdout;
  }
  const decode = (html: string) =>
    html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  const listTexts = (html: string, element: string) =>
    [...html.matchAll(new RegExp(`<${element}[^>]*>(.*?)</${element}>`, 'gs'))].map(([, text = '']) => text);
  const listElements = (html: string) =>
    [...new Set([...html.matchAll(/<([a-z0-9]+)/gi)].map((each) => each[1]))].sort();

  const ELEMENTS = [
    'code',
    'h2',
    'h3',
    'li',
    'p',
    'strong',
    'table',
    'tbody',
    'td',
    'th',
    'thead',
    'tr',
    'ul',
  ];

  test('Markdown has one table of verdicts, and one table of values per series', () => {
    const html = toHtml(mixed());
    expect(listElements(html)).toEqual(ELEMENTS);
    expect(listTexts(html, 'h2')).toEqual(['cred-watch: ❌ not safe: safe only after rotations']);
    const tables = listTexts(html, 'table');
    expect(tables).toHaveLength(1 + 5);
    expect(listTexts(tables[0]!, 'th')).toHaveLength(7);
    expect(listTexts(tables[0]!, 'td')).toHaveLength(7 * 7);
    const cells = listTexts(tables[0]!, 'td');
    expect(cells.filter((_, index) => index % 7 === 2).slice(0, 5)[0]).toMatch(/not safe/);
    const safe = cells.findIndex((cell) => cell.includes('web-1 · imds v2')) - 1;
    expect(cells.slice(safe, safe + 7)).toEqual([
      '3h',
      '<code>web-1 · imds v2 · app</code>',
      '✅ safe so far',
      '3h 05m',
      '5h',
      '1h 55m',
      '100%',
    ]);
  });

  test('Markdown shows a hostile name as code without any markup', () => {
    const html = toHtml(hostile());
    expect(listElements(html)).toEqual(ELEMENTS);
    const { markup, quotes } = HOSTILE_NAMES;
    expect(listTexts(listTexts(html, 'h3')[0]!, 'code').map(decode)).toEqual([
      shown(`${markup} · imds v2 · ${quotes}`),
    ]);
    const [verdicts] = listTexts(html, 'table');
    expect(listTexts(verdicts!, 'td')).toHaveLength(8 * 7);
    // Outside of code there is no mention and no issue reference.
    expect(html.replace(/<code>.*?<\/code>/gs, '')).not.toMatch(/[@#]|evil|INJECTED|href/);
  });

  test('Markdown keeps names that look like the end of a cell or of code', () => {
    const hosts = ['a\\', '\\|', '``', ' ` ', '|', 'a|b\\|c', '\\', '`|`', '&#124;', '***', '| --- |'];
    for (const host of hosts) {
      const html = toHtml(judge([hourly(identity({ host }))], [job(HOUR, { name: `j${host}` })]));
      const [verdicts] = listTexts(html, 'table');
      expect([host, listTexts(verdicts!, 'td').slice(0, 2).map(decode)]).toEqual([
        host,
        [`<code>${shown(`j${host}`)}</code> (1h)`, `<code>${shown(`${host} · imds v2 · app`)}</code>`],
      ]);
    }
  });

  test('Markdown quotes the hostile names of a host and a job in the runs', () => {
    const host = HOSTILE_NAMES.quotes;
    const series = identity({ host });
    const recordedJob = job(null, { name: host, runs: [run(host, series, HOUR)] });
    const html = toHtml(judge([hourly(series)], [recordedJob]));
    expect(listTexts(listTexts(html, 'ul')[0]!, 'code').map(decode)).toEqual(Array(3).fill(shown(host)));
    expect(listElements(html)).toEqual(ELEMENTS);
  });
});

test('Markdown has no empty code for a missing name', () => {
  const series = identity({ host: '' });
  const text = render(judge([hourly(series)], [job(null, { name: 'x', runs: [run('x', series, HOUR)] })]));
  expect(text).not.toContain('``');
});

test('Markdown states no spare and no share of safe starts of an unknown verdict', () => {
  const text = render(judge([hourly(identity())], [job(3 * HOUR)], { confidence: 0.95 }));
  expect(text).toContain('| 3h | `web-1 · imds v2 · app` | ❔ unknown | 3h 05m | 5h |  |  |\n');
});

test('Markdown states that there are no jobs or no series', () => {
  expect(render(judge([hourly(identity())], []))).toMatch(
    /^## cred-watch: measurements\n\nno job was judged: /,
  );
  expect(render(judge([], [job(HOUR)]))).toMatch(
    /^## cred-watch: ❔ unknown\n\n\| job .*\n.*\n\| 1h \| {2}\| ❔ unknown \|.*\n\nno samples to judge by: /,
  );
});

test('the heading of Markdown says `safe so far` if the history is short', () => {
  const heading = (lifetimes: readonly number[]) =>
    render(judge([hourly(identity(), { lifetimes })], [job(3 * HOUR)])).split('\n')[0];
  expect(heading([6, 6, 6].map((hours) => hours * HOUR))).toBe('## cred-watch: ✅ safe so far');
  expect(heading(Array.from({ length: 30 }, () => 6 * HOUR))).toBe('## cred-watch: ✅ safe');
});
