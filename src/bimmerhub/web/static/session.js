// Whether this browser may change something. The page comes in by the key of a link (`#key=`), or by the password, and gets
// a proof, which it keeps in the browser's storage for this address and port, and sends along with every change. A cookie
// alone changes nothing: a browser shows it to every port of this machine.

const PROOF = 'bimmerhub-page';
const NOT_OPENED = 'This page is read-only here: nobody has proved to be its owner. On the machine of the hub, run: bimmerhub open';

let mayChange = null; // not known yet

// Takes what stands behind the # of the address, out of sight at once. Returns why the key is not good, null else.
export async function comeIn() {
  const [name, secret] = location.hash.slice(1).split('=');
  if (!secret || !['key', 'page'].includes(name)) return null;
  history.replaceState(null, '', location.pathname + location.search);
  if (name === 'page') {
    localStorage.setItem(PROOF, secret);
    return null;
  }
  const answer = await fetch('/session', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key: secret }),
  });
  const body = await answer.json();
  if (!answer.ok) return [body.error.message, body.error.hint].filter(Boolean).join(' ');
  localStorage.setItem(PROOF, body.page_proof);
  return null;
}

// Asks the hub what this browser may do.
export async function loadAccess() {
  const answer = await fetch('/api/v1/access', { headers: { accept: 'application/json', ...proof() } });
  if (!answer.ok) return null;
  const access = await answer.json();
  mayChange = access.may_change;
  return access;
}

// Sends what changes something; `body` becomes JSON. A hub that would refuse it is not asked.
export function send(path, method, body) {
  if (mayChange === false) return Promise.reject(Object.assign(new Error(NOT_OPENED), { isReadOnly: true }));
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  return fetch(path, { method, headers: { ...json, ...proof() }, body: body === undefined ? undefined : JSON.stringify(body) });
}

function proof() {
  const secret = localStorage.getItem(PROOF);
  return secret ? { 'x-bimmerhub-page': secret } : {};
}
