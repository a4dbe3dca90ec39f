// A program with the AWS SDK for JavaScript. Each line on stdin is an environment as JSON. For each line, the
// program resolves credentials with a new provider and writes the result as a line of JSON. It exits at the
// end of stdin.
import { createInterface } from 'node:readline';
import { defaultProvider } from '@aws-sdk/credential-provider-node';

// The default of one second is too short on a loaded machine.
const TIMEOUT = 10_000;

async function resolveCredentials() {
  // For container endpoints the SDK also uses the timeout as the pause between attempts.
  const isContainer = Object.keys(process.env).some((name) => name.startsWith('AWS_CONTAINER_CREDENTIALS_'));
  try {
    return { credentials: await defaultProvider(isContainer ? { maxRetries: 0 } : { timeout: TIMEOUT })() };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, JSON.parse(line));
  process.stdout.write(`${JSON.stringify(await resolveCredentials())}\n`);
}
