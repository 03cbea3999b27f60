const MASK = '***';

/** Broad, for hiding: a name too many is hidden without harm. The second half is what Debezium hides besides passwords. */
const HIDDEN_KEY = /passw|secret|token|jaas\.config|basic\.auth\.user\.info|credential|private\.?key|keystore\.key/i;

/** Narrow, for refusing a plain text: `sasl.oauthbearer.token.endpoint.url` is about a token and not a secret. */
const SECRET_KEY = /(password|secret|token|jaas\.config|basic\.auth\.user\.info|private\.?key|keystore\.key)$/i;

/** True when a value under this key should be a Secret: the key ends in the name of one. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key);
}

/** A copy fit for a log: values under secret keys become `***`, unless the whole value is a `${provider:…}` reference. */
export function maskSecrets(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, isHidden(key, value) ? MASK : value]));
}

/** The text with every secret value of the config replaced by `***`: for a worker's message, which may quote settings. */
export function maskText(text: string, config: Readonly<Record<string, string>>): string {
  return Object.entries(config)
    .filter(([key, value]) => value !== '' && isHidden(key, value))
    .map(([, value]) => value)
    .sort((a, b) => b.length - a.length)
    .reduce((masked, value) => masked.replaceAll(value, MASK), text);
}

function isHidden(key: string, value: string): boolean {
  return HIDDEN_KEY.test(key) && !/^\$\{[^}:]+:[^}]*\}$/.test(value);
}
