import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listAnchors, listDocuments, listLocalLinks, ROOT, readDocument } from '../support/docs/markdown.ts';

const documents = listDocuments();

describe.each(documents)('%s', (document) => {
  test(`${document} links only to files and headings that exist`, () => {
    const broken = listLocalLinks(document).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : normalize(join(dirname(document), path));
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !listAnchors(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test(`${document} names only files of this repository that exist`, () => {
    const paths = readDocument(document).matchAll(/`((?:bench|docs|fixtures|src|test)\/[\w./-]+)`/g);
    const missing = [...paths].map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });

  test(`${document} has no line over 200 characters outside tables and code`, () => {
    const text = readDocument(document).replace(/^```[\s\S]*?^```$/gm, '');
    expect(text.split('\n').filter((line) => line.length > 200 && !line.startsWith('|'))).toEqual([]);
  });
});

test('the README links to every document, and the indexes of recipes and runbooks to their pages', () => {
  const inIndex = (folder: string) =>
    listLocalLinks(`${folder}/README.md`).map((link) => normalize(`${folder}/${link}`));
  const linked = [...listLocalLinks('README.md'), ...inIndex('docs/recipes'), ...inIndex('docs/runbooks')];
  const unlinked = documents.filter((each) => each !== 'README.md' && !linked.includes(each));
  expect(unlinked).toEqual([]);
});
