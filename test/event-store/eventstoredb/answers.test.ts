import { Metadata, status } from '@grpc/grpc-js';
import { NotLeaderError } from '@eventstore/db-client';
import { expect } from 'chai';
import { StoreUnavailableError } from '../../../src/event-store/errors.ts';
import { asStoreError } from '../../../src/event-store/eventstoredb/answers.ts';

/** An error as gRPC gives it. */
function serviceError(code: status, headers: Record<string, string> = {}) {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return Object.assign(new Error(`${code} ${status[code]}`), { code, details: status[code], metadata });
}

describe('answers of EventStoreDB', () => {
  const unanswered = ['CANCELLED', 'UNKNOWN', 'DEADLINE_EXCEEDED', 'ABORTED', 'INTERNAL', 'UNAVAILABLE'] as const;
  const answered = [
    'INVALID_ARGUMENT',
    'NOT_FOUND',
    'PERMISSION_DENIED',
    'RESOURCE_EXHAUSTED',
    'UNAUTHENTICATED',
  ] as const;

  for (const code of unanswered)
    it(`${code} leaves the question open`, () => {
      const error = serviceError(status[code]);
      expect(asStoreError(error)).to.be.instanceOf(StoreUnavailableError).with.property('cause', error);
    });

  for (const code of answered)
    it(`${code} is an answer`, () => {
      const error = serviceError(status[code]);
      expect(asStoreError(error)).to.equal(error);
    });

  it('a node that is not the leader leaves the question open: the client goes to the leader next', () => {
    const leader = { 'leader-endpoint-host': 'node3', 'leader-endpoint-port': '2113' };
    const error = new NotLeaderError(serviceError(status.NOT_FOUND, leader));
    expect(asStoreError(error)).to.be.instanceOf(StoreUnavailableError);
  });

  it('a mistake of ours stays one', () => {
    const mistake = new TypeError('no function');
    expect(asStoreError(mistake)).to.equal(mistake);
  });
});
