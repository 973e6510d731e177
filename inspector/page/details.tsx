import { useState } from 'preact/hooks';
import type { ActorState } from '../../src/replay/create-replay.ts';
import type { RecordedLine } from '../../src/replay/recorded-line.ts';
import { actorName } from '../recording/actor-name.ts';

interface Props {
  actor: ActorState | undefined;
  line: RecordedLine | undefined;
}

/** The body of the event and the context of the actor, written out only when they are asked for. */
export function Details({ actor, line }: Props) {
  return (
    <>
      {line && <Body title={`Event: line ${line.line}, ${line.verb}`} value={line.json} />}
      {actor && (
        <Body
          title={`${actor.kind === 'machine' ? 'Context' : 'Input'}: ${nameText(actor)}`}
          value={actor.context}
        />
      )}
    </>
  );
}

function Body({ title, value }: { title: string; value: unknown }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && <pre>{JSON.stringify(value, plain, 2)}</pre>}
    </details>
  );
}

/** Actors stand in contexts as references, which say nothing here. */
function plain(_: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'xstate$$type' in value ? '(an actor)' : value;
}

function nameText(actor: ActorState): string {
  const { name, detail } = actorName(actor);
  return detail ? `${name} ${detail}` : name;
}
