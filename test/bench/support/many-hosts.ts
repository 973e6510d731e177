import { BenchHost } from './bench-host.ts';

/** Registrations on their way at once. */
const AT_ONCE = 50;

/** So many hosts with an environment each, registered and connected. Their names begin with `name`. */
export async function connectHosts(url: string, count: number, name = 'bench'): Promise<BenchHost[]> {
  const hosts = Array.from({ length: count }, (_, index) => new BenchHost(url, `${name}-${index}`));
  for (let begin = 0; begin < count; begin += AT_ONCE)
    await Promise.all(hosts.slice(begin, begin + AT_ONCE).map((host) => host.connect()));
  return hosts;
}
