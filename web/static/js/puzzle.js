// A worker: looks for a number that makes the SHA-256 digest of "<id>:<number>" begin with so many zero bits. The digest
// is reckoned here, because browsers offer their own only over HTTPS, and one promise per digest takes far longer.
const K = new Uint32Array(64);
const START = new Uint32Array(8);

function prepare() {
  const fraction = (value) => ((value - Math.floor(value)) * 4294967296) >>> 0;
  for (let n = 2, found = 0; found < 64; n += 1) {
    let prime = true;
    for (let m = 2; m * m <= n; m += 1) if (n % m === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(n));
    K[found] = fraction(Math.cbrt(n));
    found += 1;
  }
}

const W = new Uint32Array(64);

// The first word of the digest of at most 55 bytes.
export function firstWord(bytes, length) {
  W.fill(0, 0, 16);
  for (let i = 0; i < length; i += 1) W[i >> 2] |= bytes[i] << (24 - (i & 3) * 8);
  W[length >> 2] |= 0x80 << (24 - (length & 3) * 8);
  W[15] = length * 8;
  for (let i = 16; i < 64; i += 1) {
    const x = W[i - 15], y = W[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  return (START[0] + a) >>> 0;
}

export function solve(id, bits) {
  const start = new TextEncoder().encode(`${id}:`);
  const bytes = new Uint8Array(64);
  bytes.set(start);
  for (let number = 0; ; number += 1) {
    const digits = String(number);
    for (let i = 0; i < digits.length; i += 1) bytes[start.length + i] = digits.charCodeAt(i);
    if (firstWord(bytes, start.length + digits.length) >>> (32 - bits) === 0) return digits;
  }
}

prepare();
if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
  self.addEventListener("message", ({ data: { id, bits } }) => self.postMessage(solve(id, bits)));
}
