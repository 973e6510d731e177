import type { ComponentProps } from 'preact';
import { Icon } from './icon.tsx';

interface Props {
  position: number;
  last: number;
  onGo: (position: number) => void;
  onStep: (by: 1 | -1) => void;
  onEnd: () => void;
}

/** Goes through the lines of the recording. */
export function StepBar({ position, last, onGo, onStep, onEnd }: Props) {
  return (
    <div class="steps">
      <Go label="To the beginning" icon="first" onGo={() => onGo(0)} />
      <Go label="One line back" icon="back" onGo={() => onStep(-1)} />
      <input
        type="range"
        aria-label="Position"
        min={0}
        max={last}
        value={position}
        onInput={(event) => onGo(Number(event.currentTarget.value))}
      />
      <Go label="One line on" icon="on" onGo={() => onStep(1)} />
      <Go label="To the end" icon="last" onGo={onEnd} />
      <output>
        {position} / {last}
      </output>
    </div>
  );
}

interface GoProps {
  label: string;
  icon: ComponentProps<typeof Icon>['of'];
  onGo: () => void;
}

function Go({ label, icon, onGo }: GoProps) {
  return (
    <button type="button" title={label} aria-label={label} onClick={onGo}>
      <Icon of={icon} />
    </button>
  );
}
