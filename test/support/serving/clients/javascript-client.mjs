// A program with one STS client of the AWS SDK for JavaScript. For each line on stdin, the program sends a signed
// request, and writes the result as a line of JSON: the error, or null. It exits at the end of stdin.
import { createInterface } from 'node:readline';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { defaultProvider } from '@aws-sdk/credential-provider-node';

// For container endpoints, the SDK makes four attempts with pauses of a second. For IMDS, its timeout is one second, in
// which a loaded machine may not respond.
const isContainer = process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI !== undefined;
const credentials = defaultProvider(isContainer ? { maxRetries: 0 } : { timeout: 10_000 });
const client = new STSClient({ endpoint: process.env.SERVICE_URL, maxAttempts: 1, credentials });

async function sendRequest() {
  try {
    await client.send(new GetCallerIdentityCommand({}));
    return null;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

for await (const _ of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify({ error: await sendRequest() })}\n`);
}
