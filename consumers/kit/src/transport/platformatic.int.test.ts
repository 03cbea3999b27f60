import { transportContract } from '../testkit/transport-contract.ts';
import { platformaticTransport } from './platformatic.ts';

transportContract('platformatic', (broker) => platformaticTransport({ brokers: [broker], clientId: 'kit-test' }));
