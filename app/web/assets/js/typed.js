// Who writes before this file has arrived is heard too: what stands in a field by then is told once, to whatever listens.
function tellWhatIsWritten() {
  for (const control of document.querySelectorAll('input, textarea')) {
    if (control.value !== control.defaultValue) control.dispatchEvent(new Event('input', { bubbles: true }));
  }
}
document.addEventListener('htmx:after:process', tellWhatIsWritten, { once: true });
