import type { SlotLimits } from '../../watch/targets/poll-slots.ts';

/** With more quick polls at once, a round of a thousand endpoints does not become shorter. */
const MOST_QUICK_POLLS = 32;
const MOST_POLLS = 256;
const FEWEST_POLLS = 4;

/** Node and the database use these descriptors. */
const RESERVED_DESCRIPTORS = 40;

/** A quarter of the free descriptors: the server of --listen uses half, and a poll can have a file open. */
const computeShare = (descriptorLimit: number) => Math.floor((descriptorLimit - RESERVED_DESCRIPTORS) / 4);

/** Whether each target can keep an idle connection. */
export const canKeepConnections = (targetCount: number, descriptorLimit: number): boolean =>
  targetCount <= computeShare(descriptorLimit);

export function computeSlotLimits(descriptorLimit: number): SlotLimits {
  const total = Math.min(MOST_POLLS, Math.max(FEWEST_POLLS, computeShare(descriptorLimit)));
  return { quick: Math.min(MOST_QUICK_POLLS, total / 2), total };
}
