/** Our own tokens and the keys of the model providers that the hub uses: a command never gets these. */
const WITHHELD =
  /^(?:SIGNALBOX_\w*(?:TOKEN|KEY|SECRET|PASSWORD)|(?:ANTHROPIC|OPENAI|GOOGLE|GEMINI|LETTA|OPENROUTER)_(?:\w+_)?(?:API_KEY|AUTH_TOKEN|ACCESS_TOKEN))/;

/** What other programs commonly keep in the environment. A command gets these, its output does not show them. */
const GUARDED = /(?:^|_)(?:TOKEN|API_?KEY|SECRET|SECRET_KEY|ACCESS_KEY|PRIVATE_KEY|PASSWORD|PASSWD|PAT)$/i;

/** True for a variable that no command may see. */
export function isWithheld(name: string): boolean {
  return WITHHELD.test(name);
}

/**
 * True for a variable whose value must not show in any output. Paths are no secrets: what they lead to is,
 * and hiding them would hide the files of the person.
 */
export function isSecret(name: string, value: string): boolean {
  if (isWithheld(name)) return true;
  return GUARDED.test(name) && !/^(?:\/|~|\.{1,2}\/)/.test(value);
}
