// Rows of a repeated group: added and removed here. Without script the same buttons send the form and get it back.
import { showWhatApplies } from './form.js';

const rowsOf = (group) => [...group.querySelectorAll(':scope > [data-row]')];
const firstControl = (row) => row.querySelector('input:not([type=hidden]), select, textarea');

function tellOf(group, what, number) {
  const status = group.querySelector(':scope > [role=status]');
  status.textContent = status.dataset[what].replace('{0}', number);
}

function showCount(group) {
  const rows = rowsOf(group);
  rows.forEach((row, place) => {
    row.querySelector('[data-number]').textContent = place + 1;
    row.querySelector('[name=remove_row]').hidden = rows.length < 2;
  });
  group.querySelector(':scope > [name=add_row]').hidden = rows.length >= Number(group.dataset.most);
}

function add(group, button) {
  // A number that no row has had here: removed rows leave gaps, which the server closes.
  const taken = rowsOf(group).map((row) => Number(row.querySelector('[name=remove_row]').value.split('.').pop()));
  const next = String(Math.max(Number(group.dataset.last ?? -1), ...taken) + 1);
  group.dataset.last = next;
  const template = group.querySelector(':scope > template');
  const made = document.createElement('template');
  made.innerHTML = template.innerHTML.replaceAll('__row__', next);
  const row = made.content.querySelector('[data-row]');
  template.before(row);
  window.htmx.process(row);
  showCount(group);
  showWhatApplies(button.form);
  firstControl(row)?.focus();
  tellOf(group, 'added', rowsOf(group).length);
}

function remove(group, row) {
  const place = rowsOf(group).indexOf(row);
  row.remove();
  showCount(group);
  const rows = rowsOf(group);
  firstControl(rows[Math.min(place, rows.length - 1)])?.focus();
  tellOf(group, 'removed', place + 1);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-rows] :is([name=add_row], [name=remove_row])');
  if (!button) return;
  event.preventDefault();
  const group = button.closest('[data-rows]');
  if (button.name === 'add_row') add(group, button);
  else remove(group, button.closest('[data-row]'));
});
