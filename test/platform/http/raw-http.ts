import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Splits what arrives into answers, by their lengths. */
export function collect(socket: Socket): (count: number) => Promise<string[]> {
  let text = '';
  const answers: string[] = [];
  const lengthOf = (head: string) =>
    head.startsWith('HTTP/1.1 304') ? 0 : Number(/content-length: (\d+)/i.exec(head)?.[1]);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (;;) {
      const head = text.indexOf('\r\n\r\n') + 4;
      const length = lengthOf(text);
      if (head < 4 || !(text.length >= head + length)) return;
      answers.push(text.slice(0, head + length));
      text = text.slice(head + length);
      socket.emit('answer');
    }
  });
  return async (count) => {
    while (answers.length < count) await once(socket, 'answer');
    return answers;
  };
}

/** A body in one chunk. */
export function chunked(body: string): string {
  return `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`;
}

/** Cuts a text at these places, taken modulo its length. */
export function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set([0, ...places.map((place) => place % text.length), text.length])].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => text.slice(at[index], end));
}
