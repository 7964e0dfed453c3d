import { z } from 'zod';
import { planHash, type ReplayPlan } from '../../domain/replay/plan.ts';

const position = z.string().regex(/^\d{1,19}$/);
const moment = z.iso.datetime().nullable();

const planSchema = z.strictObject({
  format: z.literal('pve-replay-plan/1'),
  storeId: z.string(),
  createdAt: z.iso.datetime(),
  scope: z.strictObject({
    mark: position,
    from: position,
    windows: z.array(z.strictObject({ since: moment, until: moment })),
    characterKeys: z.array(z.string()).nullable(),
  }),
  characters: z.number().int().min(1),
  charactersDigest: z.string(),
  hours: z.array(z.strictObject({ hour: z.iso.datetime(), reason: z.string(), characters: z.number().int() })),
  upstreamCalls: z.number().int().min(0),
  estimatedSeconds: z.number().min(0).nullable(),
});
const fileSchema = z.strictObject({ plan: planSchema, hash: z.string() });

/** A plan as a file holds it. */
export interface PlanFile {
  readonly plan: ReplayPlan;
  readonly hash: string;
}

/** The text of a plan's file. */
export function writePlanFile(plan: ReplayPlan): string {
  return `${JSON.stringify({ plan, hash: planHash(plan) } satisfies PlanFile, null, 2)}\n`;
}

/** `undefined` for what is no plan, not a whole one, or has another hash than the one that stands in it. */
export function readPlanFile(text: string): PlanFile | undefined {
  // A file cut off is no plan, whatever the parser says of it.
  try {
    const file = fileSchema.parse(JSON.parse(text));
    return planHash(file.plan) === file.hash ? file : undefined;
  } catch {
    return undefined;
  }
}
