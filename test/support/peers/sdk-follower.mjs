// A program with the AWS SDK for JavaScript that runs until it has been given three different sets of credentials.
import { setTimeout as pause } from 'node:timers/promises';
import { defaultProvider } from '@aws-sdk/credential-provider-node';

const provider = defaultProvider();
const seen = [];
while (seen.length < 3) {
  const { accessKeyId } = await provider();
  if (!seen.includes(accessKeyId)) seen.push(accessKeyId);
  await pause(200);
}
const given = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
process.stdout.write(JSON.stringify({ seen, given: given.sort() }));
