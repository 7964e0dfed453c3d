import { fingerprint } from '../../domain/character/fingerprint.ts';
import { normaliseEquipment } from '../../domain/character/normalise.ts';
import type { Snapshot } from '../../domain/character/snapshot.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import type { CallOptions } from '../upstream/guard.ts';
import { bothOrNone } from '../upstream/job-run.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';

/** Keeps a raw payload under its hash (SHA-256, hex). */
export type Archive = (hash: string, payload: Buffer) => Promise<void>;

interface FetchOptions extends CallOptions {
  readonly now: () => Date;
  /** Called before the payload is looked at: one that cannot be read is the one that is wanted later. */
  readonly archive: Archive;
}

interface Wanted {
  readonly characterKey: string;
  readonly characterName: string;
  /** The id this name had a short while ago; looked up when absent or no longer valid. */
  readonly knownOcid: string | undefined;
}

/**
 * Asks the upstream for a character. A known id that has become invalid is looked up once more.
 * Throws `UpstreamError`, `DeferredError`, and `PayloadError` for a payload that cannot be calculated with.
 */
export async function fetchSnapshot(client: UpstreamClient, wanted: Wanted, options: FetchOptions): Promise<Snapshot> {
  const lookUp = () => client.lookUpOcid(wanted.characterName, options);
  if (wanted.knownOcid === undefined) return await fetchByOcid(client, wanted, await lookUp(), options);
  // The one failure that has an answer here: the id has changed, which a fresh look-up tells.
  try {
    return await fetchByOcid(client, wanted, wanted.knownOcid, options);
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.reason !== 'stale-ocid') throw error;
    return await fetchByOcid(client, wanted, await lookUp(), options);
  }
}

async function fetchByOcid(
  client: UpstreamClient,
  wanted: Wanted,
  ocid: string,
  options: FetchOptions,
): Promise<Snapshot> {
  const [basic, equipment] = await bothOrNone(
    options,
    (call) => client.fetchBasic(ocid, call),
    (call) => client.fetchItemEquipment(ocid, call),
  );
  await options.archive(equipment.sha256, equipment.body);
  const normalised = normaliseEquipment(basic.data, equipment.data);
  return {
    characterKey: wanted.characterKey,
    character: {
      ocid,
      name: basic.data.character_name ?? wanted.characterName,
      world: basic.data.world_name ?? '',
      class: normalised.characterClass,
      level: normalised.characterLevel,
    },
    fingerprint: fingerprint(normalised),
    equipment: normalised,
    payloadHash: equipment.sha256,
    fetchStartedAt: equipment.beganAt.toISOString(),
    fetchedAt: options.now().toISOString(),
  };
}
