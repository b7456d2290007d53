"""From a folder of text to one Catalogue; everything wrong is told at once, with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from service_catalog.access_schema import Access, Entitlement, Order, Position, Profile, System
from service_catalog.journey_schema import Ground, Journey
from service_catalog.processing import Law, Processing, Risk
from service_catalog.schema import (
    Article,
    Catalogue,
    Municipality,
    ProcessOwner,
    RoutingRule,
    Service,
    Term,
    Unit,
)
from service_catalog.wheel_schema import Activity
from sla.yaml_lines import Document, Problem, Spot, message_of, parse, read

__all__ = ["CatalogueError", "Problem", "Sources", "load_catalogue", "read_catalogue"]

M = TypeVar("M", bound=BaseModel)

# A service that costs asks who pays: these fields of fields.yaml come last in its form.
KONTERING = ("ansvar", "tjeneste", "prosjekt")

SHIPPED = Path(__file__).parent


class CatalogueError(Exception):
    """The catalogue cannot be read; `problems` says all that is wrong, in order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass
class Sources:
    """Where each part of the catalogue stands, so that the lint can point at it."""

    documents: dict[tuple[str, str], tuple[Document, Spot]] = field(default_factory=dict)

    def remember(self, part: str, key: str, document: Document, spot: Spot = ()) -> None:
        self.documents[part, key] = (document, spot)

    def problem(self, part: str, key: str, spot: Spot, message: str) -> Problem:
        if (part, key) not in self.documents:
            return Problem(f"{part}/{key}" if key else part, 1, message)
        document, start = self.documents[part, key]
        return Problem(document.file, document.line_of((*start, *spot)), message)


def load_catalogue(folder: Path = SHIPPED) -> Catalogue:
    """The catalogue in the folder; raises CatalogueError with every problem of form."""
    return read_catalogue(folder)[0]


def read_catalogue(folder: Path = SHIPPED) -> tuple[Catalogue, Sources]:
    """As `load_catalogue`, and where everything stands."""
    return _Reading(folder).catalogue()


