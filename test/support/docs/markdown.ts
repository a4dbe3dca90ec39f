import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..', '..', '..');

/** Paths of all Markdown documents, relative to the repository. */
export function listDocuments(): string[] {
  const inFolder = (folder: string) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => relative(ROOT, join(folder, name)));
  return [ROOT, join(ROOT, 'docs'), join(ROOT, 'docs', 'recipes'), join(ROOT, 'docs', 'runbooks')]
    .flatMap(inFolder)
    .sort();
}

export const readDocument = (document: string): string => readFileSync(join(ROOT, document), 'utf8');

export interface CodeBlock {
  document: string;
  language: string;
  code: string;
}

/** The fenced code blocks of a document, in order. */
export function listCodeBlocks(document: string): CodeBlock[] {
  const blocks = readDocument(document).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, language = '', code = '']) => ({ document, language, code }));
}

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '');

/** The commands in the first column of the tables of a document. */
export function listTableCommands(document: string): string[] {
  const cells = withoutCode(readDocument(document)).matchAll(/^\| `((?:[^`|]|\\\|)+)` \|/gm);
  return [...cells].map(([, cell = '']) => cell.replaceAll('\\|', '|'));
}

/** The anchors that GitHub makes from the headings of a document. */
export function listAnchors(document: string): string[] {
  const headings = withoutCode(readDocument(document)).matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Link targets of a document that are not on the web. */
export function listLocalLinks(document: string): string[] {
  const links = withoutCode(readDocument(document)).matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}
