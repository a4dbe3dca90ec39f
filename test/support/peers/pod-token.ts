import { readFileSync } from 'node:fs';
import type { Environment } from './child-client.ts';

/** A pod's environment for clients that know no token file: what is in it stands in a variable. */
export function withTokenInVariable({
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
  ...rest
}: Environment): Environment {
  return { ...rest, AWS_CONTAINER_AUTHORIZATION_TOKEN: readFileSync(file!, 'utf8') };
}
