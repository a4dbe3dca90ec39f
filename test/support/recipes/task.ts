import { startEndpoint } from '../sources/scripted-endpoint.ts';

const PATH = '/v2/credentials/5b0c3f1e-0000-4000-8000-000000000000';

/**
 * A task of ECS, CodeBuild or AWS Batch: the variables of its container endpoint, and a command that makes the
 * endpoint rotate. Stand-ins run this command where real time would pass.
 */
export async function startTask({ validSeconds, thenSeconds = validSeconds, role = 'loader' }: TaskOptions) {
  let generation = 1;
  let expiresAt = Date.now() + validSeconds * 1000;
  const served: string[] = [];
  const endpoint = await startEndpoint(({ method, path }) => {
    if (method === 'POST' && path === '/rotate') {
      generation += 1;
      expiresAt = Date.now() + thenSeconds * 1000;
      return { status: 204 };
    }
    if (path !== PATH) return { status: 404 };
    const AccessKeyId = `ASIATASK${String(generation).padStart(12, '0')}`;
    served.push(AccessKeyId);
    return {
      headers: { 'Content-Type': 'application/json', Date: new Date().toUTCString() },
      body: JSON.stringify({
        AccessKeyId,
        SecretAccessKey: 'example-secret',
        Token: 'example-token',
        RoleArn: `arn:aws:iam::111122223333:role/${role}`,
        Expiration: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, 'Z'),
      }),
    };
  });
  const rotate = `import urllib.request as r; r.urlopen(r.Request("${endpoint.url}/rotate", method="POST"))`;
  return {
    env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}${PATH}` },
    /** The key ids that were served, in order. */
    served,
    rotateCommand: `python3 -c '${rotate}'`,
  };
}

interface TaskOptions {
  validSeconds: number;
  /** The validity after a rotation. */
  thenSeconds?: number;
  role?: string;
}
