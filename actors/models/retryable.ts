/** Whether the same request may go well later: timeouts, conflicts, rate limits and the provider's own faults. */
export function retryableStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}
