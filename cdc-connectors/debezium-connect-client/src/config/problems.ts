import { ConnectError } from '../errors/connect-error.ts';

/** Collects what is wrong with a configuration, so that it can be said at once and not one by one. */
export class Problems {
  readonly #found: string[] = [];

  add(setting: string, problem: string): void {
    this.#found.push(`${setting}: ${problem}`);
  }

  /** A whole number within the bounds; anything else is a problem of the setting. Undefined passes: the default holds. */
  wholeNumber(setting: string, value: number | undefined, least: number, most = Number.MAX_SAFE_INTEGER): void {
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
    const bounds = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    this.add(setting, `${value} is not a whole number ${bounds}`);
  }

  notEmpty(setting: string, value: string): void {
    if (value.trim() === '') this.add(setting, 'is empty');
  }

  /** Kafka's rule for topic names, which a topic prefix has to keep too: 249 of `[a-zA-Z0-9._-]`, not `.` or `..`. */
  topicName(setting: string, value: string): void {
    if (value === '') {
      this.add(setting, 'is empty');
    } else if (!/^[a-zA-Z0-9._-]+$/.test(value)) {
      const allowed = 'letters, digits, ".", "_" and "-"';
      this.add(setting, `"${value}" has characters that a Kafka topic’s name cannot have; use ${allowed}`);
    } else if (value === '.' || value === '..' || value.length > 249) {
      this.add(setting, `"${value}" cannot be a Kafka topic’s name; use at most 249 characters, not only dots`);
    }
  }

  /** Throws one `invalid-config` for all that was found. */
  throwIfAny(what: string): void {
    if (this.#found.length > 0) {
      throw new ConnectError('invalid-config', `${what} cannot work; correct ${this.#found.join('; ')}`);
    }
  }
}
