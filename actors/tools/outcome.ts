import type { ToolOutcome } from '../../machines/ports.ts';

export function success(text: string): ToolOutcome {
  return { status: 'success', text };
}

export function failure(text: string): ToolOutcome {
  return { status: 'error', text };
}

export function cancelled(text: string): ToolOutcome {
  return { status: 'error', outcome: 'cancelled', text };
}
