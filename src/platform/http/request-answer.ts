/** Where a request stands, in the words of the API. */
export type RequestStatus = 'pending' | 'deferred' | 'valued' | 'ignored' | 'parked';

/** The path under which the status of a request is read. */
export function requestPath(requestId: string): string {
  return `/api/v4/requests/${requestId}`;
}

interface Accepted {
  readonly requestId: string | null;
  readonly status: RequestStatus;
  readonly statusUrl: string | null;
  readonly position: string | null;
  /** Where it is while it has no position. */
  readonly durability?: 'spooled';
}

/**
 * Body of 202: the request is durable at `position`, or in the spool while it is not in the log yet (`null`). Without a
 * `requestId` nothing was filed: the limits of filing were reached.
 */
export function acceptedBody(
  request: { requestId: string | null; position: bigint | null },
  status: RequestStatus,
): Accepted {
  const spooled = request.requestId !== null && request.position === null;
  return {
    ...(spooled ? { durability: 'spooled' } : {}),
    requestId: request.requestId,
    status,
    statusUrl: request.requestId === null ? null : requestPath(request.requestId),
    position: request.position === null ? null : String(request.position),
  };
}
