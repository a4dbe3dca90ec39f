import type { SlotLimits } from '../../watch/targets/poll-slots.ts';

/** With more quick polls at once, a round of a thousand endpoints does not become shorter. */
const MAX_QUICK_POLLS = 32;
const MAX_POLLS = 256;
const MIN_POLLS = 4;

/** The number of descriptors that Node and the database use. */
const RESERVED_DESCRIPTORS = 40;

/** A quarter of the free descriptors: --listen uses half, and a poll needs up to two (a connection and a file). */
const computeShare = (descriptorLimit: number) => Math.floor((descriptorLimit - RESERVED_DESCRIPTORS) / 4);

/** Whether each target can keep an idle connection. */
export const canKeepConnections = (targetCount: number, descriptorLimit: number): boolean =>
  targetCount <= computeShare(descriptorLimit);

export function computeSlotLimits(descriptorLimit: number): SlotLimits {
  const total = Math.min(MAX_POLLS, Math.max(MIN_POLLS, computeShare(descriptorLimit)));
  return { quick: Math.min(MAX_QUICK_POLLS, total / 2), total };
}
