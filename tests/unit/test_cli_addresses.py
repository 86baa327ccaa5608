"""A station's address list comes from the national address base, whole or not at all."""

import asyncio

import pytest
from click.testing import CliRunner

from alertd.cli import main
from alertd.clock import SystemClock
from alertd.store.sqlite import SQLite

HEADER = (
    "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;"
    "nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;"
    "source_position;source_nom_voie;certification_commune;cad_parcelles"
)


def ban(number, suffix, street, lon, lat, hamlet=""):
    """A row as the national address base writes it."""
    begin = f"55073_0030_{number:0>5};55073_0030;{number};{suffix};{street};55100;55073;Bras-sur-Meuse;;;874000.1;6901200.2"
    return f"{begin};{lon};{lat};entrée;;{hamlet};BRAS SUR MEUSE;RUE DE L EGLISE;commune;commune;1;550730000A0001"


GOOD = [
    *(ban(n, "", "Rue de l'Église", 5.3750 + n / 10_000, 49.2090) for n in range(1, 13)),
    ban(12, "bis", "Rue de l'Église", 5.3763, 49.2091),
    ban(3, "", "Le Moulin", 5.3901, 49.2150),
    ban(1, "", "Route de Verdun", 5.3700, 49.2050, "La Gare"),
]


@pytest.fixture
def alertd(tmp_path):
    """Run a command on a station of its own; its status, what it says, and what the store has afterwards."""
    config, file = tmp_path / "alertd.toml", tmp_path / "adresses-55073.csv"
    config.write_text(
        f'[store]\nurl = "sqlite:{tmp_path}/a.db"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n'
    )
    words = ("station", "add", "bras", "--name", "Bras", "--lat", "49.209", "--lon", "5.375")
    assert CliRunner().invoke(main, [*words, "--config", str(config)]).exit_code == 0

    def run(*lines, header=HEADER, encoding="utf-8"):
        file.write_bytes("\n".join([header, *lines]).encode(encoding))
        result = CliRunner().invoke(
            main, ["station", "addresses", "bras", str(file), "--config", str(config)]
        )
        return result.exit_code, result.stdout + result.stderr

    run.store = tmp_path / "a.db"
    return run


def names(path):
    """The station's streets and hamlets, each with its address points."""

    async def listed():
        store = SQLite(path, SystemClock())
        await store.open()
        try:
            return await store.fetch("streets.of_station", 1, 500)
        finally:
            await store.close()

    return {(row["kind"], row["name"]): row["points"] for row in asyncio.run(listed())}


def test_the_national_address_base_is_read(alertd):
    """Doors are counted under their street, "bis" is another door, a hamlet named beside a street is found too."""
    status, said = alertd(*GOOD, GOOD[0])
    assert (status, said) == (0, "15 adresses (1 ligne en double), 2 rues, 2 lieux-dits.\n")
    assert names(alertd.store) == {
        ("street", "Rue de l'Église"): 13,
        ("street", "Route de Verdun"): 1,
        ("hamlet", "Le Moulin"): 1,
        ("hamlet", "La Gare"): 0,
    }


def test_bad_rows_are_told_by_line_and_nothing_is_changed(alertd):
    """One bad row, and the list is what it was; each is named by its line of the file."""
    assert alertd(*GOOD)[0] == 0
    bad = [
        ban(1, "", "", 5.37, 49.2),
        ban("x1", "", "Rue Neuve", 5.37, 49.2),
        ban(1, "", "Rue Neuve", "", 49.2),
        ban(1, "", "Rue Neuve", 49.2, 5.37),
    ]
    status, said = alertd(GOOD[0], *bad)
    assert status == 2
    reasons = [
        "ni rue ni lieu-dit",
        "numéro illisible (x1)",
        "latitude ou longitude illisible",
        "à 6365 km de la mairie",
    ]
    for line, why in enumerate(reasons, 3):
        assert f"Ligne {line} : {why}" in said
    assert "Rien n'a été changé : 4 lignes à corriger." in said
    assert len(names(alertd.store)) == 4


def test_typed_hamlets_replace_what_was_there(alertd):
    """A spreadsheet's nom;lat;lon, saved by Windows with decimal commas, is a list of names; the one before is gone."""
    assert alertd(*GOOD)[0] == 0
    typed = ["Les Prés;49,2101;5,3752", "", "La Côte;49.2;5.38"]
    status, said = alertd(*typed, header="nom;lat;lon", encoding="cp1252")
    assert (status, said) == (0, "0 adresse, 0 rue, 2 lieux-dits.\n")
    assert names(alertd.store) == {("hamlet", "La Côte"): 0, ("hamlet", "Les Prés"): 0}


@pytest.mark.parametrize(
    ("header", "lines", "sentence"),
    [
        ("numero;nom_voie", ["1;Rue"], "Manque : lat, lon."),
        (HEADER, [], "aucune adresse"),
        ("\0PK", [], "n'est pas du texte"),
    ],
)
def test_a_file_that_is_no_list_is_refused(alertd, header, lines, sentence):
    """What is missing is said, and the list stays."""
    assert alertd(*GOOD)[0] == 0
    status, said = alertd(*lines, header=header)
    assert status == 2
    assert sentence in said
    assert len(names(alertd.store)) == 4
