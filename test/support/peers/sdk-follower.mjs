// A program with the AWS SDK for JavaScript. It exits after it got three different sets of credentials.
import { setTimeout as pause } from 'node:timers/promises';
import { defaultProvider } from '@aws-sdk/credential-provider-node';

const provider = defaultProvider();
const seen = [];
while (seen.length < 3) {
  const { accessKeyId } = await provider();
  if (!seen.includes(accessKeyId)) seen.push(accessKeyId);
  await pause(200);
}
const variables = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
process.stdout.write(JSON.stringify({ seen, variables: variables.sort() }));
