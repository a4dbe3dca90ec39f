// What the HTML report carries along: its script, with uPlot in it, and its style sheet, as text, and their hashes for the
// page's Content-Security-Policy. The build and the tests import them as one module, made here.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** As src/report/page/assets.d.ts declares it. */
const PAGE_ASSETS = 'virtual:page-assets';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const page = join(root, 'src', 'report', 'page');
const uPlot = join(root, 'node_modules', 'uplot');

/** The module's code, and the files that it was made from: as paths below `root`, or above it. */
export async function pageAssets() {
  const [script, style] = await Promise.all([
    bundle({ entryPoints: [join(page, 'browser', 'main.ts')], format: 'iife', target: 'es2022' }),
    bundle({ entryPoints: [join(page, 'page.css')], target: ['chrome105', 'firefox110', 'safari16'] }),
  ]);
  // Every report is a copy of uPlot: its licence goes with it.
  const notice = `/*! uPlot\n${readFileSync(join(uPlot, 'LICENSE'), 'utf8').trim()}\n*/\n`;
  const texts = { script: `${notice}${script.text}`, style: style.text };
  for (const [name, text] of Object.entries(texts)) {
    if (/<\/(script|style)/i.test(text)) throw new Error(`the page's ${name} would end its element`);
  }
  const code = Object.entries(texts).map(
    ([name, text]) => `export const ${name} = ${JSON.stringify({ text, hash: `sha256-${sha256(text)}` })};`,
  );
  return { code: code.join('\n'), inputs: [...script.inputs, ...style.inputs] };
}

const sha256 = (text) => createHash('sha256').update(text).digest('base64');

async function bundle(options) {
  const { outputFiles, metafile } = await build({
    ...options,
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return { text: outputFiles[0].text.trim(), inputs: Object.keys(metafile.inputs) };
}

/** For esbuild. */
export const pageText = ({ code }) => ({
  name: 'page-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${PAGE_ASSETS}$`) }, ({ path }) => ({ path, namespace: 'page' }));
    onLoad({ filter: /./, namespace: 'page' }, () => ({ contents: code }));
  },
});

/** For Vite: the tests run from the sources. */
export const pageAssetsForVite = {
  name: 'page-assets',
  resolveId: (id) => (id === PAGE_ASSETS ? `\0${PAGE_ASSETS}` : null),
  load: async (id) => (id === `\0${PAGE_ASSETS}` ? (await pageAssets()).code : null),
};
