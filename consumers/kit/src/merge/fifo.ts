/** A queue in a ring of slots: every operation is O(1), and what has left is not kept from the garbage collector. */
export class Fifo<T> {
  #slots: (T | undefined)[] = new Array(16);
  #first = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#slots[(this.#first + this.#size) & (this.#slots.length - 1)] = item;
    this.#size++;
  }

  /** The item that `index` others stand in front of; undefined past the end. */
  at(index: number): T | undefined {
    return index < this.#size ? this.#slots[(this.#first + index) & (this.#slots.length - 1)] : undefined;
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#slots[this.#first];
    this.#slots[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#slots.length - 1);
    this.#size--;
    return item;
  }

  // The length stays a power of two: positions wrap by a mask.
  #grow(): void {
    const wider: (T | undefined)[] = new Array(this.#slots.length * 2);
    for (let index = 0; index < this.#size; index++) wider[index] = this.at(index);
    this.#slots = wider;
    this.#first = 0;
  }
}
