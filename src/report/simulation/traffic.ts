import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { describeTraffic, describeV1Usage, type TrafficFacts, type V1Usage } from '../messages/simulation.ts';
import { formatNullableInstant } from '../text/format-values.ts';
import { escapeUnprintable, formatUserAgent, truncateText } from '../text/untrusted-text.ts';

/** What is counted, and its name in JSON. */
const COUNTS = {
  requests: 'request_count',
  tokens: 'token_request_count',
  credentials: 'credentials_count',
  credentialsV1: 'credentials_v1_count',
  credentialsV2: 'credentials_v2_count',
  metadataV1: 'metadata_v1_count',
  metadataV2: 'metadata_v2_count',
  failed: 'failed_count',
  faulted: 'fault_count',
  credentialSets: 'credential_set_count',
} as const;

interface Counts extends Record<keyof typeof COUNTS, number> {
  responses: readonly { status: number | null; count: number }[];
  faults: readonly { kind: string; count: number }[];
  firstAt: Instant | null;
  lastAt: Instant | null;
}

interface NamedClient {
  name: string;
  address: string;
  /** Not one client but all that were not kept apart. */
  others: boolean;
}

/** Who asked the simulator for what. */
export interface TrafficReport {
  totals: Counts & TrafficFacts;
  clients: readonly (NamedClient & Counts & { shape: string | null })[];
  /** Null where IMDS was not asked at all. */
  v1Clients: readonly (NamedClient & V1Usage)[] | null;
}

const CLIENT_LENGTH = 100;
const FAULT_WIDTH = 40;
const HEAD = ['', 'client', '', 'shape', 'requests', 'tokens', 'credentials', 'over v1', 'failed', 'faults'];
/** 100 columns, which is what fits a terminal beside another; eight digits fit into each of the counts. */
const WIDTHS = [2, 29, 1, 10, 10, 9, 12, 9, 9, 9];
const ALIGNS = HEAD.map((_, column) => (column < 4 ? 'left' : 'right'));
const INDENTED = [2, 98];

/** The report at the end: one sentence, the clients, and who has yet to leave IMDSv1. */
export async function renderTrafficText(traffic: TrafficReport): Promise<string> {
  const { totals, clients, v1Clients } = traffic;
  if (clients.length === 0) return `${describeTraffic(totals)}\n`;
  const { layOutColumns } = await import('../table/layout.ts');
  const addresses = new Set(clients.map(({ address }) => address)).size > 1;
  const rows = clients.map((client) => [
    ...['', writeClient(client, addresses), '', client.shape ?? 'none'],
    ...[client.requests, client.tokens, client.credentials, client.credentialsV1].map(String),
    ...[client.failed, client.faulted].map(String),
  ]);
  const faults = totals.faults.map(({ kind, count }) => `${truncateText(kind, FAULT_WIDTH)} ${count}`);
  const v1Lines = (v1Clients ?? []).map((client) => [
    '',
    describeV1Usage(writeClient(client, addresses), client),
  ]);
  return `${[
    describeTraffic(totals),
    layOutColumns([HEAD, ...rows], WIDTHS, ALIGNS),
    ...(faults.length === 0 ? [] : [layOutColumns([['', `faults: ${faults.join(', ')}`]], INDENTED)]),
    ...(v1Clients?.length === 0 ? ['nobody used IMDSv1'] : []),
    ...(v1Lines.length === 0 ? [] : [`who still used IMDSv1\n${layOutColumns(v1Lines, INDENTED)}`]),
  ].join('\n\n')}\n`;
}

function writeClient({ name, address, others }: NamedClient, withAddress: boolean): string {
  if (others) return 'all others';
  return `${formatUserAgent(name, CLIENT_LENGTH)}${withAddress ? ` from ${escapeUnprintable(address)}` : ''}`;
}

/** The same as one line of JSON. */
export function formatTrafficJson({ totals, clients, v1Clients }: TrafficReport): string {
  return JSON.stringify({
    schema_version: 1,
    event: 'report',
    client_count: totals.clients,
    more_clients: totals.others,
    ...countsJson(totals),
    clients: clients.map((each) => ({ ...clientJson(each), shape: each.shape, ...countsJson(each) })),
    imds_v1_clients:
      v1Clients?.map((client) => ({
        ...clientJson(client),
        answer_count: client.responses,
        first_at: formatInstant(client.firstAt),
        last_at: formatInstant(client.lastAt),
        uses_v2: client.usesV2,
      })) ?? null,
  });
}

const clientJson = ({ name, address, others }: NamedClient) => ({
  client: name === '' ? null : truncateText(name, CLIENT_LENGTH),
  address: others ? null : escapeUnprintable(address),
  others,
});

function countsJson(counts: Counts) {
  const names = Object.entries(COUNTS) as [keyof typeof COUNTS, string][];
  return {
    ...Object.fromEntries(names.map(([name, field]) => [field, counts[name]])),
    answers: counts.responses,
    faults: counts.faults.map(({ kind, count }) => ({ kind: escapeUnprintable(kind), count })),
    first_at: formatNullableInstant(counts.firstAt),
    last_at: formatNullableInstant(counts.lastAt),
  };
}
