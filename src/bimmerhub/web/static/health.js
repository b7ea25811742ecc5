// The lower end of the page: each account's connection and quota in words, and what is in quarantine.

import { mayAsk } from './answers.js';
import { backupLines } from './backups.js';
import { element } from './card.js';
import { send } from './session.js';
import { age, clock, nextTry, number } from './words.js';

const UTC_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
export const QUARANTINE_LOADED = 200;
const QUARANTINE_SHOWN = 50;

const LINK_WORDS = { connected: 'connected', polling: 'polling', connecting: 'connecting', waiting: 'waiting', refused: 'refused', signed_out: 'signed out', stopped: 'stopped' };

export function linkWord(link) {
  return LINK_WORDS[link?.state] ?? 'no link';
}

// What a link says, in sentences; the first is its state and why.
export function linkLines(link, now) {
  if (!link) return ['Not signed in, so not connected.'];
  const why = link.reason === link.state ? '' : `: ${link.reason}`;
  if (link.state === 'polling') return [`Polling${why}`];
  const what = link.family === 'cardata' ? 'Stream ' : ''; // the others are asked, and have no stream
  const lines = [`${what}${linkWord(link)}${why}`.replace(/^./, (letter) => letter.toUpperCase())];
  const next = nextTry(link.next_try_at, now);
  if (next) lines.push(next);
  lines.push(link.last_message_at ? `Last message ${age(now - Date.parse(link.last_message_at))}` : 'No message since the hub started');
  return lines;
}

// Warns once the sign-in is about to expire; null while it is not.
export function signInWarning(link) {
  if (!link?.token_warning) return null;
  const text = link.token_warning[0].toUpperCase() + link.token_warning.slice(1);
  return link.refresh_expires_at ? `${text}, on ${clock(link.refresh_expires_at, true)}.` : `${text}.`;
}

export function quotaLine(quota) {
  const parts = [`${number(quota.used)} of ${number(quota.limit)} calls of today used`];
  if (quota.planned !== null) parts.push(`${number(quota.planned)} more planned`);
  if (quota.plan.length) parts.push(`next: ${quota.plan[0].what} at ${clock(quota.plan[0].at)}`);
  if (quota.runs_out_at) parts.push(`at this pace spent at ${clock(quota.runs_out_at)}`);
  parts.push(`new ones at ${clock(quota.resets_at)}`);
  return parts.join(' · ');
}

const RETRIED = ['waiting', 'refused', 'signed_out'];

// Cuts short what a link waits for; what comes of it is told by the hub's next event.
function retryButton(account) {
  const button = element('button', 'retry', 'Try now');
  button.type = 'button';
  button.addEventListener('click', async () => {
    button.disabled = true;
    const answer = await send(`/api/v1/accounts/${encodeURIComponent(account)}/retry`, 'POST').catch((error) => error);
    if (!answer.ok) button.textContent = answer.status === 403 || answer.isReadOnly ? 'You may read only' : 'That did not work';
  });
  return button;
}

// The calls that the hub will still make today, each with its reason; null when there are none.
export function planDetails(quota) {
  if (!quota.plan.length) return null;
  const details = element('details', 'plan');
  details.dataset.account = quota.account;
  const list = element('ul');
  for (const call of quota.plan) {
    const car = call.vin ? ` of …${call.vin.slice(-4)}` : '';
    list.append(element('li', '', `${clock(call.at)} ${call.what}${car} (${call.reason})`));
  }
  details.append(element('summary', '', `Planned until the reset; ${number(quota.reserve)} calls are kept for you`), list);
  return details;
}

export function accountItem(account, link, quota, now) {
  const item = element('li', 'account');
  item.dataset.state = link?.state ?? 'stopped';
  const head = element('h2');
  head.append(element('span', 'dot'), account.name);
  item.append(head, ...linkLines(link, now).map((line) => element('p', '', line)));
  if (link?.hint) item.append(element('p', 'hint', link.hint));
  if (RETRIED.includes(link?.state)) item.append(retryButton(account.name));
  for (const missing of account.missing ?? []) item.append(element('p', 'hint', `Without ${missing.title} ${missing.cost}.`));
  if (quota && mayAsk(account, quota)) {
    const line = element('p', 'quota', quotaLine(quota));
    line.dataset.warn = String(quota.runs_out_at !== null || quota.remaining === 0);
    item.append(line);
    const plan = planDetails(quota);
    if (plan) item.append(plan);
  }
  return item;
}

export function showQuarantine(items) {
  document.getElementById('quarantine').hidden = items.length === 0;
  const count = items.length > QUARANTINE_LOADED ? `more than ${QUARANTINE_LOADED}` : String(items.length);
  document.getElementById('quarantine-count').textContent = count;
  const rows = items.slice(0, QUARANTINE_SHOWN).map((one) => {
    const row = element('li');
    const car = one.vin ? `…${one.vin.slice(-4)} ` : '';
    const reason = one.reason.replace(UTC_TIME, (time) => clock(time, true));
    const where = car + (one.descriptor ?? one.origin);
    row.append(element('span', 'age', `${one.id} · ${clock(one.received_at, true)}`), element('span', 'where', where), element('span', '', reason));
    return row;
  });
  document.getElementById('quarantine-items').replaceChildren(...rows);
}

export function showBackups(backups, now) {
  const area = document.getElementById('backups');
  const lines = backupLines(backups, now) ?? [];
  area.hidden = lines.length === 0;
  area.replaceChildren(...lines.map((line) => {
    const paragraph = element('p', 'quota', line.text);
    paragraph.dataset.warn = String(line.warn);
    return paragraph;
  }));
}
