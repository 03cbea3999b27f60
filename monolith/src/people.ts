import type { Prng } from './prng.ts';

const FIRST_NAMES = (
  'Anna Björn Chloé Dragan Elif Fritz Gülsen Hannah Ivo Jörg Käthe Lukas Małgorzata ' +
  'Noël Øyvind Petra Quirin Renée Søren Tomáš Ursula Veronika Wolfgang Xaver Yıldız Zoë'
).split(' ');
const LAST_NAMES = (
  'Aigner Bäcker Çelik Dvořák Egger Fuchs Großmann Huber Imhof Jäger Köhler Łukasik Müller ' +
  'Nguyễn Öztürk Pichler Rössler Schäfer Steiner Thöny Übelhör Vogt Weiß Yilmaz Zürcher'
).split(' ');
const EMOJI = ['🌻', '🚀', '🐝', '🎻', '🏔️', '👩‍🚀'];

/** The countries the bank has customers in. */
export type Country = 'DE' | 'AT' | 'CH';

const CITIES: readonly (readonly [string, Country])[] = [
  ['Berlin', 'DE'],
  ['Köln', 'DE'],
  ['München', 'DE'],
  ['Lübeck', 'DE'],
  ['Saarbrücken', 'DE'],
  ['Wien', 'AT'],
  ['Graz', 'AT'],
  ['St. Pölten', 'AT'],
  ['Zürich', 'CH'],
  ['Genève', 'CH'],
];

/** A name, where its bearer lives, and an address for mail that no one has (RFC 2606). */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly city: string;
  readonly country: Country;
}

/** Invents the person with this number; the number makes the mail address the only one of its kind. */
export function inventPerson(prng: Prng, number: number): Person {
  const first = prng.pick(FIRST_NAMES);
  const last = prng.pick(LAST_NAMES);
  const [city, country] = prng.pick(CITIES);
  const name = prng.chance(0.04) ? `${first} ${prng.pick(EMOJI)} ${last}` : `${first} ${last}`;
  return { name, email: `${asciiOf(first)}.${asciiOf(last)}.${number}@example.org`, city, country };
}

const FOLDED: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', ł: 'l', ı: 'i' };

function asciiOf(name: string): string {
  const bare = name.toLowerCase().normalize('NFD');
  return bare.replace(/[ßøłı]/g, (letter) => FOLDED[letter]!).replace(/[^a-z]/g, '');
}
