// The module `virtual:page-assets` contains the script (with uPlot) and the style sheet of the HTML report as
// texts, and their hashes for the Content-Security-Policy. This file creates the module, and has the plugins with
// which esbuild and Vite import it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** src/report/page/assets.d.ts declares this name. */
const PAGE_ASSETS = 'virtual:page-assets';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const page = join(root, 'src', 'report', 'page');
const uPlot = join(root, 'node_modules', 'uplot');

/** Returns the code of the module, and the paths of the bundled files relative to `root`. */
export async function buildPageAssets() {
  const [script, style] = await Promise.all([
    bundle({ entryPoints: [join(page, 'browser', 'main.ts')], format: 'iife', target: 'es2022' }),
    bundle({ entryPoints: [join(page, 'page.css')], target: ['chrome105', 'firefox110', 'safari16'] }),
  ]);
  // Every report contains a copy of uPlot, so it must contain uPlot's licence.
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
export const pageAssetsForEsbuild = ({ code }) => ({
  name: 'page-assets',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${PAGE_ASSETS}$`) }, ({ path }) => ({ path, namespace: 'page' }));
    onLoad({ filter: /./, namespace: 'page' }, () => ({ contents: code }));
  },
});

/** For Vite: tests run without a build. */
export const pageAssetsForVite = {
  name: 'page-assets',
  resolveId: (id) => (id === PAGE_ASSETS ? `\0${PAGE_ASSETS}` : null),
  load: async (id) => (id === `\0${PAGE_ASSETS}` ? (await buildPageAssets()).code : null),
};
