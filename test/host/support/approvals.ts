import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createActor, toPromise } from 'xstate';
import { permissionSettings } from '../../../actors/permission-settings.ts';
import { createJudge } from '../../../actors/permissions/judge.ts';
import { knownSecrets } from '../../../actors/secrets/known-secrets.ts';
import { tools } from '../../../actors/tools/catalogue.ts';
import type { Answer, JsonObject, Mode, ProposedCall, Standing } from '../../../machines/ports.ts';
import { settleAnswer } from '../../../src/host/answers.ts';
import { createClassify, type Judge } from '../../../src/host/classify.ts';
import { createSettings } from '../../../src/host/conversation-settings.ts';
import type { HostStore } from '../../../src/host/store/host-store.ts';
import { AT, HUB, openTurn, SCOPE } from './samples.ts';
import { openStore, reopen, tempFolder } from './temp-store.ts';

type Settled = Awaited<ReturnType<typeof settleAnswer>>;
type TimeLimit = NonNullable<Parameters<typeof createClassify>[3]>;
type AllowedWith = Partial<Extract<Answer['decision'], { behavior: 'allow' }>>;

export const allow = (rest: AllowedWith = {}): Answer['decision'] => ({
  behavior: 'allow',
  message: null,
  updatedInput: null,
  suggestions: [],
  ...rest,
});
export const deny = (message = ''): Answer['decision'] => ({ behavior: 'deny', message });

/** A conversation with an open turn, the real judge, and a project folder of its own. */
export class Approvals {
  readonly home = tempFolder();
  readonly project = tempFolder();
  readonly conversation: number;
  store: HostStore;
  judge: Judge;
  mode: Mode = 'standard';

  constructor() {
    this.store = openStore(this.home);
    this.conversation = this.store.conversations.ensure(HUB, SCOPE).id;
    openTurn(this.store, this.conversation);
    this.judge = createJudge({
      settings: async (cwd) => permissionSettings(this.home, cwd),
      home: this.home,
      tools,
      secrets: knownSecrets({}),
    });
  }

  get settings() {
    return createSettings(this.store, { mode: this.mode, cwd: this.project });
  }

  /** The permissions of the project's settings. */
  permissions(permissions: JsonObject): void {
    this.file('.signalbox/settings.json', JSON.stringify({ permissions }));
  }

  file(path: string, content: string): string {
    const whole = join(this.project, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
    return whole;
  }

  /** The step ended with these calls; they are judged, and people are asked. */
  async classify(calls: ProposedCall[], step = 1, limit?: TimeLimit): Promise<Standing[]> {
    this.store.turns.endStep('turn-1', step, `run-${step}`);
    this.store.calls.propose(this.conversation, 'turn-1', step, calls);
    return this.standings(step, limit);
  }

  standings(step = 1, limit?: TimeLimit): Promise<Standing[]> {
    const input = { scope: SCOPE, turnId: 'turn-1', step, calls: [] };
    const classify = createClassify(this.store, (asked) => this.judge(asked), this.settings, limit);
    return toPromise(createActor(classify, { input }).start());
  }

  answer(callId: string, decision: Answer['decision'], by: string | null = 'Ada'): Promise<Settled> {
    const answer: Answer = { approvalId: `perm-${callId}`, decision, by, at: AT };
    return settleAnswer(this.store, (asked) => this.judge(asked), this.settings, this.conversation, answer);
  }

  row(callId: string) {
    return this.store.calls.find(this.conversation, callId);
  }

  pending(): string[] {
    return this.store.calls.pending(this.conversation).map((row) => row.proposed.id);
  }

  /** The host starts again. */
  restart(): void {
    this.store = reopen(this.store, this.home);
  }

  endTurn(): void {
    this.store.inputs.end('turn-1', 'answered');
    this.store.turns.end('turn-1', 'end_turn', null);
    this.store.calls.forgetBodies('turn-1');
  }
}
