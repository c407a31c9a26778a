"""Names, towns and words of made-up Dutch and Belgian customers."""

from __future__ import annotations

FIRST_NAMES = (
    "Sanne", "Daan", "Lotte", "Sem", "Fleur", "Thijs", "Noor", "Jeroen", "Amélie", "Youssef", "Zoë", "Pieter-Jan",
    "Fatma", "Björn", "Iris", "Kees",
)  # fmt: skip
LAST_NAMES = (
    "de Vries", "Jansen", "van den Berg", "Bakker", "Peeters", "Maes", "El Amrani", "Öztürk", "van 't Hof", "Smit",
    "van der Westhuijzen-Oosterhoff", "Dubois",
)  # fmt: skip
TOWNS = (
    ("Amsterdam", "NL", "1012 AB"), ("Groningen", "NL", "9711 LM"), ("'s-Hertogenbosch", "NL", "5211 KX"),
    ("Rotterdam", "NL", "3011 BN"), ("Gent", "BE", "9000"), ("Liège", "BE", "4000"), ("Zwolle", "NL", "8011 PK"),
)  # fmt: skip
STREETS = ("Gangpad 12", "Dorpsstraat 4a", "Keizersgracht 301-III", "Laan van Meerdervoort 1180", "Grote Markt 1")
COMPANIES = (None, None, None, "", "Bakkerij De Vroege Vogel", "Fietsen & Zo V.O.F.")
WARES = (
    "Order 2024-{n}", "Lifetime Toegang", "Online cursus brood bakken", "Jaarlidmaatschap", "Factuur {n}",
    "Fietstas, waterdicht", "Donatie", "Kaarten Concertgebouw, rij 4", "E-book “Tuinieren”", "Bestelling #{n}",
    "Een heel lange omschrijving van wat er precies is gekocht, zoals winkels die schrijven wanneer niemand hen "
    "tegenhoudt: inclusief verzendkosten, inpakken en een kaartje erbij",
)  # fmt: skip
SUBSCRIPTIONS = ("Unlimited Subscription", "Koffie per maand", "Sportschool Centrum", "Weekblad op papier")
PLANS = ("Opleiding in termijnen", "E-bike in 10 termijnen")
REFUND_REASONS = (None, "Customer requested", "Retour ontvangen", "Dubbel betaald", "Coulance", "Niet op voorraad")