class _Reading:
    """One pass over a folder, gathering problems instead of stopping at the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources = Sources()
        self.problems: list[Problem] = []

    def catalogue(self) -> tuple[Catalogue, Sources]:
        if not self.folder.is_dir():
            raise CatalogueError([Problem(str(self.folder), 1, "mappen finnes ikke")])
        municipality = self._municipality()
        units = self._by_key("units.yaml", Unit, "units")
        owners = self._by_key("owners.yaml", ProcessOwner, "owners")
        glossary = self._by_key("glossary.yaml", Term, "glossary")
        processing = self._by_key("processing.yaml", Processing, "processing")
        laws = self._by_key("laws.yaml", Law, "laws")
        risks = self._by_key("risks.yaml", Risk, "risks")
        access = self._access()
        journeys = self._journeys()
        grounds = self._by_key("grounds.yaml", Ground, "grounds") if self._has("grounds.yaml") else {}
        wheel = self._wheel()
        routing = self._routing()
        articles = self._articles()
        services = self._services(owners, list(units))
        if self.problems or municipality is None:
            raise CatalogueError(self.problems)
        whole = Catalogue(
            municipality=municipality,
            units=units,
            owners=owners,
            services=services,
            routing=tuple(routing),
            articles=articles,
            glossary=glossary,
            processing=processing,
            laws=laws,
            risks=risks,
            access=access,
            journeys=journeys,
            grounds=grounds,
            wheel=wheel,
        )
        return whole, self.sources

    def _document(self, name: str) -> Document:
        path = self.folder / name
        if not path.is_file():
            return self._take(Document(name, problems=[Problem(name, 1, "filen mangler")]))
        return self._take(read(path, name))

    def _take(self, document: Document) -> Document:
        self.problems += document.problems
        return document

    def _municipality(self) -> Municipality | None:
        document = self._document("municipality.yaml")
        self.sources.remember("municipality", "", document)
        municipality = self._make(Municipality, document.value, document)
        if municipality and not (self.folder / municipality.logo).is_file():
            document.refuse(("logo",), f"finner ikke filen «{municipality.logo}»")
            self.problems.append(document.problems[-1])
        return municipality

    def _by_key(self, name: str, model: type[M], part: str) -> dict[str, M]:
        """A file that maps keys to things; the key becomes the thing's own."""
        document = self._document(name)
        found: dict[str, M] = {}
        for key, value in self._entries(document):
            self.sources.remember(part, key, document, (key,))
            made = self._make(model, _with_key(value, key), document, (key,))
            if made is not None:
                found[key] = made
        return found

    def _access(self) -> Access:
        """Empty where there is no folder `access`: a municipality may begin without."""
        if not (self.folder / "access").is_dir():
            return Access()
        return Access(
            systems=self._by_key("access/systems.yaml", System, "access.systems"),
            entitlements=self._by_key("access/entitlements.yaml", Entitlement, "access.entitlements"),
            profiles=self._by_key("access/profiles.yaml", Profile, "access.profiles"),
            positions=self._by_key("access/positions.yaml", Position, "access.positions"),
            orders=self._by_key("access/orders.yaml", Order, "access.orders"),
        )

    def _journeys(self) -> dict[str, Journey]:
        """One file each, named by its key; steps they share stand in steps.yaml. None where there is no folder."""
        found: dict[str, Journey] = {}
        paths = sorted((self.folder / "journeys").glob("*.yaml"))
        shared = self._document("steps.yaml") if paths and self._has("steps.yaml") else Document("steps.yaml")
        for path in paths:
            document = self._document(path.relative_to(self.folder).as_posix())
            self.sources.remember("journeys", path.stem, document)
            value = _with_key(document.value, path.stem)
            if isinstance(value, dict) and isinstance(value.get("steps"), list):
                steps = self._borrowed(value["steps"], ("steps",), document, shared)
                value = {**value, "steps": steps}
            made = self._make(Journey, value, document)
            if made is not None:
                found[path.stem] = made
        return found

    def _wheel(self) -> dict[str, Activity]:
        """Every file of the folder `wheel`, by subject; the keys are one list. None where there is no folder."""
        found: dict[str, Activity] = {}
        for path in sorted((self.folder / "wheel").glob("*.yaml")):
            name = path.relative_to(self.folder).as_posix()
            earlier = set(found)
            for key, activity in self._by_key(name, Activity, "wheel").items():
                if key in earlier:
                    self.problems.append(
                        self.sources.problem("wheel", key, (), f"aktiviteten «{key}» står i to filer")
                    )
                found[key] = activity
        return found

    def _has(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def _entries(self, document: Document) -> Iterable[tuple[str, Any]]:
        if isinstance(document.value, dict):
            return document.value.items()
        if not document.problems:
            self.problems.append(Problem(document.file, 1, "filen skal ha nøkler øverst"))
        return ()

    def _routing(self) -> list[RoutingRule]:
        document = self._document("routing.yaml")
        if not isinstance(document.value, list):
            if not document.problems:
                self.problems.append(Problem(document.file, 1, "filen skal være en liste av regler"))
            return []
        found = []
        for index, value in enumerate(document.value):
            rule = self._make(RoutingRule, value, document, (index,))
            if rule is not None:
                self.sources.remember("routing", rule.id, document, (index,))
                found.append(rule)
        return found

    def _articles(self) -> dict[str, Article]:
        found: dict[str, Article] = {}
        for path in sorted((self.folder / "articles").glob("*.md")):
            name = path.relative_to(self.folder).as_posix()
            document, body = _front_matter(path, name)
            self._take(document)
            value = document.value
            if isinstance(value, dict):
                value = {**value, "key": path.stem, "body": {"nb": body}}
            self.sources.remember("articles", path.stem, document)
            article = self._make(Article, value, document)
            if article is not None:
                found[article.key] = article
        return found

    def _services(self, owners: dict[str, ProcessOwner], units: list[str]) -> dict[str, Service]:
        shared = self._document("fields.yaml")
        found: dict[str, Service] = {}
        paths = sorted((self.folder / "services").glob("*/*.yaml"), key=lambda path: _place(path, units))
        for path in paths:
            name = path.relative_to(self.folder).as_posix()
            document = self._document(name)
            if path.stem in found:
                self.problems.append(Problem(name, 1, f"tjenesten «{path.stem}» finnes i to fagenheter"))
                continue
            self.sources.remember("services", path.stem, document)
            service = self._service(document, path, owners, shared)
            if service is not None:
                found[service.key] = service
        return found

    def _service(
        self, document: Document, path: Path, owners: dict[str, ProcessOwner], shared: Document
    ) -> Service | None:
        value = document.value
        if not isinstance(value, dict):
            if not document.problems:
                self.problems.append(Problem(document.file, 1, "filen skal ha nøkler øverst"))
            return None
        value = dict(value)
        for derived in ("key", "unit"):
            if derived in value:
                self.problems.append(self._problem(document, (derived,), f"«{derived}» tas fra filnavnet"))
        value["key"], value["unit"] = path.stem, path.parent.name
        owner = value.get("process_owner")
        if isinstance(owner, str):
            if owner not in owners:
                message = f"prosesseieren «{owner}» står ikke i owners.yaml"
                self.problems.append(self._problem(document, ("process_owner",), message))
                return None
            value["process_owner"] = owners[owner].model_dump()
        form = value.get("form")
        if isinstance(form, dict) and isinstance(form.get("fields"), list):
            fields = self._borrowed(form["fields"], ("form", "fields"), document, shared)
            if value.get("kontering") == "true":
                extra = [{"use": name} for name in KONTERING]
                fields += self._borrowed(extra, ("kontering",), document, shared)
            value["form"] = {**form, "fields": fields}
        return self._make(Service, value, document)

    def _borrowed(self, fields: list[Any], spot: Spot, document: Document, shared: Document) -> list[Any]:
        """Put the fields of fields.yaml in place of `use: name`; what stands beside `use` goes before it."""
        return [self._one_borrowed(each, (*spot, i), document, shared) for i, each in enumerate(fields)]

    def _one_borrowed(self, each: Any, spot: Spot, document: Document, shared: Document) -> Any:
        if not isinstance(each, dict):
            return each
        own = {key: value for key, value in each.items() if key != "use"}
        if isinstance(own.get("fields"), list):
            own["fields"] = self._borrowed(own["fields"], (*spot, "fields"), document, shared)
        if "use" not in each:
            return own
        stock = shared.value if isinstance(shared.value, dict) else {}
        name = each["use"]
        if name not in stock:
            self.problems.append(
                self._problem(document, (*spot, "use"), f"«{name}» står ikke i {shared.file}")
            )
            return own
        return {"key": name, **stock[name], **own}

    def _problem(self, document: Document, spot: Spot, message: str) -> Problem:
        return Problem(document.file, document.line_of(spot), message)

    def _make(self, model: type[M], value: Any, document: Document, spot: Spot = ()) -> M | None:
        if value is None and document.problems:
            return None
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self.problems += [
                self._problem(document, (*spot, *detail["loc"]), message_of(detail))
                for detail in error.errors(include_url=False)
            ]
            return None


def _with_key(value: Any, key: str) -> Any:
    return {"key": key, **value} if isinstance(value, dict) else value


def _place(path: Path, units: list[str]) -> tuple[int, str, str]:
    unit = path.parent.name
    return (units.index(unit) if unit in units else len(units), unit, path.stem)


def _front_matter(path: Path, name: str) -> tuple[Document, str]:
    """An article: YAML between two lines of `---`, then the text."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return Document(name, problems=[Problem(name, 1, "filen er ikke skrevet i UTF-8")]), ""
    parts = re.match(r"\A---\n(.*?)\n---\n(.*)\Z", text, re.DOTALL)
    if parts is None:
        missing = Problem(name, 1, "filen skal begynne med opplysninger mellom to linjer med ---")
        return Document(name, problems=[missing]), ""
    # The line of `---` is kept as an empty one, so that the lines are those of the file.
    return parse("\n" + parts.group(1), name), parts.group(2).strip()
