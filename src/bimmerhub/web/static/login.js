// The login page of a browser that brings the key of a link: it needs no password.

import { comeIn } from './session.js';

if (location.hash.startsWith('#key=')) {
  comeIn().then((refusal) => {
    if (refusal === null) location.replace('/');
    else document.getElementById('message').textContent = refusal;
  });
}
