/** Secrets that no output may contain. Their characters are changed by every encoding. */
export const CANARIES = {
  secretKey: 'CANARYsecret/key+"one"/EXAMPLE',
  sessionToken: 'CANARYsession/token+two==//EXAMPLE',
  imdsToken: 'CANARYimds/token+three==EXAMPLE',
  authorization: 'CANARYauthorization/token+"four"=EXAMPLE',
  /** On ECS, this path alone gives access to the credentials. */
  credentialsPath: 'CANARYpath-5f0c7a52-1b1e-4c0e-9b7e-five',
  /** Valid as a name. */
  word: 'CANARYword0123456789sixEXAMPLE',
} as const;

/** All encodings of a text. Base64 of a longer text contains one of three forms, except for the ends. */
function encode(text: string): string[] {
  const base64 = [0, 1, 2].map((lead) => {
    const encoded = Buffer.from(`${' '.repeat(lead)}${text}`).toString('base64');
    return encoded.slice(4, -4);
  });
  return [
    text,
    ...base64,
    ...base64.map((each) => each.replaceAll('+', '-').replaceAll('/', '_')),
    encodeURIComponent(text),
    encodeURI(text),
    JSON.stringify(text).slice(1, -1),
    JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
    JSON.stringify(JSON.stringify(text)).slice(3, -3),
    Buffer.from(text).toString('hex'),
    Buffer.from(text, 'utf16le').toString('latin1'),
    // Half of a secret is also too much.
    text.slice(0, Math.ceil(text.length / 2)),
  ];
}

/** Names of the canaries in these bytes. */
export function canariesIn(bytes: Uint8Array | string): string[] {
  const text = Buffer.from(bytes).toString('latin1');
  const lower = text.toLowerCase();
  return Object.entries(CANARIES)
    .filter(([, canary]) => encode(canary).some((each) => lower.includes(each.toLowerCase())))
    .map(([name]) => name);
}
