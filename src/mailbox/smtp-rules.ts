/** Who may be written to and who is trusted, as the SMTP listener asks it. Pure. */
import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** `host:port` with IPv6 in brackets. Throws naming the key to correct. */
export function parseListen(listen: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new Error(`smtp.listen is "${listen}", but must be host:port such as 127.0.0.1:2525`);
  }
  return { host: match[1] ?? match[2] ?? '', port };
}

/** Lower case, the domain in its ASCII form: smtp-server hands international domains over in Unicode. */
export function canonical(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at).toLowerCase();
  return address.slice(0, at).toLowerCase() + (domainToASCII(domain) || domain);
}

/** Ours is each address itself and, with `+`, the same local part followed by `+` and a mark (spec 4). */
export function recipientRule(
  addresses: readonly string[],
  extension: '+' | 'none',
): (to: string) => boolean {
  const ours = new Set(addresses.map(canonical));
  return (to) => {
    const wanted = canonical(to);
    if (ours.has(wanted) || extension === 'none') return ours.has(wanted);
    const domain = wanted.slice(wanted.lastIndexOf('@'));
    const local = wanted.slice(0, -domain.length);
    for (let plus = local.indexOf('+', 1); plus > 0; plus = local.indexOf('+', plus + 1)) {
      if (plus < local.length - 1 && ours.has(local.slice(0, plus) + domain)) return true;
    }
    return false;
  };
}

/** Addresses and networks; throws on anything else. */
export function peerRule(trustedPeers: readonly string[]): (peer: string) => boolean {
  const list = new BlockList();
  for (const entry of trustedPeers) {
    const [address = '', prefix] = entry.split('/');
    const bits = isIP(address) === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (isIP(address) === 0 || !(length <= bits)) {
      throw new Error(
        `smtp.trustedPeers has "${entry}", but takes addresses such as 192.0.2.7 or 192.0.2.0/24`,
      );
    }
    list.addSubnet(address, length, bits === 128 ? 'ipv6' : 'ipv4');
  }
  return (peer) => {
    const address = peer.replace(/^::ffff:/i, '');
    return isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  };
}
