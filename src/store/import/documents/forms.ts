/**
 * Forms of documents: the name in the summary of an import, and examples. The table of docs/logs.md and tests
 * derive from this table.
 */
export const DOCUMENT_FORMS = {
  json: {
    name: 'JSON',
    examples: [
      '{"Code":"Success","LastUpdated":"2026-11-19T23:50:01Z","AccessKeyId":"ASIA…","Expiration":"2026-11-20T06:00:01Z"}',
      '{"RoleArn":"arn:aws:iam::111122223333:role/loader","AccessKeyId":"ASIA…","Expiration":"2026-11-20T06:00:01Z"}',
      '{"Version":1,"AccessKeyId":"ASIA…","SessionToken":"…","Expiration":"2026-11-20T06:00:01+00:00"}',
      '{"Credentials":{"AccessKeyId":"ASIA…","Expiration":"2026-11-20T06:00:01Z"}}',
    ],
  },
  damaged: {
    name: 'damaged JSON',
    examples: ['{Code:Success,LastUpdated:2026-11-19T23:50:01Z,Expiration:2026-11-20T06:00:01Z}'],
  },
  members: {
    name: 'members on lines',
    examples: [
      '"LastUpdated" : "2026-11-19T23:50:01Z",',
      'Expiration: 2026-11-20T06:00:01Z',
      'LastUpdated=2026-11-19T23:50:01Z Expiration=2026-11-20T06:00:01Z',
      'export AWS_CREDENTIAL_EXPIRATION=2026-11-20T06:00:01Z',
      '$Env:AWS_CREDENTIAL_EXPIRATION="2026-11-20T06:00:01Z"',
    ],
  },
  rows: {
    name: 'rows of columns',
    examples: [
      '2026-11-20T00:00:01Z,2026-11-19T23:50:01Z,2026-11-20T06:00:01Z',
      '1795132801 ASIAEXAMPLE 1795132201 1795154401',
    ],
  },
  table: { name: 'table with a header', examples: ['date,LastUpdated,Expiration', '@timestamp,@message'] },
  export: { name: 'export of cred-watch', examples: ['NDJSON or CSV of `cred-watch export`'] },
  poll: { name: 'output of cred-watch poll', examples: ['`cred-watch poll -f json`'] },
} as const;

export type DocumentForm = (typeof DOCUMENT_FORMS)[keyof typeof DOCUMENT_FORMS]['name'];
