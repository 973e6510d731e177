import { expect, test } from 'vitest';
import { knownSecrets } from '../../../actors/secrets/known-secrets.ts';

test('TOOL-6 knows our tokens, the keys of the providers, and what else is named like a secret', () => {
  const names = [
    'SIGNALBOX_TOKEN',
    'ANTHROPIC_API_KEY',
    'GITHUB_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'DB_PASSWORD',
    'npm_token',
    'STRIPE_SECRET',
    'MY_APIKEY',
  ];
  const env = Object.fromEntries(names.map((name, i) => [name, `value-of-${i}`]));
  expect(knownSecrets(env).list.map((secret) => secret.name)).toEqual(names);
});

test('TOOL-6 takes no other variable for a secret, and no path', () => {
  const env = {
    HOME: '/home/somebody',
    PATH: '/usr/bin:/bin',
    KEYBOARD: 'international',
    TOKENIZERS_PARALLELISM: 'disabled',
    SECRET_KEY_FILE: 'a-file-name',
    GPG_KEY: '0123456789ABCDEF',
    API_TOKEN: '/run/secrets/api-token',
    OTHER_TOKEN: './tokens/other',
    GONE_TOKEN: undefined,
  };
  expect(knownSecrets(env).list).toEqual([]);
});

test('TOOL-6 a value shorter than 8 characters is ignored, and a line break at its end is no part of it', () => {
  const secrets = knownSecrets({ A_TOKEN: '1234567', B_TOKEN: '12345678\n', C_TOKEN: '  1234567  ' });
  expect(secrets.list).toEqual([{ name: 'B_TOKEN', value: '12345678' }]);
});

test('TOOL-6 the longest comes first, and each value once', () => {
  const secrets = knownSecrets({ A_TOKEN: 'twelve-chars', B_TOKEN: 'twelve-chars' });
  secrets.add('longer', 'more than twelve characters');
  secrets.add('shorter', 'eleven-char');
  expect(secrets.list.map((secret) => secret.name)).toEqual(['longer', 'A_TOKEN', 'shorter']);
});

test('TOOL-6 of a key with several lines each line is a secret, but not what every key begins with', () => {
  const secrets = knownSecrets({
    SSH_PRIVATE_KEY: '-----BEGIN KEY-----\nabcdefghijkl\n  mnopqrst\nuv\n-----END KEY-----\n',
  });
  expect(secrets.list.map((secret) => secret.value).slice(1)).toEqual(['abcdefghijkl', 'mnopqrst']);
  expect(secrets.list[0]?.value).toContain('BEGIN KEY');
});
