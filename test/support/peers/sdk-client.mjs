// A program that uses the AWS SDK for JavaScript: each line on stdin makes it ask its one credential provider, as every
// request to AWS would, and write what it was given as a line of JSON. The line says how many milliseconds are to have
// gone by since the start beside the real ones. It ends with its input.
import { createInterface } from 'node:readline';
import { defaultProvider } from '@aws-sdk/credential-provider-node';

const [timeout] = process.argv.slice(2);
const provide = defaultProvider(timeout === undefined ? {} : { timeout: Number(timeout) });

let skipped = 0;
const realNow = Date.now;
Date.now = () => realNow() + skipped;

async function look() {
  try {
    return { credentials: await provide() };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  skipped = Number(line);
  const answer = await look();
  process.exitCode = answer.error === undefined ? 0 : 1;
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
