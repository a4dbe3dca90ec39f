import type { PresignedUrl } from '../../domain/keys/presigned-url.ts';
import { redactText } from '../../redact.ts';

/** Scheme, host and path of a presigned URL, without words that look like secrets. Null if they are unknown. */
export const formatUrlAddress = ({ address }: PresignedUrl): string | null =>
  address === null ? null : redactText(address);
