import type { EndpointAnswer, RebootState, UnknownReason } from './setup-facts.ts';
import type { SocketAddress } from './setup-plan.ts';

/**
 * - `missing`: the set-up does not work, or not for every program
 * - `unknown`: the state could not be read
 * - `note`: the set-up works, but the user should know the fact
 */
export type CheckState = 'ok' | 'missing' | 'unknown' | 'note';

/** The fields of each check. */
export interface SetupCheckFields {
  CLOUD: { cloud: string };
  ADDRESS: { address: string; interface: string | null };
  REDIRECT: {
    address: string;
    target: SocketAddress;
    /** Where an existing rule leads instead. */
    otherTarget: SocketAddress | null;
    unknownReason: UnknownReason | null;
  };
  SERVER: { target: SocketAddress; answer: EndpointAnswer };
  ROUTE: {
    address: string;
    target: SocketAddress;
    answer: EndpointAnswer;
    /** The server responds at its own address. */
    hasServer: boolean;
  };
  PORT_80: { address: string; listeners: readonly string[] };
  VARIABLE: { variable: string; problem: VariableProblem };
  BRIDGE: { bridge: string; problem: BridgeProblem | null; unknownReason: UnknownReason | null };
  REBOOT: { reboot: RebootState };
}

export type VariableProblem = 'disabled' | 'elsewhere' | 'ipv6' | 'container' | 'proxy';
export type BridgeProblem = 'no-interface' | 'no-setting' | 'no-rule';

export type SetupCheckCode = keyof SetupCheckFields;
export type SetupCheck = {
  [C in SetupCheckCode]: { code: C; state: CheckState } & SetupCheckFields[C];
}[SetupCheckCode];

export const SETUP_CHECK_CODES = [
  'CLOUD',
  'ADDRESS',
  'REDIRECT',
  'SERVER',
  'ROUTE',
  'PORT_80',
  'VARIABLE',
  'BRIDGE',
  'REBOOT',
] as const satisfies readonly SetupCheckCode[];
