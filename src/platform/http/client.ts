import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4, type Socket } from 'node:net';

/** Who sent a request: an IPv4 address, or the /64 network of an IPv6 one, all of whose addresses one customer has. */
export type ClientOf = (request: IncomingMessage) => string;

const MAPPED_IPV4 = /^::ffff:(?=[\d.]+$)/i;

/**
 * Tells clients apart. `X-Forwarded-For` is believed only from `trustedProxies` (addresses and CIDR ranges, as
 * `isAddressRange` takes them): read from its end, the first address that is no trusted proxy is the client. What a client
 * wrote itself stands further left and is never reached. Where the header makes no sense, the socket's address counts.
 */
export function createClientOf(trustedProxies: readonly string[]): ClientOf {
  const trusted = trustProxies(trustedProxies);
  const bySocket = new WeakMap<Socket, { readonly client: string; readonly proxy: boolean }>();
  return (request) => {
    const { socket } = request;
    let peer = bySocket.get(socket);
    if (peer === undefined) {
      const address = (socket.remoteAddress ?? '').replace(MAPPED_IPV4, '');
      peer = { client: clientAt(address), proxy: trusted(address) };
      bySocket.set(socket, peer);
    }
    if (!peer.proxy) return peer.client;
    return forwardedFor(String(request.headers['x-forwarded-for'] ?? ''), trusted) ?? peer.client;
  };
}

/** Whether this is an address or a CIDR range: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */
export function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (prefix === undefined) return bits > 0;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}

function trustProxies(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** `undefined`: there is no address where the client's should be. */
function forwardedFor(header: string, trusted: (address: string) => boolean): string | undefined {
  let client: string | undefined;
  for (const hop of header.split(',').reverse()) {
    const address = hop.trim().replace(MAPPED_IPV4, '');
    if (isIP(address) === 0) return undefined;
    client = address;
    if (!trusted(address)) break;
  }
  return client === undefined ? undefined : clientAt(client);
}

function clientAt(address: string): string {
  if (isIP(address) !== 6) return address;
  // A URL's host is the canonical spelling; a zone (fe80::1%eth0) is none of the address.
  const canonical = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - groups.length - behind.length }, () => '0');
  return `${[...groups, ...zeros, ...behind].slice(0, 4).join(':')}::/64`;
}
