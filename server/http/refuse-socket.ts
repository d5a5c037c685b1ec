import type { Socket } from 'node:net';
import { QueueError } from '#queue/errors.ts';
import { toProblem } from '#queue/problem.ts';

/**
 * Answers what Node's parser refuses before there is a request that a route could be asked about, in the words of all
 * other refusals, and ends the connection.
 */
export function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  // A second answer would be taken for that to another request.
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const problem = toProblem(refusalOf(error));
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${String(problem.status)} ${problem.title}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${String(Buffer.byteLength(body))}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function refusalOf(error: NodeJS.ErrnoException): QueueError {
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return new QueueError(
      'headers_too_large',
      'The URL and the headers have more than 16 KB together. Send less, such as fewer cookies.',
      { cause: error },
    );
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new QueueError('upload_too_slow', 'The request did not come in time. Send it again.', {
      cause: error,
    });
  }
  return new QueueError('request_malformed', `The request is no HTTP: ${error.message}.`, { cause: error });
}
