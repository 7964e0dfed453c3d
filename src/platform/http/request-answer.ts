/** Where a request stands, in the words of the API. */
export type RequestStatus = 'pending' | 'deferred' | 'valued' | 'ignored' | 'parked';

/** The path under which the status of a request is read. */
export function requestPath(requestId: string): string {
  return `/api/v4/requests/${requestId}`;
}

/**
 * Body of 202: the request is durable at `position`, `null` while it is not in the log yet. Without a `requestId` nothing
 * was filed: the limits of filing were reached.
 */
export function acceptedBody(
  request: { requestId: string | null; position: bigint | null },
  status: RequestStatus,
): { requestId: string | null; status: RequestStatus; statusUrl: string | null; position: string | null } {
  return {
    requestId: request.requestId,
    status,
    statusUrl: request.requestId === null ? null : requestPath(request.requestId),
    position: request.position === null ? null : String(request.position),
  };
}
