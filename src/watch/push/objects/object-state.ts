/** What the destination has confirmed about an object. */
export interface ObjectState {
  /** Of the rows that the database had. */
  digest: string;
  /** Of the object after the write. */
  version: string;
  /** The object has no other rows than the database had. */
  isOwn: boolean;
}

/** The text in the outbox. */
export const formatState = ({ digest, version, isOwn }: ObjectState): string =>
  `${digest} ${isOwn ? 'own' : 'shared'} ${version}`;

export function parseState(text: string): ObjectState {
  const [, digest = '', kind, version = ''] = /^(\S*) (own|shared) (.*)$/s.exec(text) ?? [];
  return { digest, version, isOwn: kind === 'own' };
}
