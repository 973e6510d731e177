import http from 'node:http';
import https from 'node:https';
import { fromCallback } from 'xstate';
import type { ModelStepEvent, ModelStepInput } from '../machines/ports.ts';
import { decodedBody } from './decoded-body.ts';
import { createSseReader } from './sse.ts';
import { readStep } from './step-chunks.ts';
import { isPlain, stepRefusal } from './step-refusal.ts';

/** One POST to the hub that answers with a stream. */
export interface StepRequest {
  url: string;
  headers: Record<string, string>;
  body: object;
}

export interface ModelStepOptions {
  /** The request for a step, once everything that must be on disk before it is there. */
  prepare: (input: ModelStepInput) => StepRequest | Promise<StepRequest>;
}

// One connection serves step after step, which saves a round trip on each.
const plain = new http.Agent({ keepAlive: true });
const secure = new https.Agent({ keepAlive: true });
/** A hub that says nothing for so long is gone: it pings every 10 seconds while a model thinks. */
const SILENCE_MS = 60_000;
/** How long an answer may go on after its last word before its connection is given up. */
const REST_MS = 1_000;

/**
 * Port `modelStep`: have the hub execute one step, or attach to the run that does. One exchange, no retries:
 * what comes next is the turn's decision. Stopping it drops the request; the run goes on at the hub.
 */
export function createModelStep({ prepare }: ModelStepOptions) {
  return fromCallback<{ type: 'none' }, ModelStepInput>(({ input, sendBack }) => {
    const tell = sendBack as (event: ModelStepEvent) => void;
    let request: http.ClientRequest | null = null;
    let over = false;
    const say = (event: ModelStepEvent): void => {
      if (!over) tell(event);
    };
    const finish = (event: ModelStepEvent): void => {
      if (over) return;
      over = true;
      const drop = setTimeout(() => request?.destroy(), REST_MS).unref();
      request?.once('close', () => clearTimeout(drop));
      if (event.type === 'step.ended') afterItsWords(() => tell(event));
      else tell(event);
    };
    const lost = (message: string): void =>
      finish({
        type: 'step.failed',
        cause: 'hub',
        message,
        runId: input.after?.runId ?? null,
        retryable: true,
        retryAfterMs: 0,
      });

    const start = (step: StepRequest): void => {
      if (over) return;
      const url = new URL(step.url);
      const body = JSON.stringify(step.body);
      const isSecure = url.protocol === 'https:';
      request = (isSecure ? https : http).request(url, {
        method: 'POST',
        agent: isSecure ? secure : plain,
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          'accept-encoding': 'identity',
          ...step.headers,
          'content-length': Buffer.byteLength(body),
        },
      });
      request.setTimeout(SILENCE_MS, () => lost('the hub fell silent'));
      request.on('error', (error) => lost(`the hub is out of reach: ${error.message}`));
      request.on('response', (response) => {
        const { statusCode: status = 0, headers } = response;
        const content = decodedBody(response).setEncoding('utf8');
        for (const part of new Set([response, content]))
          part.on('error', (error) => lost(`the stream was cut off: ${error.message}`));
        if (status === 200 && !isPlain(headers)) {
          const reader = readStep(input.after, say, finish);
          const read = createSseReader((data) => reader.data(data));
          content.on('data', (part: string) => {
            read(part);
            reader.rest();
          });
          content.on('end', () => lost('the stream ended before the step did'));
          return;
        }
        let text = '';
        content.on('data', (part: string) => {
          if (text.length < 10_000) text += part;
        });
        content.on('end', () => finish(stepRefusal(input.kind, { status, headers, text })));
      });
      request.end(body, () => say({ type: 'step.sent' }));
    };

    Promise.resolve(prepare(input))
      .then(start)
      .catch((error: unknown) =>
        finish({
          type: 'step.failed',
          cause: 'refused',
          message: `internal error: ${error instanceof Error ? error.message : String(error)}`,
          runId: null,
          retryable: false,
          retryAfterMs: 0,
        }),
      );
    return () => {
      if (!over) request?.destroy();
      over = true;
    };
  });
}

/**
 * What the model said last leaves before anybody deals with the end of the step: it takes one turn of the event loop to
 * the hub, and one more through a hub in this process.
 */
function afterItsWords(work: () => void): void {
  setImmediate(() => setImmediate(work));
}
