// Prints the credentials of the profiles p0, p1, … as one JSON array. Uses the AWS SDK for JavaScript.
import { defaultProvider } from '@aws-sdk/credential-provider-node';

const [count] = process.argv.slice(2);
const profiles = Array.from({ length: Number(count) }, (_, index) => `p${index}`);
const credentials = [];
for (const profile of profiles) credentials.push(await defaultProvider({ profile })());
process.stdout.write(
  JSON.stringify(credentials, (name, value) => (name.startsWith('$') ? undefined : value)),
);
