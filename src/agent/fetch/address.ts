/**
 * Decides which IP addresses are on the public internet. All others are rejected. The ranges come
 * from IANA's special-purpose registries. Addresses that tunnel or embed an IPv4 address are
 * rejected, not unwrapped: no public server needs one.
 */

/** Non-public IPv4 ranges, as first address and prefix length. */
const CLOSED_V4: readonly (readonly [first: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  // Shared by carriers (CGNAT). The metadata service of one cloud is also here.
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // Link-local. Most clouds serve their metadata here.
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  // Multicast, reserved, broadcast.
  ["224.0.0.0", 3],
  // A public address that Azure hosts serve only to their own guests.
  ["168.63.129.16", 32],
];

/**
 * Non-public ranges of the global IPv6 block 2000::/3. Everything outside that block is rejected.
 */
const CLOSED_V6: readonly (readonly [first: string, bits: number])[] = [
  // Protocol assignments, including Teredo.
  ["2001::", 23],
  ["2001:db8::", 32],
  // 6to4.
  ["2002::", 16],
  ["3fff::", 20],
];
const GLOBAL_V6 = range("2000::", 3, parseV6);

const CLOSED = {
  v4: CLOSED_V4.map(([first, bits]) => range(first, bits, parseV4)),
  v6: CLOSED_V6.map(([first, bits]) => range(first, bits, parseV6)),
};

/** Returns whether a host, in the form of `URL.hostname`, is an IP address and not a name. */
export function isAddress(host: string): boolean {
  return host.startsWith("[") || parseV4(host) !== null;
}

/**
 * Returns whether an address is on the public internet. Text that is not an address is not public.
 * @param address dotted quad, or IPv6 with or without brackets
 */
export function isPublicAddress(address: string): boolean {
  const v4 = parseV4(address);
  if (v4 !== null) {
    return !CLOSED.v4.some((closed) => closed(v4));
  }
  const v6 = parseV6(address);
  return v6 !== null && GLOBAL_V6(v6) && !CLOSED.v6.some((closed) => closed(v6));
}

/** Returns whether an address, as a number, is in the range. */
type Range = (address: bigint) => boolean;

function range(first: string, bits: number, parse: (text: string) => bigint | null): Range {
  const start = parse(first);
  const width = parse === parseV4 ? 32 : 128;
  const shift = BigInt(width - bits);
  if (start === null) {
    throw new Error(`${first} is not an address`);
  }
  return (address) => address >> shift === start >> shift;
}

function parseV4(text: string): bigint | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  return parts?.every((part) => part <= 255) === true
    ? parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n)
    : null;
}

/** The URL parser normalizes IPv6: hexadecimal groups with at most one `::`. */
function parseV6(text: string): bigint | null {
  const bare = text.replace(/^\[|\]$/g, "");
  const url = URL.parse(`http://[${bare}]/`);
  if (url === null) {
    return null;
  }
  const [head = "", tail] = url.hostname.slice(1, -1).split("::");
  const before = groups(head);
  const after = groups(tail ?? "");
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: gap }, () => "0"), ...after];
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function groups(part: string): string[] {
  return part === "" ? [] : part.split(":");
}
