import { PROVIDER_IDS, requiredVariable } from '../providers.ts';

/** The answer to a message that is no script: what this model is, and how to get further. */
export function explainDemo(): string {
  const variables = PROVIDER_IDS.map(requiredVariable);
  return `I am demo/scripted: no real model, but a player of scripts, so that everything can be tried offline.
Send a message like this one:

\`\`\`
#script
think Looking around
say Let me look.
call Bash {"command":"ls"}
---
say The listing was: {{1}}
\`\`\`

\`---\` begins the step that follows the results, {{1}} is the first result of the step before, \
\`sleep MS\` waits, and \`fail STATUS MESSAGE\` fails as a provider would.

For a real model set one of ${variables.join(', ')} where the hub runs and start it again; \
SIGNALBOX_MODEL=provider/model picks the model.`;
}
