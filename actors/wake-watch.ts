import { networkInterfaces } from 'node:os';

/** How often is looked, and how much later than due a look must come to mean that the machine slept. */
const EVERY_MS = 5_000;
const SLEPT_MS = 15_000;

/**
 * Tells when the machine woke from sleep or its network changed: moments at which a link that looks alive may be
 * dead, or one that is waited for may be back. Returns what ends the watch.
 */
export function watchWake(onWake: (reason: 'sleep' | 'network') => void): () => void {
  let last = Date.now();
  let addresses = addressList();
  const timer = setInterval(() => {
    const now = Date.now();
    const slept = now - last > SLEPT_MS;
    last = now;
    const found = addressList() ?? addresses;
    const moved = found !== addresses;
    addresses = found;
    if (slept) onWake('sleep');
    else if (moved) onWake('network');
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Null when the system does not say, for want of file descriptors for one. */
function addressList(): string | null {
  try {
    return Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter((address) => !address.internal)
      .map((address) => address.address)
      .sort()
      .join(' ');
  } catch {
    return null;
  }
}
