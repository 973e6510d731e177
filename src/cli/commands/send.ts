import { text as readAll } from 'node:stream/consumers';
import type { Entry } from '../../client/index.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { connect } from '../connect.ts';
import { createPaint } from '../render/paint.ts';
import { printable } from '../render/printable.ts';
import { entriesSince } from '../send/progress.ts';
import { runSend, type SendOutput, type Sent } from '../send/run-send.ts';
import { TextOutput } from '../send/text-output.ts';
import { readTarget, targetOptions } from '../target-options.ts';

export const command = defineCommand({
  syntax: 'send TEXT…',
  summary: 'Send one message, stream the answer to stdout, and end as the turn ends.',
  options: {
    ...targetOptions,
    approve: {
      type: 'string',
      choices: ['ask', 'all', 'none'],
      describe:
        'tool calls that need a person: ask in this terminal (the default), allow all, or deny all. Without a ' +
        'terminal, ask leaves them waiting and ends with 4',
    },
    timeout: { type: 'number', value: 'SECONDS', describe: 'stop waiting after that; the turn goes on' },
    json: { type: 'boolean', describe: 'print every event as a line of JSON, and a result as the last' },
  },
  notes: [
    'TEXT is joined by spaces; - reads it from standard input.',
    'Tool calls and whatever else happens are told on stderr, so that stdout is the answer alone.',
    'Ctrl-C stops the turn; twice only leaves.',
    'Example: git diff | signalbox send --approve none - > review.md',
  ].join('\n'),
  async run(options, words) {
    const text = await readText(words);
    const { client } = await connect(options.hub);
    const session = client.session(readTarget(options));
    const output = options.json ? jsonOutput() : textOutput();
    try {
      const sent = await runSend({
        client,
        session,
        text,
        policy: options.approve ?? 'ask',
        hasTerminal: process.stdin.isTTY === true && process.stderr.isTTY === true && !options.json,
        timeout: options.timeout,
        output,
      });
      output.end(sent, entriesSince(session.view(), sent.clientMessageId));
      return sent.exitCode;
    } finally {
      session.close();
    }
  },
});

async function readText(words: readonly string[]): Promise<string> {
  const isPiped = words.length === 1 && words[0] === '-';
  const text = isPiped ? await readAll(process.stdin) : words.join(' ');
  if (text.trim()) return text;
  throw usageError('there is no text to send. For example: signalbox send "what can you do?"');
}

interface Output extends SendOutput {
  end(sent: Sent, since: readonly Entry[]): void;
}

function textOutput(): Output {
  const output = new TextOutput({
    out: (text) => process.stdout.write(text),
    err: (line) => process.stderr.write(`${line}\n`),
    clean: process.stdout.isTTY ? printable : (text) => text,
    paint: createPaint(process.stderr, process.env),
  });
  return {
    update: (_, since) => output.show(since),
    say: (line) => output.note(`signalbox: ${line}`),
    hold: (isHeld) => output.hold(isHeld),
    end({ why }) {
      output.end();
      if (why) process.stderr.write(`signalbox: ${why}\n`);
    },
  };
}

function jsonOutput(): Output {
  const print = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
  return {
    update: ({ frame }) => {
      if (frame) print(frame);
    },
    say: (message) => print({ type: 'note', message }),
    hold: () => undefined,
    end: ({ exitCode, clientMessageId, result, why }, since) =>
      print({
        type: 'result',
        ok: exitCode === 0,
        exit_code: exitCode,
        client_message_id: clientMessageId,
        stop_reason: result?.stopReason ?? null,
        error: result?.error ?? why,
        usage: result?.usage ?? null,
        text: since.flatMap((entry) => (entry.kind === 'assistant' ? [entry.text] : [])).join('\n'),
      }),
  };
}
