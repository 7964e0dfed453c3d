/** A server of given bytes and headers, bare or with Express: what the product's own cached reads are compared with. */
import { createServer } from 'node:http';
import express from 'express';

process.on('message', ({ kind, headers, body, path }) => {
  const bytes = Buffer.from(body, 'base64');
  const flat = Object.entries(headers).flat();
  const app = express().disable('x-powered-by').disable('etag');
  app.get(path, (_request, response) => response.set(headers).send(bytes));
  const bare = (_request, response) => {
    response.writeHead(200, flat);
    response.end(bytes);
  };
  const server = createServer(kind === 'bare' ? bare : app);
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
