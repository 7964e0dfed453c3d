import { origin, tableRow, type Line, type Measured } from './readme-tables.ts';

interface Row {
  readonly name: string;
  /** Per second; some rows only show what is gained. */
  readonly target?: number;
  readonly perSecond: number;
}

export interface StoreEvidence extends Measured {
  readonly results: Readonly<Record<string, { readonly rows: readonly Row[] }>>;
}

/** What bench:store has measured: events per second. */
export function storeTable(store: StoreEvidence): string[] {
  const rows = Object.values(store.results).flatMap((part) => part.rows);
  return [
    origin(store, 'npm run bench:store'),
    '',
    '| event store, events per second | target | measured | |',
    '|---|---|---|---|',
    ...rows.flatMap(({ name, target, perSecond }) => {
      if (target === undefined) return [];
      const line: Line = [name, `≥ ${target}`, String(perSecond), perSecond >= target];
      return [tableRow(line)];
    }),
  ];
}
