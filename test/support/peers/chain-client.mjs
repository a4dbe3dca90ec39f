// Each line on stdin is an environment, as JSON: a program that uses the AWS SDK for JavaScript looks in it for
// credentials, with a provider of its own, and writes what it came to as a line of JSON. It ends with its input.
import { createInterface } from 'node:readline';
import { defaultProvider } from '@aws-sdk/credential-provider-node';

// On a loaded machine even loopback may take longer than the second of the default.
const PATIENCE = 10_000;

async function look() {
  // With containers the time-out is the pause between two tries as well.
  const isContainer = Object.keys(process.env).some((name) => name.startsWith('AWS_CONTAINER_CREDENTIALS_'));
  try {
    const { accessKeyId } = await defaultProvider(isContainer ? { maxRetries: 0 } : { timeout: PATIENCE })();
    return { accessKeyId };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, JSON.parse(line));
  process.stdout.write(`${JSON.stringify(await look())}\n`);
}
