import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the licence texts of all bundled packages. `inputs` are the paths of the bundled files. */
export function collectLicences(inputs) {
  const packages = new Set(
    inputs.flatMap((path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  const notices = [...packages].sort().map((name) => {
    const folder = join('node_modules', name);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${name} ${manifest.version} (${manifest.license})\n\n${readLicence(folder, manifest)}`;
  });
  return notices.join(`\n${'-'.repeat(80)}\n\n`);
}

/** A package with the licence of the repository of AWS's SDK. Some other packages of it have no file with the licence. */
const AWS_SDK = 'node_modules/@aws-sdk/client-s3';
const AWS_SDK_LICENCE = /aws-sdk-js-v3(?:\.git)? Apache-2\.0$/;

/** Throws if a package has no licence file, because it must not be bundled. */
function readLicence(folder, { license, repository }) {
  const find = (searched) =>
    readdirSync(searched).find((name) => /^licen[cs]e(-mit)?(\.(md|txt))?$/i.test(name));
  const file = find(folder);
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8');
  if (!AWS_SDK_LICENCE.test(`${repository?.url} ${license}`))
    throw new Error(`${folder} has no licence file`);
  return readFileSync(join(AWS_SDK, find(AWS_SDK)), 'utf8');
}
