import { randomUUID } from 'node:crypto';
import { Html, html } from './html.ts';
import type { newestLines, OwnAccount, OwnCard, OwnProfile } from './self-service.ts';
import type { WebSession } from './web-sessions.ts';

type Lines = Awaited<ReturnType<typeof newestLines>>;

/** A whole page; with a session it has the way to the others. */
export function page(title: string, body: Html, session?: WebSession): string {
  const links = ['accounts', 'transfer', 'cards', 'profile'].map((name) => html`<a href="/web/${name}">${name}</a> `);
  const menu =
    session === undefined
      ? html``
      : html`<nav>${links} <form method="post" action="/web/logout">${token(session)}<button>log out ${session.loginName}</button></form></nav>`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body>${menu}<h1>${title}</h1>${body}</body></html>
`.text;
}

const token = (session: WebSession): Html => html`<input type="hidden" name="form_token" value="${session.formToken}">`;
const field = (name: string, value = '', type = 'text'): Html =>
  html`<p><label>${name} <input type="${type}" name="${name}" value="${value}"></label></p>`;
/** A line of a table. */
export const row = (...cells: readonly (string | Html)[]): Html =>
  html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;

/** The form to log in with. */
export const loginView = (formToken: string, fault = ''): string =>
  page(
    'Log in',
    html`<p>${fault}</p><form method="post" action="/web/login"><input type="hidden" name="form_token" value="${formToken}">
${field('name')}${field('password', '', 'password')}<button>log in</button></form>`,
  );

export function accountsView(session: WebSession, accounts: readonly OwnAccount[]): string {
  const rows = accounts.map((a) =>
    row(
      html`<a href="/web/accounts/${a.id}">${a.iban}</a>`,
      a.kind,
      a.role,
      `${a.balance} ${a.currency}`,
      a.closedAt === null ? '' : 'closed',
    ),
  );
  return page('Accounts', html`<table>${rows}</table>`, session);
}

export function statementView(session: WebSession, account: OwnAccount, lines: Lines): string {
  const rows = lines.map((line) => row(line.bookedAt.slice(0, 16), line.purpose ?? '', line.amount, line.balanceAfter));
  const state = `${account.balance} ${account.currency}, of which ${account.held} is held for card payments`;
  return page(`Account ${account.iban}`, html`<p>${state}</p><table>${rows}</table>`, session);
}

/** A form that can be sent twice and books once: its reference is made with it. */
export function transferView(session: WebSession, accounts: readonly OwnAccount[]): string {
  const open = accounts.filter((account) => account.closedAt === null);
  const choices = open.map((a) => html`<option value="${a.id}">${a.iban} (${a.balance} ${a.currency})</option>`);
  return page(
    'Transfer',
    html`<form method="post" action="/web/transfer">${token(session)}
<input type="hidden" name="reference" value="${randomUUID()}"><p><label>from <select name="from">${choices}</select></label></p>
${field('iban')}${field('amount')}${field('purpose')}<button>pay</button></form>`,
    session,
  );
}

export function cardsView(session: WebSession, cards: readonly OwnCard[]): string {
  const button = ({ id, status }: OwnCard): Html => {
    const [next, word] = status === 'active' ? ['blocked', 'block'] : ['active', 'use again'];
    if (status === 'returned') return html``;
    return html`<form method="post" action="/web/cards/${id}">${token(session)}<button name="status" value="${next}">${word}</button></form>`;
  };
  const rows = cards.map((card) =>
    row(`•••• ${card.last4}`, card.kind, card.expires, card.dailyLimit, card.status, button(card)),
  );
  return page('Cards', html`<table>${rows}</table>`, session);
}

export function profileView(session: WebSession, profile: OwnProfile): string {
  const agreed = new Html(profile.marketing ? ' checked' : '');
  return page(
    'Profile',
    html`<p>${profile.name}</p><form method="post" action="/web/profile">${token(session)}
${field('email', profile.email)}${field('street', profile.street)}${field('postcode', profile.postcode)}${field('city', profile.city)}
<p><label><input type="checkbox" name="marketing"${agreed}> offers by mail</label></p><button>save</button></form>`,
    session,
  );
}
