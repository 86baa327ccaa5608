"""What each language makes of figures, units and abbreviations when they are said aloud. Data for `alertd.publish.spoken`.

A unit is (one, singular, plural): "une heure", "heure" after a fraction below two, "heures". Abbreviations are written as
people type them; a final dot is part of them where it stands, else it may or may not follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

Unit = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language. `whole` and `clock` say an hour without and with minutes, `one` those of one o'clock.

    `before_name` are abbreviations only before a capital letter: St-Mihiel is a saint's, "1 st" is not.
    """

    to: str  # between the ends of a range
    over: str  # a slash between figures
    dot: str  # in an address of the web
    at: str  # in one of e-mail
    both: str  # an ampersand
    comma: str  # before the decimals
    whole: str
    clock: str
    one: tuple[str, str]
    first: str  # the first of a month
    units: Mapping[str, Unit]
    words: Mapping[str, str]
    before_name: Mapping[str, str] = field(default_factory=dict)
    before_figure: Mapping[str, str] = field(default_factory=dict)
    roads: Mapping[str, str] = field(default_factory=dict)
    ordinal: str = ""  # what makes figures an ordinal, as a pattern
    feminine: tuple[str, str] = ("", "")  # how the last word of a number ends before "heures"
    dates: str = "cardinal"  # how the day of a date is said
    emergency: bool = True  # whether 112 is said figure by figure
    pairs: bool = False  # whether telephone numbers are said by twos


def _metric(*names: tuple[str, Unit]) -> Mapping[str, Unit]:
    return MappingProxyType(dict(names))


FRENCH: Final = Tongue(
    to="à", over="sur", dot="point", at="arobase", both="et", comma="virgule",
    whole="{h} heures", clock="{h} heures {m}", one=("une heure", "une heure {m}"), first="premier",
    units=_metric(
        ("km/h", ("un kilomètre heure", "kilomètre heure", "kilomètres heure")),
        ("km", ("un kilomètre", "kilomètre", "kilomètres")),
        ("cm", ("un centimètre", "centimètre", "centimètres")),
        ("mm", ("un millimètre", "millimètre", "millimètres")),
        ("µg/m³", ("un microgramme par mètre cube", "microgramme par mètre cube", "microgrammes par mètre cube")),
        ("µg/m3", ("un microgramme par mètre cube", "microgramme par mètre cube", "microgrammes par mètre cube")),
        ("m²", ("un mètre carré", "mètre carré", "mètres carrés")),
        ("m2", ("un mètre carré", "mètre carré", "mètres carrés")),
        ("m³", ("un mètre cube", "mètre cube", "mètres cubes")),
        ("m3", ("un mètre cube", "mètre cube", "mètres cubes")),
        ("min", ("une minute", "minute", "minutes")),
        ("mn", ("une minute", "minute", "minutes")),
        ("m", ("un mètre", "mètre", "mètres")),
        ("kg", ("un kilogramme", "kilogramme", "kilogrammes")),
        ("ha", ("un hectare", "hectare", "hectares")),
        ("j", ("un jour", "jour", "jours")),
        ("L", ("un litre", "litre", "litres")),
        ("l", ("un litre", "litre", "litres")),
        ("t", ("une tonne", "tonne", "tonnes")),
        ("€", ("un euro", "euro", "euros")),
        ("%", ("un pour cent", "pour cent", "pour cent")),
        ("°C", ("un degré", "degré", "degrés")),
        ("°", ("un degré", "degré", "degrés")),
    ),
    words={
        "av.": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "bvd": "boulevard", "boul.": "boulevard",
        "pl.": "place", "rte": "route", "ch.": "chemin", "chem.": "chemin", "imp.": "impasse", "all.": "allée",
        "fg": "faubourg", "fbg": "faubourg", "lot.": "lotissement", "sq.": "square", "qu.": "quai", "res.": "résidence",
        "rés.": "résidence", "bât.": "bâtiment", "bat.": "bâtiment", "appt": "appartement", "apt": "appartement",
        "tél": "téléphone", "tel.": "téléphone", "env.": "environ", "etc.": "et cetera", "ex.": "exemple", "cf.": "voir",
        "rdv": "rendez-vous", "svp": "s'il vous plaît", "max.": "maximum", "mini.": "minimum", "hab.": "habitants",
        "ZI": "zone industrielle", "ZA": "zone artisanale", "ZAC": "zone d'activité", "HLM": "H L M", "mme": "madame",
        "gal": "général", "gén.": "général", "cdt": "commandant", "col.": "colonel", "pdt": "président", "niv.": "niveau",
        "mmes": "mesdames", "mlle": "mademoiselle", "dr": "docteur", "cne": "commune", "dép.": "département",
        "lun.": "lundi", "mer.": "mercredi", "jeu.": "jeudi", "ven.": "vendredi", "sam.": "samedi", "dim.": "dimanche",
    },
    before_name={"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "M.": "monsieur", "mr": "monsieur",
                 "MM.": "messieurs", "N.-D.": "Notre-Dame", "ND": "Notre-Dame"},
    before_figure={"n°": "numéro", "no": "numéro", "num.": "numéro", "art.": "article", "p.": "page"},
    roads={"RD": "route départementale", "RN": "route nationale", "D": "départementale", "N": "nationale",
           "VC": "voie communale", "CR": "chemin rural", "CD": "chemin départemental", "A": "A", "E": "E"},
    ordinal="e|è|ème|ième|nd|nde",
    feminine=("un", "une"),
    emergency=False,
    pairs=True,
)  # fmt: skip

