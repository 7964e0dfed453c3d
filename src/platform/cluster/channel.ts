/** The other process: `ChildProcess`, a cluster's worker, or `process` itself. */
export interface Peer {
  send?: (message: object) => unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** What a process answers when the other one asks. */
export type Answers = Readonly<Record<string, () => Promise<unknown>>>;

/** Asks the other process; rejects when it does not answer within a second. */
export type Ask = (question: string) => Promise<unknown>;

interface Message {
  readonly id: number;
  readonly question?: string;
  readonly answer?: unknown;
}

const PATIENCE_MS = 1000;

/** Questions and answers between two processes. One that cannot be answered is not: the asker's patience ends. */
export function openChannel(peer: Peer, answers: Answers): Ask {
  const waiting = new Map<number, (answer: unknown) => void>();
  let asked = 0;
  const send = (message: Message): void => void peer.send?.(message);
  peer.on('message', (message) => {
    const { id, question, answer } = message as Message;
    if (question === undefined) waiting.get(id)?.(answer);
    else
      answers[question]?.().then(
        (found) => send({ id, answer: found }),
        () => undefined,
      );
  });
  return (question) =>
    new Promise((resolve, reject) => {
      const id = ++asked;
      const late = setTimeout(() => settle(() => reject(new Error(`${question}: no answer`))), PATIENCE_MS);
      const settle = (end: () => void): void => {
        clearTimeout(late);
        waiting.delete(id);
        end();
      };
      waiting.set(id, (answer) => settle(() => resolve(answer)));
      send({ id, question });
    });
}
