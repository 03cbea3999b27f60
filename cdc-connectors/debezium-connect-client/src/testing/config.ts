/** Where the integration tests find a real Kafka Connect worker with Debezium's MariaDB plugin. The only reader of the environment here. */
export function connectUrlFromEnvironment(environment: NodeJS.ProcessEnv = process.env): string {
  const url = environment.BANYAN_CONNECT_URL;
  if (url === undefined || !URL.canParse(url)) {
    throw new Error(
      'BANYAN_CONNECT_URL is missing or no address: set it to a running Kafka Connect worker with Debezium’s MariaDB ' +
        'plugin, such as http://127.0.0.1:8083, to run these tests',
    );
  }
  return url;
}
