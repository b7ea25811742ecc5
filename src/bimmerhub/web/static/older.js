// The part of a card with what BMW's older interfaces tell of the car besides its state. Loaded when it is opened.

import { PARTS, partLines } from './older-words.js';
import { element } from './card.js';

// Makes that part of a card; `load` reads an address of the API. Returns what loads it anew, if it is open.
export function addOlder(card, { load }) {
  const { older, 'older-items': list } = card.parts;

  async function show() {
    const items = await Promise.all(Object.entries(PARTS).map(async ([what, { title, path }]) => {
      const lines = element('ul', 'lines');
      const stored = await load(`vehicles/${card.vehicle.vin}/${path}`);
      lines.append(...partLines(what, stored).map((line) => element('li', '', line)));
      const item = element('li');
      item.append(element('strong', '', title), lines);
      return item;
    }));
    list.replaceChildren(...items);
  }

  function showIfOpen() {
    if (older.open) show().catch((error) => { list.textContent = `What BMW recorded cannot be loaded: ${error.message}`; });
  }

  older.addEventListener('toggle', showIfOpen);
  return showIfOpen;
}
