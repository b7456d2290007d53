// Skjema: felt som hører til et annet svar, vises først når svaret er gitt. Uten skript står de der med en forklaring.
document.documentElement.classList.add('js');
const answersOf = (form, name) => {
  const found = [];
  for (const control of form.elements) {
    if (control.name !== name || control.closest('[hidden]')) continue;
    if (['checkbox', 'radio'].includes(control.type) ? control.checked : control.value) found.push(control.value);
  }
  return found;
};
export function showWhatApplies(form) {
  // I rekkefølge, så et felt som hører til et skjult felt, også skjules.
  for (const field of form.querySelectorAll('[data-naar-felt]')) {
    const wanted = field.dataset.naar.split(' ');
    field.hidden = !answersOf(form, field.dataset.naarFelt).some((answer) => wanted.includes(answer));
  }
}
for (const form of document.querySelectorAll('form')) {
  if (!form.querySelector('[data-naar-felt]')) continue;
  showWhatApplies(form);
  form.addEventListener('change', () => showWhatApplies(form));
}
// Etter en innsending med feil står markøren på oppsummeringen.
document.querySelector('#feil')?.focus();
// Personmenyen lukkes med Escape og når en klikker et annet sted.
for (const menu of document.querySelectorAll('details.personmeny')) {
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && menu.open) { menu.open = false; menu.querySelector('summary').focus(); }
  });
  document.addEventListener('click', (event) => { if (!menu.contains(event.target)) menu.open = false; });
}
