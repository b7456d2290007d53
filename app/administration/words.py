"""What the offices are called, and what each of them opens."""

from __future__ import annotations

from app.identity.actor import Office
from app.web.i18n import _

OFFICES: dict[Office, tuple[str, str]] = {
    Office.PRIVACY_OFFICER: (
        _("Personvernombud og sikkerhetsansvarlig"),
        _("Ser sikkerhetsloggen, og går gjennom innsyn før det utleveres."),
    ),
    Office.TECHNICAL_ADMINISTRATOR: (
        _("Teknisk administrator"),
        _("Ser denne siden, og ingen saker."),
    ),
    Office.CATALOGUE_EDITOR: (_("Katalogredaktør"), _("Redigerer tjenestekatalogen, og ser ingen saker.")),
    Office.PROCESS_OWNER: (
        _("Prosesseier"),
        _("Ser de åpne sakene om én tjeneste, uten notater."),
    ),
    Office.WHISTLEBLOWING_RECIPIENT: (
        _("Varslingsmottak"),
        _("Leser varsler. Utnevnes bare på serveren, med «skranke office»."),
    ),
}
"""In the order they are shown."""