ENGLISH: Final = Tongue(
    to="to", over="over", dot="dot", at="at", both="and", comma="point",
    whole="{h} hundred", clock="{h} {m}", one=("one o'clock", "one {m}"), first="first",
    units=_metric(
        ("km/h", ("one kilometre per hour", "kilometre per hour", "kilometres per hour")),
        ("km", ("one kilometre", "kilometre", "kilometres")),
        ("cm", ("one centimetre", "centimetre", "centimetres")),
        ("min", ("one minute", "minute", "minutes")),
        ("m", ("one metre", "metre", "metres")),
        ("kg", ("one kilogram", "kilogram", "kilograms")),
        ("h", ("one hour", "hour", "hours")),
        ("€", ("one euro", "euro", "euros")),
        ("%", ("one per cent", "per cent", "per cent")),
        ("°C", ("one degree", "degree", "degrees")),
        ("°", ("one degree", "degree", "degrees")),
    ),
    words={"ave": "avenue", "rd.": "road", "blvd": "boulevard", "sq.": "square", "tel.": "telephone", "approx.": "about",
           "etc.": "et cetera", "e.g.": "for example", "i.e.": "that is", "mr": "mister", "mrs": "missis", "dr": "doctor"},
    before_name={"st": "saint"},
    before_figure={"no.": "number", "n°": "number"},
    ordinal="st|nd|rd|th",
    dates="ordinal",
)  # fmt: skip

GERMAN: Final = Tongue(
    to="bis", over="von", dot="Punkt", at="at", both="und", comma="Komma",
    whole="{h} Uhr", clock="{h} Uhr {m}", one=("ein Uhr", "ein Uhr {m}"), first="ersten",
    units=_metric(
        ("km/h", ("ein Kilometer pro Stunde", "Kilometer pro Stunde", "Kilometer pro Stunde")),
        ("km", ("ein Kilometer", "Kilometer", "Kilometer")),
        ("cm", ("ein Zentimeter", "Zentimeter", "Zentimeter")),
        ("min", ("eine Minute", "Minute", "Minuten")),
        ("Min.", ("eine Minute", "Minute", "Minuten")),
        ("m", ("ein Meter", "Meter", "Meter")),
        ("kg", ("ein Kilogramm", "Kilogramm", "Kilogramm")),
        ("h", ("eine Stunde", "Stunde", "Stunden")),
        ("€", ("ein Euro", "Euro", "Euro")),
        ("%", ("ein Prozent", "Prozent", "Prozent")),
        ("°C", ("ein Grad", "Grad", "Grad")),
        ("°", ("ein Grad", "Grad", "Grad")),
    ),
    words={"str.": "Straße", "pl.": "Platz", "tel.": "Telefon", "ca.": "circa", "bzw.": "beziehungsweise", "usw.": "und so weiter",
           "z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "d. h.": "das heißt", "d.h.": "das heißt", "evtl.": "eventuell",
           "inkl.": "inklusive", "hr.": "Herr", "fr.": "Frau", "dr.": "Doktor"},
    before_name={"st.": "Sankt"},
    before_figure={"nr.": "Nummer", "n°": "Nummer"},
    dates="ordinal",
)  # fmt: skip

