import type { RequestHandler } from 'express';
import { ProblemError } from '../../domain/errors.ts';
import type { Database } from '../database.ts';
import { verifyToken, type TokenRole } from '../tokens.ts';

/** Lets only holders of a token pass: of this role, or admins. The holder is in `response.locals.holder`. */
export function requireToken(database: Database, role: TokenRole): RequestHandler {
  return async (request, response, next) => {
    const [, presented] = /^Bearer (\S+)$/.exec(request.get('authorization') ?? '') ?? [];
    const holder = presented === undefined ? undefined : await database.query((sql) => verifyToken(sql, presented));
    if (holder === undefined)
      throw new ProblemError('unauthorized', 'send "Authorization: Bearer <token>"; pve token create makes one');
    if (holder.role !== role && holder.role !== 'admin')
      throw new ProblemError('forbidden', `this needs the role ${role}`);
    response.locals.holder = holder;
    next();
  };
}
