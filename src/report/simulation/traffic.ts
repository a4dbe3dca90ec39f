import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { type TrafficFacts, trafficMessage, type V1Facts, v1Message } from '../messages/simulation.ts';
import { printable, shorten, writeUserAgent } from '../text/printable.ts';
import { instantJson } from '../text/writing.ts';

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
  answers: readonly { status: number | null; count: number }[];
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
  v1Clients: readonly (NamedClient & V1Facts)[] | null;
}

const CLIENT_LENGTH = 100;
const FAULT_WIDTH = 40;
const HEAD = ['', 'client', '', 'shape', 'requests', 'tokens', 'credentials', 'over v1', 'failed', 'faults'];
/** 100 columns, which is what fits a terminal beside another; eight digits fit into each of the counts. */
const WIDTHS = [2, 29, 1, 10, 10, 9, 12, 9, 9, 9];
const ALIGNS = HEAD.map((_, column) => (column < 4 ? 'left' : 'right'));
const INDENTED = [2, 98];

/** The report at the end: one sentence, the clients, and who has yet to leave IMDSv1. */
export async function trafficText(traffic: TrafficReport): Promise<string> {
  const { totals, clients, v1Clients } = traffic;
  if (clients.length === 0) return `${trafficMessage(totals)}\n`;
  const { layOut } = await import('../table/layout.ts');
  const addresses = new Set(clients.map(({ address }) => address)).size > 1;
  const rows = clients.map((client) => [
    ...['', writeClient(client, addresses), '', client.shape ?? 'none'],
    ...[client.requests, client.tokens, client.credentials, client.credentialsV1].map(String),
    ...[client.failed, client.faulted].map(String),
  ]);
  const faults = totals.faults.map(({ kind, count }) => `${shorten(kind, FAULT_WIDTH)} ${count}`);
  const v1Lines = (v1Clients ?? []).map((client) => ['', v1Message(writeClient(client, addresses), client)]);
  return `${[
    trafficMessage(totals),
    layOut([HEAD, ...rows], WIDTHS, ALIGNS),
    ...(faults.length === 0 ? [] : [layOut([['', `faults: ${faults.join(', ')}`]], INDENTED)]),
    ...(v1Clients?.length === 0 ? ['nobody used IMDSv1'] : []),
    ...(v1Lines.length === 0 ? [] : [`who still used IMDSv1\n${layOut(v1Lines, INDENTED)}`]),
  ].join('\n\n')}\n`;
}

function writeClient({ name, address, others }: NamedClient, withAddress: boolean): string {
  if (others) return 'all others';
  return `${writeUserAgent(name, CLIENT_LENGTH)}${withAddress ? ` from ${printable(address)}` : ''}`;
}

/** The same as one line of JSON. */
export function trafficJson({ totals, clients, v1Clients }: TrafficReport): string {
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
        answer_count: client.answers,
        first_at: formatInstant(client.firstAt),
        last_at: formatInstant(client.lastAt),
        uses_v2: client.usesV2,
      })) ?? null,
  });
}

const clientJson = ({ name, address, others }: NamedClient) => ({
  client: name === '' ? null : shorten(name, CLIENT_LENGTH),
  address: others ? null : printable(address),
  others,
});

function countsJson(counts: Counts) {
  const names = Object.entries(COUNTS) as [keyof typeof COUNTS, string][];
  return {
    ...Object.fromEntries(names.map(([name, field]) => [field, counts[name]])),
    answers: counts.answers,
    faults: counts.faults.map(({ kind, count }) => ({ kind: printable(kind), count })),
    first_at: instantJson(counts.firstAt),
    last_at: instantJson(counts.lastAt),
  };
}
