/**
 * A place in the bytes of one message. Reading behind their end gives anything at all and only moves on; `end` tells it, so
 * that not every byte needs a check of its own.
 */
export class Cursor {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;

  begin(bytes: Uint8Array, from: number): void {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = from;
  }

  /** Throws RangeError unless all of the bytes were read, and no more. */
  end(): void {
    if (this.at > this.bytes.length) throw new RangeError('it is cut off');
    if (this.at < this.bytes.length) throw new RangeError('it goes on behind its end');
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  int(): number {
    const value = this.whole();
    if (typeof value === 'bigint' || value !== (value | 0)) throw new RangeError('an int beyond 32 bits');
    return value;
  }

  /** A long; a number when it is exact as one. Variable length, seven bits a byte, zigzag. */
  whole(): number | bigint {
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    let low = byte & 0x7f;
    let high = 0;
    if (byte > 0x7f) {
      for (let shift = 7; shift < 28 && byte > 0x7f; shift += 7) {
        byte = bytes[this.at++]!;
        low |= (byte & 0x7f) << shift;
      }
      for (let shift = 0; shift < 28 && byte > 0x7f; shift += 7) {
        byte = bytes[this.at++]!;
        high |= (byte & 0x7f) << shift;
      }
      if (byte > 0x7f || high >= 0x400_0000) return this.#large(low, high, byte);
    }
    const half = high * 0x800_0000 + (low >>> 1);
    return low & 1 ? -half - 1 : half;
  }

  pass(length: number): void {
    this.at += length;
  }

  passWhole(): void {
    while (this.bytes[this.at++]! > 0x7f);
  }

  /** What is beyond 53 bits. */
  #large(low: number, high: number, last: number): bigint {
    let value = (BigInt(high) << 28n) | BigInt(low);
    let byte = last;
    for (let shift = 56n; byte > 0x7f; shift += 7n) {
      if (shift > 63n) throw new RangeError('a long beyond 64 bits');
      byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
    }
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  /** How many bytes follow. */
  length(): number {
    const length = this.whole();
    if (length < 0 || length > this.bytes.length - this.at) throw new RangeError('it is cut off');
    return Number(length);
  }

  /** How many items the next block of an array has; 0 at its end. A negative count has the block's size behind it. */
  block(): number {
    const count = this.whole();
    if (count < 0) this.whole();
    const items = count < 0 ? -Number(count) : Number(count);
    if (items > this.bytes.length - this.at) throw new RangeError('it is cut off');
    return items;
  }

  /** Which of so many. */
  index(count: number): number {
    const index = this.whole();
    if (index < 0 || index >= count) throw new RangeError('a choice that the schema does not have');
    return Number(index);
  }

  float(): number {
    this.at += 4;
    return this.bytes.readFloatLE(this.at - 4);
  }

  double(): number {
    this.at += 8;
    return this.bytes.readDoubleLE(this.at - 8);
  }

  text(length: number): string {
    const from = this.at;
    this.at += length;
    return length === 0 ? '' : this.bytes.toString('utf8', from, this.at);
  }

  /** Not a view: that would keep all that was fetched with it in memory. */
  copy(length: number): Buffer {
    const from = this.at;
    this.at += length;
    return Buffer.from(this.bytes.subarray(from, this.at));
  }

  /** Whether the next bytes are these; only then it is behind them. */
  passesOver(expected: Uint8Array, length: number): boolean {
    if (expected.length !== length) return false;
    for (let index = 0; index < length; index++) if (this.bytes[this.at + index] !== expected[index]) return false;
    this.at += length;
    return true;
  }
}
