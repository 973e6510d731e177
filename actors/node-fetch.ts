import http from 'node:http';
import https from 'node:https';
import { decodedBody } from './decoded-body.ts';
import type { HubFetch } from './hub-request.ts';

/**
 * A request by `node:http`, with keep-alive. Where it will do, it spares a process the built-in `fetch`: 20 ms of
 * loading, and half a millisecond a request. It follows no redirects.
 */
export const nodeFetch: HubFetch = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
      ...(signal ? { signal } : {}),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      const content = decodedBody(response).setEncoding('utf8');
      content.on('data', (part: string) => {
        text += part;
      });
      for (const part of new Set([response, content])) part.on('error', reject);
      content.on('end', () => {
        const status = response.statusCode ?? 0;
        resolve({
          ok: status >= 200 && status < 300,
          status,
          headers: new Headers(response.headers as Record<string, string>),
          text: () => Promise.resolve(text),
        });
      });
    });
    request.end(body);
  });
