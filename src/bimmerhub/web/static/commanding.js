// The part of a card that sends commands to the car: a button each, some with a form, asked before, and the life of what
// was sent. Nothing is loaded before it is opened; nothing is sent but by a button, and one at a time.

import { makeMessageForm, makePlaceForm, makeProfileForm, makeSettingsForm } from './command-forms.js';
import { COMMAND_TITLES, OF_FORMS, abilitiesNotice, commandQuestion, lifeLines } from './command-words.js';
import { element } from './card.js';
import { send as sendChange } from './session.js';

const ANSWER_WANTED = 'A-2013'; // BMW's code: the answer to the account's security question is missing or wrong

// Makes the part of a card that commands its car; `load` reads an address of the API. Returns what takes the event.
export function addCommanding(card, { load }) {
  const { commanding, 'commanding-notice': notice, 'commanding-buttons': buttons, 'commanding-form': place, 'commanding-note': note, 'commanding-life': life } = card.parts;
  const path = `vehicles/${card.vehicle.vin}`;
  let followed = null;
  let isSending = false;

  async function show() {
    const abilities = await load(`${path}/abilities`);
    notice.textContent = abilitiesNotice(abilities, card.vehicle.accounts.length);
    place.replaceChildren();
    buttons.replaceChildren(...abilities.commands.filter(({ command }) => command in COMMAND_TITLES).map((item) => makeButton(item, abilities.is_opening_allowed)));
    const [newest] = (await load(`${path}/commands?limit=1`)).items;
    if (newest && followed === null) showLife(newest);
  }

  function makeButton({ command, refusal }, mayOpen) {
    const hasForm = OF_FORMS.includes(command);
    const button = element('button', 'retry', hasForm ? `${COMMAND_TITLES[command]} …` : COMMAND_TITLES[command]);
    const isOff = command === 'unlock' && !mayOpen;
    button.type = 'button';
    button.disabled = refusal !== null || isOff;
    button.title = isOff ? 'Off until you allow it: bimmerhub vehicles allow-opening VIN' : refusal ?? '';
    if (hasForm) button.setAttribute('aria-expanded', 'false');
    button.addEventListener('click', () => (hasForm ? toggleForm(command, button) : send({ command })).catch(fail));
    return button;
  }

  async function toggleForm(command, button) {
    const isOpen = button.getAttribute('aria-expanded') === 'true';
    closeForm();
    if (isOpen) return;
    place.replaceChildren(await makeForm(command));
    button.setAttribute('aria-expanded', 'true');
    place.querySelector('input, select, textarea')?.focus();
  }

  function closeForm() {
    place.replaceChildren();
    note.textContent = '';
    for (const button of buttons.querySelectorAll('[aria-expanded]')) button.setAttribute('aria-expanded', 'false');
  }

  async function makeForm(command) {
    const sendRest = (rest) => send({ command, ...rest }).catch(fail);
    if (command === 'poi') return makePlaceForm(sendRest);
    if (command === 'message') return makeMessageForm(sendRest);
    const profile = await load(`${path}/charging-profile`);
    if (profile.notice !== null) return element('p', 'note', profile.notice);
    const say = (text) => { note.textContent = text; };
    if (command === 'charging-profile') return makeProfileForm(profile, sendRest, say);
    return profile.settings === null ? element('p', 'note', 'BMW has told of no charging settings.') : makeSettingsForm(profile, sendRest, say);
  }

  async function send(body) {
    if (isSending || (body.secret === undefined && !confirm(commandQuestion(body.command, card.title)))) return;
    isSending = true; // a second click meanwhile would be a second command
    note.textContent = 'Asking the hub …';
    try {
      const answer = await sendChange(`/api/v1/${path}/commands`, 'POST', body);
      const told = await answer.json();
      if (answer.ok) closeForm();
      else note.textContent = [told.error.message, told.error.hint].filter(Boolean).join('. ');
      if (answer.ok && (followed === null || followed.id !== told.id)) showLife(told);
    } finally {
      isSending = false;
    }
  }

  function fail(error) {
    note.textContent = error.message;
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
    if (secret) send({ command: command.command, secret }).catch(fail);
  };
}
