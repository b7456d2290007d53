"""A personnel case with a word of its own in everything that can be written about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from app.database.session import transaction
from app.identity.actor import Office
from app.people.models import Person
from app.people.offices import appoint
from app.tickets.lifecycle import id_of
from tests.cast import APPOINTING, employ, person
from tests.house import House
from tests.tickets.asking import once

WORDS = {
    "subject": "grevlingtand",
    "description": "fjellfiolett",
    "message": "kvitterskog",
    "answer": "blåbærlyng",
    "note": "torvmyrull",
    "delay": "skarvekloa",
    "solution": "snøfnugget",
    "file name": "haresporet",
    "file": "rypetuften",
    "note's file name": "ulvetanna",
    "note's file": "gaupeøret",
    "draft's file name": "orretoppen",
}
"""Each is found nowhere else, in no dictionary of the product and in nobody's name."""
UNSEEN_BY_AGENTS = frozenset({"draft's file name"})
WITHOUT_RIGHT = ("bob", "frida", "leif", "oda", "truls", "stein", "vera", "tor", "katrine", "mona", "pia")
"""Nobody of these has anything to do with it: Leif leads Alice, Vera is the privacy officer, Pia owns the service."""
SEE_IT = ("alice", "petra")
SERVICE = "sykefravaer"


@dataclass
class Canary:
    """The house, with the case when it is planted."""

    house: House
    persons: dict[str, Person]
    clients: dict[str, httpx.AsyncClient]
    browsers: dict[str, httpx.AsyncClient]
    """The same people, who have just signed in: where no key comes in."""
    number: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    """What a path may name: {number}, {attachment_id}…"""
    mails: list[tuple[str, str]] = field(default_factory=list)
    """(address, the whole of it), as they are sent."""

    def words_in(self, text: str) -> list[str]:
        """What of the case can be read in the text: its words, and its number."""
        lowered = text.lower()
        found = [name for name, word in WORDS.items() if word in lowered]
        return [*found, "number"] if self.number and self.number in text else found


async def hire(house: House) -> Canary:
    names = {"vera": Office.PRIVACY_OFFICER, "tor": Office.TECHNICAL_ADMINISTRATOR}
    names |= {"katrine": Office.CATALOGUE_EDITOR, "mona": Office.WHISTLEBLOWING_RECIPIENT}
    names |= {"pia": Office.PROCESS_OWNER}
    new = {name: person(f"{name.capitalize()} Ny", 70 + place) for place, name in enumerate(names)}
    async with transaction(house.sessions) as session:
        session.add_all(new.values())
        await session.flush()
        for name, somebody in new.items():
            session.add(employ(somebody, house.cast.skolen, "Rådgiver"))
            await appoint(session, somebody.id, names[name], SERVICE if name == "pia" else "", by=APPOINTING)
    persons = {name: new.get(name) or getattr(house.cast, name) for name in (*WITHOUT_RIGHT, *SEE_IT)}
    browsers = {name: house.in_browser(found) for name, found in persons.items()}
    for browser in browsers.values():
        # Signed in before anybody looks at their lists: one of them is of their own sessions.
        await browser.get("/habilitet")
    return Canary(house, persons, {name: house.as_person(found) for name, found in persons.items()}, browsers)


async def plant(canary: Canary) -> None:
    """Alice asks about her sick leave; Petra of HR answers, notes, is late and solves it."""
    alice, petra = canary.clients["alice"], canary.clients["petra"]
    file_id = await _upload(alice, "file name", "file")
    draft_id = await _upload(alice, "draft's file name", "file")
    asked = {
        "service": SERVICE,
        "subject": WORDS["subject"],
        "answers": {"who": "me", "about": "self", "description": WORDS["description"]},
        "attachment_ids": [file_id],
    }
    ticket = await _post(alice, "/api/v1/tickets", asked)
    canary.number = ticket["number"]
    url = f"/api/v1/tickets/{canary.number}"
    assert ticket["confidentiality"] == "personnel"
    assert ticket["unit"] == "hr"
    await _post(alice, f"{url}/messages", {"body": WORDS["message"]})
    await _post(petra, f"{url}/messages", {"body": WORDS["answer"]})
    note_file = await _upload(petra, "note's file name", "note's file")
    note = {"body": WORDS["note"], "kind": "internal", "attachment_ids": [note_file]}
    await _post(petra, f"{url}/messages", note)
    await _post(petra, f"{url}/delays", {"reason": "few_hands", "text": WORDS["delay"]})
    solved = await petra.put(
        f"{url}/resolution", json={"text": WORDS["solution"]}, headers={"if-match": "*"} | once()
    )
    assert solved.status_code == 200, solved.text
    canary.ids = {
        "number": canary.number,
        "attachment_id": str(file_id),
        "note_file": str(note_file),
        "draft": str(draft_id),
        "ticket_id": str(id_of(canary.number)),
    }


async def _post(client: httpx.AsyncClient, url: str, body: dict[str, Any]) -> Any:
    response = await client.post(url, json=body, headers=once())
    assert response.status_code == 201, response.text
    return response.json()


async def _upload(client: httpx.AsyncClient, name: str, content: str) -> int:
    headers = once() | {"x-filename": f"{WORDS[name]}.txt", "content-type": "application/octet-stream"}
    response = await client.post("/api/v1/attachments", content=WORDS[content].encode(), headers=headers)
    assert response.status_code == 201, response.text
    found: int = response.json()["id"]
    return found
