import { hasSecretForm } from '../key-id.ts';

/** A role name of IAM, alone or after a path or an ARN. kube2iam lists such roles, and SDKs request them. */
const ROLE = /^(?:arn:[\w-]+:iam::(\d{12}):role\/)?(?:[\w+=,.@-]{1,512}\/)*[\w+=,.@-]{1,64}$/;

/** A shorter name can be a part of a secret by chance. */
const MIN_PIECE_LENGTH = 12;

/** `AWS_SESSION_TOKEN=…`, which a role name could contain. */
const NAMED_SECRET = /(?:secret|token|key|password)\w*=/i;

/**
 * The page of a captive portal is not a role. `.` and `..` would request another path of the endpoint. A role is
 * shown and stored, so a secret in its place is rejected.
 */
export const isRole = (text: string): boolean =>
  ROLE.test(text) &&
  !NAMED_SECRET.test(text) &&
  !hasSecretForm(text) &&
  !text.split('/').some((segment) => segment === '.' || segment === '..');

/** Whether a name from an endpoint contains a known secret, or is a long piece of one. */
export const containsSecret = (name: string, secrets: Iterable<string>): boolean =>
  [...secrets].some(
    (secret) =>
      secret !== '' && (name.includes(secret) || (name.length >= MIN_PIECE_LENGTH && secret.includes(name))),
  );

/** The account in the ARN of a role. Null for a role without an ARN. */
export const parseAccountOfRole = (role: string): string | null => ROLE.exec(role)?.[1] ?? null;
