// A program with the AWS SDK for JavaScript and one credential provider. For each line on stdin, the program
// gets credentials from the provider, as each request to AWS does, and writes them as a line of JSON. The
// number in the line is how many milliseconds its clock is ahead. The program exits at the end of stdin.
import { createInterface } from 'node:readline';
import { defaultProvider } from '@aws-sdk/credential-provider-node';

const [timeout] = process.argv.slice(2);
const provide = defaultProvider(timeout === undefined ? {} : { timeout: Number(timeout) });

let skipped = 0;
const realNow = Date.now;
Date.now = () => realNow() + skipped;

async function getCredentials() {
  try {
    return { credentials: await provide() };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  skipped = Number(line);
  const result = await getCredentials();
  process.exitCode = result.error === undefined ? 0 : 1;
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
