# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import pytest

from tests.german import DATE, MONEY, foreign


@pytest.mark.parametrize(
    "text",
    [
        "Fällig am 2026-11-23.",
        "Due 11/23/2026",
        "um 2:05 PM",
        "3 x 7.99 im Angebot",
        "0.125 kg",
        "1,234.50 zu zahlen",
        "Summe € 12",
        "Summe EUR 12",
        "Freitag, 23. October",
        "3 Units",
    ],
)
def test_found(text):
    assert foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "Fällig am 23.11.2026 um 14:05.",
        "Lieferung am 24.12.",
        "3 Stück zu 7,99 € sind 1.234,50 €, davon 2 % Skonto",
        "50 1.549,68 € 40 hebt die Steuer auf",
        "RE/2026/00018, S00062 / #1018, Charge HON-500-26327-01, WH/OUT/00063",
        "1.500 Stück, 12,500 kg, Abschnitt 4.1.2, Version 19.0a",
    ],
)
def test_left_alone(text):
    assert foreign(text) == []


def test_seen():
    assert DATE.findall("vom 01.11.2026 bis 30.11.2026") == ["01.11.2026", "30.11.2026"]
    assert MONEY.findall("12,50 € und 1.234,50 €") == ["12,50 €", "1.234,50 €"]
