import { inspect } from 'node:util';
import { ConnectError } from '../errors/connect-error.ts';

/**
 * A setting that must not be seen: made by `secretRef` or `plainSecret` only.
 * Printing, inspecting or JSON-encoding one gives `[secret]`.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The one way to the text, for code that writes a connector configuration. */
  static reveal(secret: Secret): string {
    return secret.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/**
 * A reference that the worker resolves with its config provider (KIP-297), so the secret itself is never sent:
 * `secretRef('file', '/run/bank.properties', 'password')` is `${file:/run/bank.properties:password}`, and
 * `secretRef('env', 'BANK_PASSWORD')` is `${env:BANK_PASSWORD}`.
 *
 * The worker must have the provider under that name (`config.providers=file`).
 * Throws `invalid-config` for a part that the worker's pattern `${provider:[path:]key}` would cut elsewhere.
 */
export function secretRef(provider: string, ...place: [key: string] | [path: string, key: string]): Secret {
  const parts = [provider, ...place];
  const cut = parts.find((part, index) => part === '' || /[}\r\n]/.test(part) || (index < 2 && part.includes(':')));
  if (cut !== undefined) {
    throw new ConnectError(
      'invalid-config',
      `secretRef: ${JSON.stringify(cut)} cannot stand in a reference to a config provider: give parts that are not empty and ` +
        'have no "}" or line break, and no ":" in the provider or in what follows it',
    );
  }
  return new Secret(`\${${parts.join(':')}}`);
}

/**
 * A secret in plain text: Kafka Connect stores it readably in its config topic and shows it to whoever may call
 * `GET /connectors/{name}/config`. For tests and throw-away stacks; elsewhere use `secretRef`.
 *
 * Throws `invalid-config` for an empty text, or one that the worker would take for a reference.
 */
export function plainSecret(text: string): Secret {
  if (text === '')
    throw new ConnectError('invalid-config', 'plainSecret: the secret is empty; give its text, or use secretRef');
  if (hasReference(text)) {
    throw new ConnectError(
      'invalid-config',
      'plainSecret: the text holds a reference that the worker would replace by a config provider’s value; use secretRef for that',
    );
  }
  return new Secret(text);
}

/** True when the text holds a config provider reference somewhere: the pattern of Kafka's ConfigTransformer. */
export function hasReference(text: string): boolean {
  return /\$\{[^}]*?:[^}]*?\}/.test(text);
}
