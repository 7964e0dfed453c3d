// A thread does not inherit the loader that lets the tests run TypeScript: this registers it first.
import { register } from 'tsx/esm/api';

register();
export const { value, answer } = await import('../../src/platform/valuation-thread.ts');
