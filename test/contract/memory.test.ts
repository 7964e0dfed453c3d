import { createMemoryEventStore } from '../../src/event-store/memory/memory-event-store.ts';
import { describeEventStore } from './event-store.ts';

describeEventStore('memory', () =>
  Promise.resolve({ store: createMemoryEventStore(), dispose: () => Promise.resolve() }),
);
