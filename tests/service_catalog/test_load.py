"""What an editor writes wrong is refused, with the file and the line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service_catalog.load import SHIPPED, CatalogueError, load_catalogue, read_catalogue
from service_catalog.schema import Catalogue

LAPTOP = "services/it/bestille-pc.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small municipality of its own: the shipped one with a single service."""
    copy = tmp_path / "service_catalog"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("__pycache__", "services", "*.py"))
    (copy / "services/it").mkdir(parents=True)
    shutil.copy(SHIPPED / LAPTOP, copy / LAPTOP)
    return copy


def change(folder: Path, name: str, old: str, new: str) -> int:
    """Change the text once; the answer is the line it stood on."""
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def problems(folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(folder)
    return [str(problem) for problem in refused.value.problems]


def test_the_shipped_catalogue_has_the_services_of_a_municipality(catalogue):
    assert len(catalogue.services) >= 64
    assert set(catalogue.units) == {
        "servicesenteret", "hr", "lonn", "regnskap", "anskaffelse", "it", "eiendom", "arkiv",
    }  # fmt: skip
    assert len(catalogue.articles) >= 12
    assert len(catalogue.glossary) >= 25


def test_a_catalogue_comes_through_json_unchanged(catalogue):
    again = Catalogue.model_validate_json(catalogue.model_dump_json())
    assert again == catalogue
    assert again.digest() == catalogue.digest()


def test_another_municipality_is_another_folder(folder):
    change(folder, "municipality.yaml", "Fjordvik kommune", "Storelva kommune")
    catalogue = load_catalogue(folder)
    assert catalogue.municipality.name == "Storelva kommune"
    assert list(catalogue.services) == ["bestille-pc"]


def test_a_service_takes_its_key_and_unit_from_where_its_file_stands(folder):
    service = load_catalogue(folder).services["bestille-pc"]
    assert (service.key, service.unit) == ("bestille-pc", "it")
    line = change(folder, LAPTOP, "kind: order", "unit: hr\nkind: order")
    assert problems(folder) == [f"{LAPTOP}:{line}: «unit» tas fra filnavnet"]


def test_an_unknown_key_is_refused_on_its_line(folder):
    line = change(folder, LAPTOP, "popular: true", "populer: true")
    assert problems(folder) == [f"{LAPTOP}:{line}: ukjent nøkkel «populer»"]


def test_a_key_that_stands_twice_is_refused(folder):
    line = change(folder, LAPTOP, "popular: true", "popular: true\npopular: false") + 1
    assert problems(folder) == [f"{LAPTOP}:{line}: «popular» står to ganger"]


def test_a_value_that_is_not_one_of_the_known_is_refused_with_those_that_are(folder):
    line = change(folder, LAPTOP, "kind: order", "kind: bestilling")
    (problem,) = problems(folder)
    assert problem.startswith(f"{LAPTOP}:{line}: «kind» kan ikke være «bestilling»; velg 'order'")


def test_a_title_that_lacks_a_language_is_refused(folder):
    change(folder, LAPTOP, "title:", "title: {nb: PC, en: Computer}\nsummary_was:")
    found = problems(folder)
    assert f"{LAPTOP}:1: «nn» mangler" in found


def test_a_service_without_process_owner_is_refused(folder):
    change(folder, LAPTOP, "process_owner: it-sjef\n", "")
    assert problems(folder) == [f"{LAPTOP}:1: «process_owner» mangler"]


def test_a_process_owner_nobody_knows_is_refused(folder):
    line = change(folder, LAPTOP, "process_owner: it-sjef", "process_owner: rektor")
    assert problems(folder) == [f"{LAPTOP}:{line}: prosesseieren «rektor» står ikke i owners.yaml"]


def test_a_field_borrowed_from_nowhere_is_refused(folder):
    line = change(folder, LAPTOP, "use: needed_by", "use: needed_soon")
    assert f"{LAPTOP}:{line}: «needed_soon» står ikke i fields.yaml" in problems(folder)


def test_what_stands_beside_use_goes_before_the_borrowed_field(folder):
    service = load_catalogue(folder).services["bestille-pc"]
    quantity = next(field for field in service.form.fields if field.key == "quantity")
    assert quantity.max == 20
    assert quantity.label.nb == "Hvor mange av hver?"


def test_a_service_that_costs_asks_for_kontering_last(folder):
    service = load_catalogue(folder).services["bestille-pc"]
    assert [field.key for field in service.form.fields][-3:] == ["ansvar", "tjeneste", "prosjekt"]


def test_broken_yaml_is_refused_on_its_line(folder):
    line = change(folder, LAPTOP, "kind: order", "kind: [order")
    (problem,) = problems(folder)
    assert problem.startswith(f"{LAPTOP}:")
    assert "ikke gyldig YAML" in problem
    assert int(problem.split(":")[1]) >= line


def test_no_and_times_are_words_and_not_values(folder):
    change(folder, "municipality.yaml", "address: Rådhusgata 1, 5000 Fjordvik", "address: no")
    assert load_catalogue(folder).municipality.address == "no"


def test_a_logo_that_is_not_there_is_refused(folder):
    (folder / "logo.svg").unlink()
    assert problems(folder)[0].endswith("finner ikke filen «logo.svg»")


def test_all_that_is_wrong_is_told_at_once(folder):
    change(folder, LAPTOP, "kind: order", "kind: bestilling")
    change(folder, "units.yaml", "icon: Laptop", "ikon: Laptop")
    assert {problem.split(":")[0] for problem in problems(folder)} == {LAPTOP, "units.yaml"}


def test_a_missing_file_or_folder_is_named(folder, tmp_path):
    (folder / "routing.yaml").unlink()
    assert problems(folder) == ["routing.yaml:1: filen mangler"]
    with pytest.raises(CatalogueError, match="mappen finnes ikke"):
        load_catalogue(tmp_path / "nowhere")


def test_an_article_without_its_opening_lines_is_refused(folder):
    (folder / "articles/pc-en-er-treg.md").write_text("Start på nytt.\n")
    (problem,) = problems(folder)
    assert problem.startswith("articles/pc-en-er-treg.md:1: filen skal begynne med")


def test_sources_point_into_the_file(folder):
    _, sources = read_catalogue(folder)
    line = change(folder, LAPTOP, "agreement:", "agreement:")
    assert sources.problem("services", "bestille-pc", ("agreement",), "x").line == line
