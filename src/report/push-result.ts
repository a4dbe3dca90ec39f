import { toJson } from '../untrusted-text.ts';
import { formatCount } from './text/format-values.ts';

/** The result of a push to one destination. */
export interface PushReport {
  /** Without user and password. */
  destination: string;
  /** `interrupted`: the rest is sent by the next push. `failed`: the user has to change something. */
  status: 'complete' | 'rejected' | 'interrupted' | 'failed';
  sent: number;
  rejected: readonly { item: string; reason: string }[];
  error: { message: string; hint: string | undefined } | null;
}

/** One line for stdout. */
export const formatPushLine = ({ destination, sent, rejected }: PushReport): string =>
  `${destination}: ${formatCount(sent, 'item')} sent${
    rejected.length === 0 ? '' : `, ${formatCount(rejected.length, 'item')} rejected`
  }`;

export const formatPushJson = (reports: readonly PushReport[]): string =>
  toJson({
    schema_version: 1,
    destinations: reports.map(({ destination, status, sent, rejected, error }) => ({
      destination,
      status,
      sent_count: sent,
      rejected: rejected.map(({ item, reason }) => ({ item, reason })),
      error: error && { message: error.message, hint: error.hint ?? null },
    })),
  });
