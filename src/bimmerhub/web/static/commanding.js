// The part of a card that sends commands to the car: a button each, asked before, and the life of what was sent.
// Nothing is loaded before it is opened; nothing is sent but by a button.

import { COMMAND_TITLES, commandQuestion, lifeLines } from './command-words.js';
import { element } from './card.js';

const ANSWER_WANTED = 'A-2013'; // BMW's code: the answer to the account's security question is missing or wrong

// Makes the part of a card that commands its car; `load` reads an address of the API. Returns what takes the event.
export function addCommanding(card, { load }) {
  const { commanding, 'commanding-notice': notice, 'commanding-buttons': buttons, 'commanding-note': note, 'commanding-life': life } = card.parts;
  const path = `vehicles/${card.vehicle.vin}`;
  let followed = null;

  async function show() {
    const { commands, notice: why, is_opening_allowed: mayOpen } = await load(`${path}/abilities`);
    notice.textContent = why ?? 'Each command is sent once, and shows here what became of it.';
    buttons.replaceChildren(...commands.filter(({ command }) => command in COMMAND_TITLES).map((item) => {
      const button = element('button', 'retry', COMMAND_TITLES[item.command]);
      const isOff = item.command === 'unlock' && !mayOpen;
      button.type = 'button';
      button.disabled = item.refusal !== null || isOff;
      button.title = isOff ? 'Off until you allow it: bimmerhub vehicles allow-opening VIN' : item.refusal ?? '';
      button.addEventListener('click', () => send(item.command).catch((error) => { note.textContent = error.message; }));
      return button;
    }));
    const [newest] = (await load(`${path}/commands?limit=1`)).items;
    if (newest && followed === null) showLife(newest);
  }

  async function send(command, secret) {
    if (secret === undefined && !confirm(commandQuestion(command, card.title))) return;
    note.textContent = 'Asking the hub …';
    const answer = await fetch(`/api/v1/${path}/commands`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(secret === undefined ? { command } : { command, secret }),
    });
    const body = await answer.json();
    note.textContent = answer.ok ? '' : [body.error.message, body.error.hint].filter(Boolean).join('. ');
    if (answer.ok && (followed === null || followed.id !== body.id)) showLife(body);
  }

  function showLife(command) {
    followed = command;
    life.replaceChildren(...lifeLines(command).map((line) => element('li', '', line)));
  }

  commanding.addEventListener('toggle', () => {
    if (commanding.open) show().catch((error) => { notice.textContent = `What this car can do is not known: ${error.message}`; });
  });

  return (command) => {
    if (followed !== null && command.id < followed.id) return;
    showLife(command);
    if (command.steps.at(-1).code !== ANSWER_WANTED || !commanding.open || document.hidden) return;
    const secret = prompt('BMW wants the answer to the security question of your account before it unlocks.');
    if (secret) send(command.command, secret).catch((error) => { note.textContent = error.message; });
  };
}
