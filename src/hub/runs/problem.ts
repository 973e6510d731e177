/** A refusal as the REST API tells it. `retry: false` also stops clients that would try again by themselves. */
export interface Problem {
  status: 400 | 403 | 404 | 409 | 413 | 422 | 502 | 503 | 507;
  error: string;
  message: string;
  retry?: boolean;
  extra?: Record<string, unknown>;
}

export const notTheHolder = (message: string, extra: Record<string, unknown> = {}): Problem => ({
  status: 409,
  error: 'not_the_holder',
  message,
  retry: false,
  extra,
});
