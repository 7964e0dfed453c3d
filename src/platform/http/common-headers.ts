const CORRELATION_ID = /^[\w.-]{1,64}$/;

/** The caller's `X-Correlation-ID` where it is well formed. */
export function givenCorrelationId(given: string | undefined): string | undefined {
  return given !== undefined && CORRELATION_ID.test(given) ? given : undefined;
}

/** Headers of every answer to a read, names and values in turn: correlated, open to any origin. */
export function commonHeaders(correlationId: string): readonly string[] {
  return ['X-Correlation-ID', correlationId, 'Access-Control-Allow-Origin', '*'];
}
