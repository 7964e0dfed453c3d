import { ProblemError } from '../errors.ts';

/** Longest name accepted, in code points. */
const MAX_CODE_POINTS = 12;

/** Control, format (bidi marks, zero-width joiners), private, unassigned, lone surrogates, and what is drawn as nothing. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/u;
const SPACE = /\p{Z}/u;

/** The name under which a character's work is filed: NFC, trimmed, lower-cased. Any spelling of one name has one key. */
export function characterKey(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}

/**
 * Checks a character name given by a stranger and returns it as it is shown: NFC, trimmed, case kept.
 * @throws ProblemError `invalid-input` (field `characterName`) unless it has 1–12 visible code points without spaces
 */
export function parseCharacterName(raw: string): string {
  const name = raw.normalize('NFC').trim();
  const length = Array.from(name).length;
  if (INVISIBLE.test(raw)) throw invalid('must not contain control, bidirectional or zero-width characters');
  if (length === 0) throw invalid('must not be empty');
  if (length > MAX_CODE_POINTS) throw invalid(`must have at most ${MAX_CODE_POINTS} characters`);
  if (SPACE.test(name)) throw invalid('must not contain spaces');
  return name;
}

function invalid(what: string): ProblemError {
  return new ProblemError('invalid-input', `The character name ${what}.`, { field: 'characterName' });
}
