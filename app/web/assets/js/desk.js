// The queue: shortcuts, live update with a pause, and a ticket beside the list. Without script these are links and forms.
import { showWhatApplies } from './form.js';

const rows = () => [...document.querySelectorAll('#queue-rows tr[data-ticket]')];
const current = () => rows().findIndex((row) => row.contains(document.activeElement));
const OFF = 'skranke-shortcuts-off';
const shortcutsOn = () => localStorage.getItem(OFF) === null;

function choose(index) {
  const all = rows();
  if (all.length) all[Math.max(0, Math.min(all.length - 1, index))].querySelector('a.ticket-link').focus();
}
const keys = {
  j: () => choose(current() + 1),
  k: () => choose(current() < 0 ? 0 : current() - 1),
  v: () => rows()[current()]?.querySelector('a.preview-link')?.click(),
  a: () => rows()[current()]?.querySelector('button[data-take]')?.click(),
  '/': () => document.querySelector('#queue-search')?.focus(),
  '?': () => document.querySelector('#shortcuts')?.showModal(),
};
// Only in the queue, never in a field, and they can be switched off (WCAG 2.1.4).
document.addEventListener('keydown', (event) => {
  if (!document.querySelector('[data-queue]') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches('input, textarea, select, [contenteditable]') || event.target.closest('dialog')) return;
  const act = shortcutsOn() && keys[event.key.toLowerCase()];
  if (act) { act(); event.preventDefault(); }
});
document.addEventListener('focusin', (event) => {
  const row = event.target.closest?.('tr[data-ticket]');
  if (!row) return;
  for (const other of rows()) other.removeAttribute('data-active');
  row.dataset.active = '';
});
const toggle = document.querySelector('[data-shortcuts-on]');
if (toggle) {
  toggle.checked = shortcutsOn();
  toggle.addEventListener('change', () => (toggle.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, '1')));
}

// A ticket beside the list: the same address as the link, but only the pane is fetched.
document.addEventListener('click', async (event) => {
  const link = event.target.closest?.('a[data-preview]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await window.htmx.ajax('GET', link.dataset.preview, { target: '#preview', swap: 'innerHTML' });
  for (const row of rows()) row.toggleAttribute('data-selected', row.contains(link));
});

// Live update: the stream only says that the list changed. While paused that is remembered, and the list is fetched after.
const live = document.querySelector('[data-live]');
if (live) {
  const status = live.querySelector('[data-live-status]');
  const button = live.querySelector('[data-live-pause]');
  let paused = false;
  let missed = false;
  const say = () => {
    status.textContent = status.dataset[!paused ? 'running' : missed ? 'missed' : 'paused'];
  };
  const refresh = () => document.body.dispatchEvent(new CustomEvent('list-changed'));
  document.querySelector('[data-stream]')?.addEventListener('htmx:sse:before:message', (event) => {
    if (!paused) return;
    missed = true;
    say();
    event.preventDefault();
  });
  button.addEventListener('click', () => {
    paused = !paused;
    button.setAttribute('aria-pressed', String(paused));
    live.toggleAttribute('data-paused', paused);
    say();
    if (!paused && missed) { missed = false; refresh(); }
  });
}

// Registering: the service's questions come with htmx, and are shown by what is answered.
const register = document.querySelector('#register');
if (register) {
  const show = () => showWhatApplies(document.querySelector('#register'));
  document.addEventListener('htmx:after:swap', show);
  register.addEventListener('change', show);
  show();
}

// Registering: Ctrl+Enter saves from any field.
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.target.closest?.('#register')?.querySelector('button[value=lagre]')?.click();
  }
});
