// The part of a card that asks BMW: what can be asked for, what it costs, a button each, and what is stored of the answer.
// Nothing is loaded before it is opened, and BMW is asked by the buttons only.

import { TITLES, answerLines, answerWords, priceWords } from './answers.js';
import { element } from './card.js';
import { send } from './session.js';

const STORED = { 'basic-data': 'basic-data', tyres: 'tyres', 'charging-history': 'charging-history?limit=20', 'charging-settings': 'charging-settings' };

// Makes the part of a card that asks BMW; `load` reads an address of the API, `now` is the hub's time.
export function addAsking(card, { load, now }) {
  const { asking, 'asking-items': list, 'asking-note': note } = card.parts;
  const path = `vehicles/${card.vehicle.vin}`;
  const rows = new Map();

  async function show() {
    const prices = (await load(`${path}/fetch`)).items;
    note.hidden = prices.every((price) => price.remaining === null); // no family of this car counts calls
    for (const price of prices) {
      if (!rows.has(price.what)) rows.set(price.what, makeRow(list, price.what, ask));
      const row = rows.get(price.what);
      const words = priceWords(price, now());
      row.asked.textContent = words.asked;
      row.button.textContent = words.button;
      row.button.disabled = !words.isPossible;
      if (price.answered_at && STORED[price.what]) showLines(row, answerLines(price.what, await load(`${path}/${STORED[price.what]}`)));
    }
  }

  async function ask(what, row) {
    row.button.disabled = true;
    row.note.textContent = 'Asking BMW …';
    const answer = await send(`/api/v1/${path}/fetch`, 'POST', { what });
    const body = await answer.json();
    row.note.textContent = answer.ok ? answerWords(body) : [body.error.message, body.error.hint].filter(Boolean).join(' ');
    await show();
  }

  asking.addEventListener('toggle', () => {
    if (asking.open) show().catch((error) => { list.textContent = `This car cannot be asked for: ${error.message}`; });
  });
}

function makeRow(list, what, ask) {
  const root = element('li');
  const row = {
    button: element('button', 'retry'),
    asked: element('span', 'age'),
    note: element('span', 'note'),
    stored: element('details'),
    summary: element('summary'),
    lines: element('ul', 'lines'),
  };
  const head = element('p', 'line-of-key');
  head.append(element('strong', '', TITLES[what] ?? what), row.asked, row.button);
  row.note.setAttribute('role', 'status');
  row.button.addEventListener('click', () => ask(what, row).catch((error) => { row.note.textContent = error.message; }));
  row.stored.append(row.summary, row.lines);
  row.stored.hidden = true;
  root.append(head, row.note, row.stored);
  list.append(root);
  return row;
}

function showLines(row, lines) {
  row.stored.hidden = lines.length === 0;
  row.summary.textContent = lines.length === 1 ? '1 line' : `${lines.length} lines`;
  row.lines.replaceChildren(...lines.map((line) => element('li', '', line)));
}
