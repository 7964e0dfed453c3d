import type { Database } from '../../platform/database.ts';
import { createGrouped } from '../../platform/grouped.ts';
import { LOOK_UPS, type Admission } from '../../platform/http/admission.ts';
import { lookUpAnswers, type AnswerLookUp } from '../../platform/read-models/expectation.ts';
import type { WhenGone } from '../../platform/when-gone.ts';

/** What the database knows of a character. Throws `ProblemError` `overloaded`. */
export type LookUp = (characterKey: string, whenGone: WhenGone) => Promise<AnswerLookUp>;

/** Looks characters up in groups, as many at a time as admission lets in. */
export function createLookUp(database: Pick<Database, 'query'>, admission: Pick<Admission, 'run'>): LookUp {
  const ask = createGrouped<string, AnswerLookUp>(
    (keys) => database.query((sql) => lookUpAnswers(sql, keys)),
    LOOK_UPS,
  );
  return (key, whenGone) => admission.run('lookUps', () => ask(key), whenGone);
}
