import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** PEM texts. */
export type Certified = { readonly cert: string; readonly key: string };

/** An authority made for one test, and what it signs: nothing that is kept, and nothing to expire in the repository. */
export type Authority = Certified & {
  /** For a server on 127.0.0.1, or for a client. */
  sign(name: string): Certified;
};

/** The structures are RFC 5280's, section 4.1, in DER (X.690); keys are on P-256. */
export function authority(name: string): Authority {
  const { publicKey, privateKey } = keyPair();
  const own = {
    cert: certificate({ subject: name, publicKey, issuer: name, signer: privateKey, ca: true }),
    key: pem(privateKey),
  };
  return {
    ...own,
    sign: (subject) => {
      const pair = keyPair();
      const cert = certificate({ subject, publicKey: pair.publicKey, issuer: name, signer: privateKey, ca: false });
      return { cert, key: pem(pair.privateKey) };
    },
  };
}

type Contents = { subject: string; publicKey: KeyObject; issuer: string; signer: KeyObject; ca: boolean };

function certificate({ subject, publicKey, issuer, signer, ca }: Contents): string {
  const algorithm = sequence(oid('06082a8648ce3d040302')); // ecdsa-with-SHA256
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguished(issuer),
    sequence(time(-1), time(1)),
    distinguished(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(ca ? basicConstraints : localhost)),
  );
  const signature = createSign('SHA256').update(body).sign(signer);
  const whole = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').replaceAll(/(.{64})/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = length > 0xff ? [0x82, length >> 8, length & 0xff] : [0x81, length];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), content]);
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const integer = (value: Buffer) => der(0x02, value);
const oid = (hex: string) => Buffer.from(hex, 'hex');
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** commonName alone. */
function distinguished(name: string): Buffer {
  return sequence(der(0x31, sequence(oid('0603550403'), der(0x0c, Buffer.from(name)))));
}

/** GeneralizedTime, some days from now. */
function time(days: number): Buffer {
  const at = new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return der(0x18, Buffer.from(at));
}

/** cA TRUE, critical. */
const basicConstraints = sequence(
  oid('0603551d13'),
  Buffer.from([1, 1, 0xff]),
  der(0x04, sequence(Buffer.from([1, 1, 0xff]))),
);
/** subjectAltName: the address 127.0.0.1. */
const localhost = sequence(oid('0603551d11'), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])))));
