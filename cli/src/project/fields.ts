import { isAbsolute, join, relative } from 'node:path';
import { CliError } from '../errors.ts';

/** The fields of a JSON object, asked for one by one; `close` throws what was wrong with any, and those that nobody asked for. */
export class Fields {
  readonly #file: string;
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #wrong: string[];
  readonly #asked = new Set<string>();
  readonly #inner: Fields[] = [];

  private constructor(file: string, object: Readonly<Record<string, unknown>>, path: string, wrong: string[]) {
    this.#file = file;
    this.#object = object;
    this.#path = path;
    this.#wrong = wrong;
  }

  /** Throws CliError `config`. */
  static parse(file: string, text: string): Fields {
    try {
      const value: unknown = JSON.parse(text);
      if (isObject(value)) return new Fields(file, value, '', []);
    } catch (error) {
      throw wrong(file, [(error as Error).message]);
    }
    throw wrong(file, ['it is not an object']);
  }

  /** `what` says what it has to be; without a fallback it must be there. */
  text(name: string, shape: RegExp, what: string, fallback?: string): string {
    const value = this.#take(name) ?? fallback;
    if (value !== undefined && value === fallback) return fallback;
    if (typeof value === 'string' && shape.test(value)) return value;
    return this.#refuse(name, value, what, '');
  }

  texts(name: string, shape: RegExp, what: string): string[] {
    const value = this.#take(name) ?? [];
    const fits = (one: unknown) => typeof one === 'string' && shape.test(one);
    return Array.isArray(value) && value.every(fits) ? value : this.#refuse(name, value, `a list of ${what}`, []);
  }

  whole(name: string, low: number, high: number, fallback: number): number {
    const value = this.#take(name) ?? fallback;
    if (Number.isInteger(value) && Number(value) >= low && Number(value) <= high) return Number(value);
    return this.#refuse(name, value, `a whole number from ${low} to ${high}`, fallback);
  }

  /** Made absolute; it stays in the folder. */
  path(name: string, folder: string, fallback: string | null): string | null {
    const value = this.#take(name) ?? fallback;
    if (value === null) return null;
    const path = typeof value === 'string' && value !== '' && !isAbsolute(value) ? join(folder, value) : null;
    if (path !== null && !relative(folder, path).startsWith('..')) return path;
    return this.#refuse(name, value, "a path in the project's folder", folder);
  }

  within(name: string): Fields | null {
    const value = this.#take(name);
    if (value === undefined) return null;
    if (!isObject(value)) return this.#refuse(name, value, 'an object', null);
    const inner = new Fields(this.#file, value, `${this.#path}${name}.`, this.#wrong);
    this.#inner.push(inner);
    return inner;
  }

  /** Throws CliError `config` when anything was wrong. */
  close(): void {
    const unknown = [this, ...this.#inner].flatMap((one) => one.#unknown());
    if (this.#wrong.length + unknown.length > 0) throw wrong(this.#file, [...this.#wrong, ...unknown]);
  }

  #unknown(): string[] {
    const names = Object.keys(this.#object).filter((name) => !this.#asked.has(name));
    return names.map((name) => `there is no field ${this.#path}${name}`);
  }

  #take(name: string): unknown {
    this.#asked.add(name);
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  #refuse<T>(name: string, value: unknown, what: string, instead: T): T {
    const is = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
    this.#wrong.push(`${this.#path}${name} ${is}; it has to be ${what}`);
    return instead;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrong = (file: string, reasons: readonly string[]) =>
  new CliError('config', `${file}: ${reasons.join('; ')}`, { remedy: 'its fields: docs/reference/project.md' });
