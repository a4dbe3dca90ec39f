import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licences of all packages that files of theirs were bundled of; `inputs` are esbuild's paths. */
export function licencesOf(inputs) {
  const packages = new Set(
    inputs.flatMap((path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  const notices = [...packages].sort().map((name) => {
    const folder = join('node_modules', name);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${name} ${manifest.version} (${manifest.license})\n\n${licenceText(folder)}`;
  });
  return `${notices.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** A package without its licence must not be shipped: the build stops. */
function licenceText(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(-mit)?(\.(md|txt))?$/i.test(name));
  if (file === undefined) throw new Error(`${folder} has no licence file`);
  return readFileSync(join(folder, file), 'utf8');
}
