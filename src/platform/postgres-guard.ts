import postgres from 'postgres';

/**
 * Makes sure that the `postgres` library carries this project's patch. Without it a connection lost inside a
 * transaction ends the process (a write to a null socket), and statements of the dead transaction can run, and commit,
 * inside the next one that gets the connection. Throws when the patch is absent.
 */
export function assertPostgresGuarded(driver: object = postgres): void {
  if ('guarded' in driver) return;
  throw new Error(
    'the postgres package lacks the patch in patches/ (were install scripts skipped?): run "npx patch-package"',
  );
}
