// The page: asks for the state once, then follows the hub's events. After a gap, a lost connection or a long sleep of the
// browser it asks again, so that it never shows what it cannot know.

import { mayAsk } from './answers.js';
import { addAsking } from './asking.js';
import { Card, element } from './card.js';
import { CHARGES_SHOWN } from './charge-words.js';
import { addCommanding } from './commanding.js';
import { QUARANTINE_LOADED, accountItem, linkLines, linkWord, quotaLine, showBackups, showQuarantine, signInWarning } from './health.js';
import { addOlder } from './older.js';
import { showApart, showCharges, showCoverage, showTrips, showWarnings } from './sections.js';
import { comeIn, loadAccess, send } from './session.js';
import { BUCKETS, DAYS } from './sparkline.js';
import { number } from './words.js';

const API = '/api/v1';
const TICK_MS = 5_000;
const REFRESH_MS = 60_000;
const HISTORY_MS = 10 * 60_000;
const RETRY_MS = 3_000;
const PATIENCE_MS = 1_500;

const cars = document.getElementById('cars');
const cards = new Map();
const links = new Map();
const quotas = new Map();
let accounts = [];
let clockAhead = 0; // the hub's clock minus the browser's
let historyLoadedAt = 0;
let refusedSeen = null; // how many readings were refused when quarantine was last asked for
let quarantined = [];
let source = null;
let lostTimer = null;
let isLost = false;
let access = null; // what this browser may do
let refusedKey = null; // why the link that led here was refused
let isFollowing = false; // the hub's events
let frame = null;
let loading = null;

const now = () => Date.now() + clockAhead;