DUTCH: Final = Tongue(
    to="tot", over="op", dot="punt", at="apenstaartje", both="en", comma="komma",
    whole="{h} uur", clock="{h} uur {m}", one=("een uur", "een uur {m}"), first="een",
    units=_metric(
        ("km/u", ("een kilometer per uur", "kilometer per uur", "kilometer per uur")),
        ("km", ("een kilometer", "kilometer", "kilometer")),
        ("cm", ("een centimeter", "centimeter", "centimeter")),
        ("min", ("een minuut", "minuut", "minuten")),
        ("m", ("een meter", "meter", "meter")),
        ("kg", ("een kilogram", "kilogram", "kilogram")),
        ("€", ("een euro", "euro", "euro")),
        ("%", ("een procent", "procent", "procent")),
        ("°C", ("een graad", "graad", "graden")),
        ("°", ("een graad", "graad", "graden")),
    ),
    words={"str.": "straat", "tel.": "telefoon", "ca.": "circa", "bijv.": "bijvoorbeeld", "enz.": "enzovoort", "evt.": "eventueel",
           "dhr.": "de heer", "mevr.": "mevrouw", "dr.": "dokter", "a.u.b.": "alstublieft"},
    before_name={"st.": "sint"},
    before_figure={"nr.": "nummer", "n°": "nummer"},
    ordinal="e|de|ste",
)  # fmt: skip

SPANISH: Final = Tongue(
    to="a", over="de", dot="punto", at="arroba", both="y", comma="coma",
    whole="{h} horas", clock="{h} y {m}", one=("una", "una y {m}"), first="uno",
    units=_metric(
        ("km/h", ("un kilómetro por hora", "kilómetro por hora", "kilómetros por hora")),
        ("km", ("un kilómetro", "kilómetro", "kilómetros")),
        ("cm", ("un centímetro", "centímetro", "centímetros")),
        ("min", ("un minuto", "minuto", "minutos")),
        ("m", ("un metro", "metro", "metros")),
        ("kg", ("un kilogramo", "kilogramo", "kilogramos")),
        ("€", ("un euro", "euro", "euros")),
        ("%", ("uno por ciento", "por ciento", "por ciento")),
        ("°C", ("un grado", "grado", "grados")),
        ("°", ("un grado", "grado", "grados")),
    ),
    words={"avda.": "avenida", "av.": "avenida", "c/": "calle", "pza.": "plaza", "pl.": "plaza", "ctra.": "carretera",
           "tel.": "teléfono", "tfno.": "teléfono", "aprox.": "aproximadamente", "etc.": "etcétera", "sr.": "señor",
           "sra.": "señora", "dr.": "doctor", "dra.": "doctora", "p. ej.": "por ejemplo"},
    before_name={"sta.": "santa", "sto.": "santo"},
    before_figure={"n.º": "número", "nº": "número", "n°": "número", "núm.": "número"},
    feminine=("uno", "una"),
)  # fmt: skip

ITALIAN: Final = Tongue(
    to="a", over="su", dot="punto", at="chiocciola", both="e", comma="virgola",
    whole="{h}", clock="{h} e {m}", one=("una", "una e {m}"), first="primo",
    units=_metric(
        ("km/h", ("un chilometro orario", "chilometro orario", "chilometri orari")),
        ("km", ("un chilometro", "chilometro", "chilometri")),
        ("cm", ("un centimetro", "centimetro", "centimetri")),
        ("min", ("un minuto", "minuto", "minuti")),
        ("m", ("un metro", "metro", "metri")),
        ("kg", ("un chilogrammo", "chilogrammo", "chilogrammi")),
        ("€", ("un euro", "euro", "euro")),
        ("%", ("uno per cento", "per cento", "per cento")),
        ("°C", ("un grado", "grado", "gradi")),
        ("°", ("un grado", "grado", "gradi")),
    ),
    words={"v.le": "viale", "p.za": "piazza", "p.zza": "piazza", "c.so": "corso", "tel.": "telefono", "ca.": "circa",
           "ecc.": "eccetera", "es.": "esempio", "sig.": "signor", "sig.ra": "signora", "dott.": "dottor"},
    before_name={"s.": "san"},
    before_figure={"n.": "numero", "n°": "numero", "nr.": "numero"},
)  # fmt: skip

TONGUES: Final[Mapping[str, Tongue]] = MappingProxyType(
    {"fr": FRENCH, "en": ENGLISH, "de": GERMAN, "nl": DUTCH, "es": SPANISH, "it": ITALIAN}
)
