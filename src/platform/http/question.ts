/** What answering a public request takes. */
export type QuestionKind = 'lookUps' | 'calculations' | 'reads' | 'commands';

/** A calculation on demand has a path of its own, or assumptions beside the parameters that only say when. */
const CALCULATED = /\/(?:estimates|plan|distribution)\/?$/i;
const VALUATION = /\/expectation\/?$/i;
const ONLY_WHEN = new Set(['wait', 'at']);

/** The kind of a request by its method and its target: path and query as they were sent. */
export function kindOf(method: string | undefined, target: string): QuestionKind {
  const [path = '', query = ''] = target.split('?', 2);
  // A browser's question before the question: nothing is calculated.
  if (method === 'OPTIONS') return 'reads';
  if (CALCULATED.test(path)) return 'calculations';
  if (method === 'POST') return 'commands';
  if (!VALUATION.test(path)) return 'reads';
  const assumes = [...new URLSearchParams(query).keys()].some((name) => !ONLY_WHEN.has(name));
  return assumes ? 'calculations' : 'lookUps';
}
