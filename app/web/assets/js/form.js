// Fields that follow another answer are shown when it is given. Without script they stand there with an explanation.
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
  // In order, so a field that follows a hidden field is hidden too.
  for (const field of form.querySelectorAll('[data-when-field]')) {
    const wanted = field.dataset.when.split(' ');
    field.hidden = !answersOf(form, field.dataset.whenField).some((answer) => wanted.includes(answer));
  }
}
for (const form of document.querySelectorAll('form')) {
  if (!form.querySelector('[data-when-field]')) continue;
  showWhatApplies(form);
  form.addEventListener('change', () => showWhatApplies(form));
}
// After a refused form the focus is on the summary of what is wrong.
document.querySelector('#feil')?.focus();
// The person's menu closes with Escape and with a click elsewhere.
for (const menu of document.querySelectorAll('details.person-menu')) {
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && menu.open) { menu.open = false; menu.querySelector('summary').focus(); }
  });
  document.addEventListener('click', (event) => { if (!menu.contains(event.target)) menu.open = false; });
}
