import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import '../support/cli/built-program.ts';
import { repositoryPath } from '../support/cli/program-run.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { listDocuments, readDocument } from '../support/docs/markdown.ts';
import { ciTest, isThorough } from '../support/thorough.ts';

/** Width and height from the header of a PNG file. */
function readPngSize(image: Buffer): [width: number, height: number] {
  expect(image.subarray(1, 4).toString()).toBe('PNG');
  return [image.readUInt32BE(16), image.readUInt32BE(20)];
}

const images = listDocuments().flatMap((document) =>
  Array.from(readDocument(document).matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g), ([, text = '', path = '']) => ({
    document,
    text,
    path: normalize(join(dirname(document), path)),
  })),
);

test('the README shows a screenshot of the page', () => {
  expect(images.filter(({ document }) => document === 'README.md').map(({ path }) => path)).toEqual([
    'docs/images/report.png',
  ]);
});

test.each(images)(
  'the image $path in $document exists, is small, and has a description',
  ({ path, text }) => {
    const image = readFileSync(repositoryPath(path));
    expect(image.length).toBeLessThan(150_000);
    const [width, height] = readPngSize(image);
    expect(width).toBe(1280);
    // A smaller image does not show the chart.
    expect(height).toBeGreaterThan(500);
    expect(text.length).toBeGreaterThan(20);
  },
);

test('every image is shown', () => {
  const stored = readdirSync(repositoryPath('docs/images')).map((name) => `docs/images/${name}`);
  expect(stored.sort()).toEqual([...new Set(images.map(({ path }) => path))].sort());
});

describeReader('screenshots', { program: 'chromium', package: 'chromium', folders: ['/usr/bin'] }, () => {
  // The history with the smallest page, and in CI the page of the README.
  const history = isThorough ? 'days' : 'start';
  const width = 1280;

  ciTest('the script makes images of the page in all views', { timeout: 120_000 }, () => {
    const folder = temporaryFolder();
    const script = repositoryPath('bench/screenshots/run.mjs');
    const run = spawnSync(process.execPath, [script, '--to', folder, '--history', history], {
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const views = ['dark.png', 'light.png', 'phone.png', 'print.pdf', 'print.png'].map(
      (view) => `${history}-${view}`,
    );
    expect(readdirSync(folder)).toEqual(isThorough ? [...views, 'report.png'] : views);
    const sizeOf = (view: string) => readPngSize(readFileSync(join(folder, `${history}-${view}.png`)));
    expect(['light', 'dark', 'phone', 'print'].map((view) => sizeOf(view)[0])).toEqual([
      width,
      width,
      780,
      794,
    ]);
    expect(sizeOf('phone')[1]).toBeGreaterThan(sizeOf('light')[1]);
    expect(readFileSync(join(folder, `${history}-dark.png`))).not.toEqual(
      readFileSync(join(folder, `${history}-light.png`)),
    );
    expect(
      readFileSync(join(folder, `${history}-print.pdf`))
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
  });
});
