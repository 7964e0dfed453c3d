import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Sql } from 'postgres';

type Queries = Sql<{ bigint: bigint }>;

/** What a token allows: `admin` everything, `operator` everything but other tokens and settings of access. */
export const TOKEN_ROLES = ['operator', 'admin'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** Who presents a valid token. */
export interface TokenHolder {
  readonly id: string;
  readonly name: string;
  readonly role: TokenRole;
}

/** A stored token: the secret itself is known to its holder only. */
export interface StoredToken extends TokenHolder {
  readonly secretSha256: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

const TOKEN = /^pve_([0-9a-f-]{36})_([\w-]{43})$/;

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Makes a token and returns its text, which is shown once and never again. */
export async function createToken(sql: Queries, name: string, role: TokenRole): Promise<string> {
  const id = randomUUID();
  const secret = randomBytes(32).toString('base64url');
  await sql`
    insert into api_token (id, name, role, secret_sha256) values (${id}, ${name}, ${role}, ${hashOf(secret).toString('hex')})`;
  return `pve_${id}_${secret}`;
}

/** Ends a token's life. Answers false when there is no such token in force. */
export async function revokeToken(sql: Queries, id: string): Promise<boolean> {
  const { count } = await sql`update api_token set revoked_at = now() where id = ${id} and revoked_at is null`;
  return count === 1;
}

/** Who holds this token; `undefined` for anything that is not a token in force. Secrets are compared in constant time. */
export async function verifyToken(sql: Queries, presented: string): Promise<TokenHolder | undefined> {
  const [, id, secret] = TOKEN.exec(presented) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const [row] = await sql<(TokenHolder & { secretSha256: string })[]>`
    select id, name, role, secret_sha256 as "secretSha256" from api_token where id = ${id} and revoked_at is null`;
  if (row === undefined || !timingSafeEqual(hashOf(secret), Buffer.from(row.secretSha256, 'hex'))) return undefined;
  return { id: row.id, name: row.name, role: row.role };
}

/** Every token, revoked ones included. */
export async function listTokens(sql: Queries): Promise<StoredToken[]> {
  return await sql<StoredToken[]>`
    select id, name, role, secret_sha256 as "secretSha256", created_at as "createdAt", revoked_at as "revokedAt"
    from api_token order by created_at`;
}

/** Puts tokens back as they were. */
export async function restoreTokens(sql: Queries, tokens: readonly StoredToken[]): Promise<void> {
  for (const { id, name, role, secretSha256, createdAt, revokedAt } of tokens) {
    await sql`
      insert into api_token (id, name, role, secret_sha256, created_at, revoked_at)
      values (${id}, ${name}, ${role}, ${secretSha256}, ${createdAt}, ${revokedAt}) on conflict (id) do nothing`;
  }
}
