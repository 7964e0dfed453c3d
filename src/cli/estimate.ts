import { Command } from 'commander';
import { parseEstimate } from '../domain/valuation/estimate-input.ts';
import { estimate } from '../domain/valuation/estimate.ts';
import { formatMoney } from '../domain/valuation/money.ts';
import { loadRuleSet } from '../platform/rule-files.ts';
import { CliError } from './cli-error.ts';

type Fields = { [name: string]: string | Fields };

/** `starforce.from=15` and the like as the nested body of `POST /estimates`; lists are separated by commas. */
function bodyOf(assignments: readonly string[]): Fields {
  const body: Fields = {};
  for (const assignment of assignments) {
    const [, path, value] = /^([\w.]+)=(.*)$/.exec(assignment) ?? [];
    if (path === undefined || value === undefined) throw new CliError(`${assignment}: write field=value`);
    const names = path.split('.');
    const last = names.pop() ?? '';
    let target = body;
    for (const name of names) {
      const next = (Object.hasOwn(target, name) ? target[name] : undefined) ?? {};
      if (typeof next === 'string') throw new CliError(`${path}: ${name} is a value already`);
      target[name] = next;
      target = next;
    }
    target[last] = value;
  }
  return body;
}

async function run(assignments: readonly string[], options: { json?: boolean }): Promise<void> {
  const request = parseEstimate(bodyOf(assignments));
  const answer = estimate(request, await loadRuleSet(request.ruleSet));
  if (options.json === true) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else process.stdout.write(`${lines(answer).join('\n')}\n`);
}

/** One line per number, money in Korean units, names with their path. */
function lines(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([name, child]) => lines(child, [...path, name]));
  }
  const shown =
    typeof value === 'number' && path.includes('cost') ? `${formatMoney(value, 2)} mesos` : JSON.stringify(value);
  return [`${path.join('.').padEnd(32)} ${shown}`];
}

/** `pve estimate`: one item given by hand, calculated here; no server is needed. */
export const estimateCommand = new Command('estimate')
  .description('what one item costs: the fields of POST /api/v4/estimates as field=value')
  .argument(
    '<field=value...>',
    'e.g. starforce.itemLevel=200 starforce.from=15 starforce.to=22 starforce.event=shining',
  )
  .option('--json', 'the answer of the API as it is')
  .action(run);