async function load(path) {
  const answer = await fetch(`${API}/${path}`, { headers: { accept: 'application/json' } });
  if (answer.status === 401) {
    location.assign('/login');
    throw new Error('the hub asks for its password');
  }
  if (!answer.ok && answer.status !== 503) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// One load at a time; whoever asks meanwhile waits for the one under way.
function refresh() {
  loading ??= loadAll().finally(() => { loading = null; });
  return loading;
}

async function loadAll() {
  access = await loadAccess() ?? access;
  const [vehicles, accountList, quotaList, health, backups] = await Promise.all(['vehicles', 'accounts', 'quota', 'health', 'backups'].map(load));
  document.getElementById('version').textContent = health.version;
  accounts = accountList.items;
  links.clear();
  quotas.clear();
  for (const account of accounts) if (account.link) links.set(account.name, account.link);
  for (const quota of quotaList.items) quotas.set(quota.account, quota);
  showVehicles(vehicles.items);
  showBackups(backups, now());
  showAccounts();
  showFollowing();
  showNotices(health);
  const isStale = Date.now() - historyLoadedAt > HISTORY_MS; // an import refuses too, and is not counted there
  if (isStale || health.readings_refused !== refusedSeen) await loadQuarantine(health.readings_refused);
  await Promise.all([...cards.keys()].map(loadState));
  draw();
  for (const [vin, card] of cards) {
    showTrips(card, await load(`vehicles/${vin}/trips`));
    showCharges(card, await load(`vehicles/${vin}/charging-sessions?limit=${CHARGES_SHOWN}`));
  }
  if (Date.now() - historyLoadedAt > HISTORY_MS) await loadHistory();
}

async function keep(vin, method) {
  try {
    const answer = await send(`${API}/vehicles/${vin}/archive`, method);
    if (!answer.ok) window.alert((await answer.json()).error?.message ?? 'The hub refused.');
  } catch (error) {
    window.alert(error.message);
  }
  await refresh();
}

async function loadQuarantine(refused) {
  quarantined = (await load(`quarantine?limit=${QUARANTINE_LOADED + 1}`)).items;
  showQuarantine(quarantined);
  showHub();
  refusedSeen = refused;
}

async function loadState(vin) {
  const state = await load(`vehicles/${vin}/state`);
  const card = cards.get(vin);
  if (!card) return;
  card.signals = state.signals;
  const [signal] = Object.values(state.signals);
  if (signal && signal.age_s > 0) clockAhead = Date.parse(signal.measured_at) + signal.age_s * 1000 - Date.now();
}

async function loadHistory() {
  historyLoadedAt = Date.now();
  for (const [vin, card] of cards) {
    if (card.mayWarn) showWarnings(card, (await load(`vehicles/${vin}/warnings`)).items);
    await loadArrivals(vin, card);
    const to = now();
    const query = new URLSearchParams({
      signal: card.mainSignal,
      from: new Date(to - DAYS * 86_400_000).toISOString(),
      to: new Date(to).toISOString(),
      buckets: String(BUCKETS),
    });
    const { items } = await load(`vehicles/${vin}/readings?${query}`);
    const points = items.filter((bucket) => typeof bucket.last === 'number').map((bucket) => [Date.parse(bucket.start_at), bucket.last]);
    card.sparkline.draw(points, to);
  }
}

// What arrives of a car that an account streams, and what was set apart of it.
async function loadArrivals(vin, card) {
  const { items } = await load(`vehicles/${vin}/coverage`);
  if (card.vehicle.account !== null) showCoverage(card, items, now());
  const judgements = (await load(`vehicles/${vin}/judgements`)).items;
  const titles = Object.fromEntries(items.map((item) => [item.descriptor, item.title]));
  const apart = (await load(`quarantine?vin=${vin}&limit=${QUARANTINE_LOADED}`)).items;
  showApart(card, apart.filter((one) => one.reading !== null), judgements, titles);
}

function makeCard(vehicle) {
  const card = new Card(vehicle, keep);
  addAsking(card, { load, now });
  const showLife = addCommanding(card, { load });
  const showOlder = addOlder(card, { load });
  card.showCommand = (command) => {
    showLife(command);
    if (command.command.startsWith('charging-') && command.state === 'executed') showOlder(); // it has a new profile
  };
  return card;
}

function showVehicles(vehicles) {
  cars.setAttribute('aria-busy', 'false');
  const vins = new Set(vehicles.map((vehicle) => vehicle.vin));
  const isNew = vehicles.some((vehicle) => !cards.has(vehicle.vin));
  for (const vin of [...cards.keys()]) if (!vins.has(vin)) cards.delete(vin);
  for (const vehicle of vehicles) {
    const card = cards.get(vehicle.vin) ?? makeCard(vehicle);
    card.vehicle = vehicle;
    card.olderAccounts = olderAccounts(vehicle);
    card.parts.asking.hidden = vehicle.account === null;
    card.parts.commanding.hidden = vehicle.account === null || vehicle.archived_at !== null;
    card.parts.older.hidden = card.olderAccounts.size === 0;
    cards.set(vehicle.vin, card);
  }
  if (vehicles.length === 0) showNoCars();
  else if (isNew || cars.childElementCount !== vehicles.length) {
    cars.replaceChildren(...inOrder([...cards.values()]).map((card) => card.root));
    historyLoadedAt = 0;
  }
}

// The names of the accounts that read the car by a family older than CarData.
function olderAccounts(vehicle) {
  const families = new Map(accounts.map((account) => [account.name, account.family]));
  return new Set(vehicle.accounts.map((seen) => seen.account).filter((name) => (families.get(name) ?? 'cardata') !== 'cardata'));
}

// Cars of an account before those that only a recording told of, then those that were put away; each by name.
function inOrder(all) {
  const rank = (card) => `${card.vehicle.archived_at !== null ? 2 : card.vehicle.account === null ? 1 : 0}${card.title}${card.vehicle.vin}`;
  return all.sort((a, b) => rank(a).localeCompare(rank(b)));
}

function showNoCars() {
  const section = document.getElementById('no-cars').content.cloneNode(true);
  const isSignedIn = accounts.some((account) => account.signed_in || links.has(account.name)); // a relay needs no sign-in
  section.getElementById('no-cars-why').textContent = isSignedIn
    ? 'The account is signed in; its cars have not said anything yet. Unlock one, or take a short drive: a sleeping car is silent.'
    : 'This hub is not signed in to a BMW account yet.';
  if (isSignedIn) section.querySelector('ol').remove();
  cars.replaceChildren(section);
}

function showAccounts() {
  const items = accounts.map((account) => {
    const link = links.get(account.name);
    const counted = quotas.get(account.name);
    const quota = counted && mayAsk(account, counted) ? counted : null;
    const item = element('li');
    item.dataset.state = link?.state ?? 'stopped';
    item.append(element('span', 'dot'), element('strong', '', account.name), element('span', 'state', linkWord(link)));
    if (quota) item.append(element('span', 'calls', `${number(quota.used)} of ${number(quota.limit)} calls today`));
    item.title = [...linkLines(link, now()), ...(quota ? [quotaLine(quota)] : [])].join('\n');
    return item;
  });
  document.getElementById('accounts').replaceChildren(...items);
  const opened = new Set([...document.querySelectorAll('.plan[open]')].map((plan) => plan.dataset.account));
  const lines = accounts.map((account) => accountItem(account, links.get(account.name), quotas.get(account.name), now()));
  document.getElementById('hub-accounts').replaceChildren(...lines);
  for (const plan of document.querySelectorAll('.plan')) plan.open = opened.has(plan.dataset.account);
  showHub();
}

// The lower end of the page, where there is something to say.
function showHub() {
  document.getElementById('hub').hidden = accounts.length === 0 && quarantined.length === 0 && document.getElementById('backups').hidden;
}

function notice(kind, title, text, hint) {
  const root = element('div', `notice ${kind}`);
  const body = element('p');
  body.append(element('strong', '', title), ` ${text}`);
  root.append(body);
  if (hint) root.append(element('p', 'hint', hint));
  return root;
}

let lastHealth = null;

function showNotices(health = lastHealth) {
  lastHealth = health;
  const shown = [];
  if (isLost) shown.push(notice('bad', 'No connection to the hub.', 'What you see stands still. Trying again …'));
  if (health?.status === 'down') {
    shown.push(notice('bad', 'Nothing can be stored at present.', health.last_store_error ?? '', 'See to the disk of the machine that runs the hub.'));
  }
  for (const reason of health?.reasons ?? []) {
    if (reason.startsWith('the database ')) shown.push(notice('bad', 'Damage:', `${reason}.`));
  }
  for (const link of links.values()) {
    if (link.state === 'refused' || link.state === 'signed_out') shown.push(notice('bad', `Account ${link.account}:`, link.reason, link.hint));
    else if (link.state === 'waiting') shown.push(notice('mild', `Account ${link.account}:`, link.reason, link.hint));
    const warning = signInWarning(link);
    if (warning) shown.push(notice('mild', `Account ${link.account}:`, warning, link.hint ? null : 'If it is not renewed until then, sign in again: bimmerhub login'));
  }
  if (refusedKey) shown.push(notice('mild', 'The link did not open this page.', refusedKey));
  if (access !== null && !access.may_change) {
    const why = access.has_password
      ? 'This browser has lost what proves that it may change something. Log out and in again.'
      : 'Everybody on this machine may look, for no password is set. Nobody has proved in this browser to be the owner.';
    shown.push(notice('mild', 'Read-only.', why, 'To change something, open the link of: bimmerhub open'));
  }
  const area = document.getElementById('notices');
  const text = shown.map((node) => node.textContent).join();
  if (area.dataset.text !== text) {
    area.dataset.text = text;
    area.replaceChildren(...shown);
  }
}

function draw() {
  frame ??= requestAnimationFrame(() => {
    frame = null;
    for (const card of cards.values()) card.render(now());
  });
}

function showLive(state, text) {
  const live = document.getElementById('live');
  const words = document.getElementById('live-text');
  live.dataset.state = state;
  if (words.textContent !== text) words.textContent = text;
  document.body.dataset.live = state;
}

function showFollowing() {
  if (!isFollowing) return;
  if (accounts.length > 0) showLive('live', 'Live');
  else showLive('waiting', 'No account');
}

function lost() {
  lostTimer ??= setTimeout(() => {
    isLost = true;
    isFollowing = false;
    showLive('lost', 'Not connected');
    showNotices();
  }, PATIENCE_MS);
}

function found() {
  clearTimeout(lostTimer);
  lostTimer = null;
  isLost = false;
  isFollowing = true;
  showNotices();
  refresh().then(showFollowing).catch(report); // the accounts are known by then
}

function follow() {
  source = new EventSource(`${API}/events?kind=signal,link,quota,command`);
  source.addEventListener('open', found);
  source.addEventListener('error', () => {
    lost();
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(follow, RETRY_MS); // refused rather than interrupted: the browser does not try again by itself
      load('vehicles').catch(report);
    }
  });
  source.addEventListener('gap', () => refresh().catch(report));
  source.addEventListener('signal', ({ data }) => {
    const { vin, name, ...signal } = JSON.parse(data);
    const card = cards.get(vin);
    if (!card) return void refresh().catch(report);
    if (signal.quality === 'withdrawn') delete card.signals[name];
    else card.signals[name] = signal;
    draw();
  });
  source.addEventListener('link', ({ data }) => {
    const link = JSON.parse(data);
    links.set(link.account, link);
    if (accounts.some((account) => account.name === link.account)) {
      showAccounts();
      showNotices();
    } else refresh().catch(report);
  });
  source.addEventListener('command', ({ data }) => {
    const command = JSON.parse(data);
    cards.get(command.vin)?.showCommand(command);
  });
  source.addEventListener('quota', ({ data }) => {
    const quota = JSON.parse(data);
    quotas.set(quota.account, quota);
    showAccounts();
  });
}

function report(error) {
  console.warn(error);
  if (!source || source.readyState !== EventSource.OPEN) lost();
}

setInterval(draw, TICK_MS);
setInterval(() => { if (!document.hidden) refresh().catch(report); }, REFRESH_MS);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh().catch(report); });
showLive('waiting', 'Connecting');
const isByLink = location.hash.startsWith('#key=');
refusedKey = await comeIn().catch((error) => error.message);
if (isByLink && refusedKey === null) location.reload(); // now in a session, with a button to log out
else {
  refresh().catch(report);
  follow();
}
