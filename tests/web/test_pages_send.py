"""From the form to the alert: what an operator sees before, while and after sending."""


async def test_an_alert_goes_out_in_two_taps_after_the_form(mayor):
    """The preview says how many people, the button repeats it, and sending leads to the alert's page."""
    page, fields = await mayor.previewed()
    assert "Envoyer à 12 personnes" in page
    status, _, path = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    assert status == 303
    status, page = await mayor.get(path)
    assert status == 200
    assert "Incendie près de la gare" in page
    assert "En cours" in page
