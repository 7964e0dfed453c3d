import { formatMoney } from '../domain/valuation/money.ts';

interface Component {
  readonly status: 'valued' | 'none' | 'unsupported';
  readonly cost?: { readonly mean: number };
  readonly reason?: string;
}

interface Money {
  readonly mean: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

interface Item {
  readonly slot: string;
  readonly name: string;
  readonly total: Money | null;
  readonly starforce: Component;
  readonly potential: Component;
  readonly additionalPotential: Component;
  readonly bonusOptions: Component;
}

/** The part of the API's answer that the table shows. */
export interface ExpectationAnswer {
  readonly character: { readonly name: string; readonly world: string; readonly class: string; readonly level: number };
  readonly freshness: string;
  readonly asOf: string;
  readonly ruleSet: string;
  readonly activePreset: number;
  readonly total: Money | null;
  readonly unsupportedComponents: number;
  readonly presets: readonly { readonly preset: number; readonly items: readonly Item[] }[];
  readonly attribution: string;
}

const HEADINGS = ['slot', 'item', 'star force', 'potential', 'additional', 'bonus', 'expected'];
/** Columns that are texts; the others are amounts, aligned to the right. */
const TEXTS = 2;
const UNITS_SHOWN = 2;

/** The active preset as a table of expected costs, with the distribution of the total and what was left out. */
export function valuationTable(answer: ExpectationAnswer): string {
  const { character, total } = answer;
  const items = answer.presets.find(({ preset }) => preset === answer.activePreset)?.items ?? [];
  const rows = items.map((item) => [
    item.slot,
    item.name,
    amount(item.starforce),
    amount(item.potential),
    amount(item.additionalPotential),
    amount(item.bonusOptions),
    item.total === null ? '?' : money(item.total.mean),
  ]);
  return [
    '',
    `  ${character.name} · ${character.class} ${character.level} · ${character.world}    preset ${answer.activePreset}, ` +
      `${answer.freshness} as of ${answer.asOf}, rules ${answer.ruleSet}`,
    '',
    ...aligned([HEADINGS, ...rows]).map((line) => `  ${line}`),
    '',
    total === null
      ? '  nothing could be valued'
      : `  expected ${money(total.mean)} mesos · 1 in 10 below ${money(total.p10)} · half below ${money(total.p50)} · ` +
        `9 in 10 below ${money(total.p90)}`,
    ...leftOut(items),
    `  ${answer.attribution}`,
    '',
    '',
  ].join('\n');
}

function amount(component: Component): string {
  if (component.status === 'none') return '-';
  return component.cost === undefined ? '?' : money(component.cost.mean);
}

function money(mesos: number): string {
  return formatMoney(mesos, UNITS_SHOWN);
}

/** One line per reason: a "?" is never a zero. */
function leftOut(items: readonly Item[]): string[] {
  const reasons = new Map<string, number>();
  for (const item of items) {
    for (const component of [item.starforce, item.potential, item.additionalPotential, item.bonusOptions]) {
      if (component.status !== 'unsupported') continue;
      const reason = component.reason ?? 'unknown';
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  if (reasons.size === 0) return [];
  const list = [...reasons].map(([reason, count]) => `${reason}${count > 1 ? ` (${count})` : ''}`).join(', ');
  return [`  ? not valued and not in the total: ${list}`];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - width(cell));
        return column < TEXTS ? cell + space : space + cell;
      })
      .join('  '),
  );
}

/** Columns a text takes in a terminal: Hangul and other East Asian letters take two. */
function width(text: string): number {
  return Array.from(text).reduce(
    (sum, letter) =>
      sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/u.test(letter) ? 2 : 1),
    0,
  );
}
