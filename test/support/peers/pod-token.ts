import { readFileSync } from 'node:fs';
import type { Environment } from './child-client.ts';

/** The environment of a pod for clients without support for token files. */
export function withTokenInVariable({
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
  ...rest
}: Environment): Environment {
  if (file === undefined) throw new Error('the environment has no token file');
  return { ...rest, AWS_CONTAINER_AUTHORIZATION_TOKEN: readFileSync(file, 'utf8') };
}
