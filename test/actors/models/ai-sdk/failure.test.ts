import { APICallError, InvalidPromptError, JSONParseError, NoOutputGeneratedError } from 'ai';
import { describe, expect, it } from 'vitest';
import { type FailureContext, toFailure } from '../../../../actors/models/ai-sdk/failure.ts';

const context: FailureContext = { provider: 'openai', handle: 'openai/gpt-5', secrets: ['sk-one', 'sk-two'] };

const apiError = (over: Partial<ConstructorParameters<typeof APICallError>[0]>) =>
  new APICallError({ message: 'no', url: 'http://x', requestBodyValues: {}, ...over });

describe('the failure of a model step', () => {
  it('MODEL-34 masks every key the process knows', () => {
    const { message } = toFailure(apiError({ message: 'bad sk-two, not sk-one sk-two' }), context);
    expect(message).toBe('openai/gpt-5: bad [key], not [key] [key]');
  });

  it('MODEL-34 masks credentials in an address', () => {
    const { message } = toFailure(new TypeError('no http://me:pass@host/v1 please'), context);
    expect(message).toBe('openai/gpt-5: no http://[credentials]@host/v1 please');
  });

  it('MODEL-37 names the variable of a key that was not accepted, instead of the provider’s quote of it', () => {
    const error = apiError({ message: 'Incorrect API key: sk-o**e', statusCode: 401 });
    expect(toFailure(error, context)).toEqual({
      type: 'sample.failed',
      message:
        'openai/gpt-5: the key in OPENAI_API_KEY was not accepted (HTTP 401). Set a valid one where the hub runs.',
      status: 401,
      retryable: false,
    });
  });

  it('shortens what a provider says at length', () => {
    const { message } = toFailure(apiError({ message: 'x'.repeat(9000), statusCode: 400 }), context);
    expect(message).toHaveLength('openai/gpt-5: '.length + 500 + '… (HTTP 400)'.length);
  });

  it.each([
    ['the network', apiError({ isRetryable: true }), true],
    ['a provider that says no to a second try', apiError({ statusCode: 429, isRetryable: false }), false],
    ['a stream that breaks after its start', apiError({ statusCode: 200 }), true],
    ['a garbled event', new JSONParseError({ text: '{', cause: new Error('x') }), true],
    ['an empty stream', new NoOutputGeneratedError({ message: 'nothing' }), true],
    ['a prompt that cannot be sent', new InvalidPromptError({ prompt: 'x', message: 'y' }), false],
    ['a bug', new RangeError('x'), false],
    ['a string', 'text part 1 not found', false],
    ['nothing', undefined, false],
  ])('MODEL-31 tells whether a second try may help: %s', (_, error, retryable) => {
    expect(toFailure(error, context).retryable).toBe(retryable);
  });

  it('says something about an error that says nothing', () => {
    expect(toFailure(null, context).message).toBe('openai/gpt-5: the request failed');
    expect(toFailure('odd', context).message).toBe('openai/gpt-5: odd');
  });

  it('tells the innermost reason of a broken stream', () => {
    const cause = new TypeError('terminated', { cause: new Error('other side closed') });
    expect(toFailure(apiError({ statusCode: 200, cause }), context).message).toBe(
      'openai/gpt-5: the connection broke: other side closed',
    );
  });
});
