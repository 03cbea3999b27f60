import { transportContract } from '../testkit/transport-contract.ts';
import { kafkaJsTransport } from './kafkajs.ts';

transportContract('kafkajs', (broker) => kafkaJsTransport({ brokers: [broker], clientId: 'kit-test' }));
