"""The countries of the portal: each has its host name; the generic one tells them all."""

COUNTRY_HOSTS = {
    "Austria": "www.bmw-connecteddrive.at",
    "Belgium": "www.bmw-connecteddrive.be",
    "Czech Republic": "www.bmw-connecteddrive.cz",
    "Denmark": "www.bmw-connecteddrive.dk",
    "Finland": "www.bmw-connecteddrive.fi",
    "France": "www.bmw-connecteddrive.fr",
    "Germany": "www.bmw-connecteddrive.de",
    "Ireland": "www.bmw-connecteddrive.ie",
    "Italy": "www.bmw-connecteddrive.it",
    "Luxembourg": "www.bmw-connecteddrive.lu",
    "Netherlands": "www.bmw-connecteddrive.nl",
    "Norway": "www.bmw-connecteddrive.no",
    "Poland": "www.bmw-connecteddrive.pl",
    "Portugal": "www.bmw-connecteddrive.pt",
    "Spain": "www.bmw-connecteddrive.es",
    "Sweden": "www.bmw-connecteddrive.se",
    "Switzerland": "www.bmw-connecteddrive.ch",
    "United Kingdom": "www.bmw-connecteddrive.co.uk",
    "Other countries": "www.bmw-connecteddrive.com",
}


def select_countries(base_url: str | None) -> dict[str, object]:
    """Return `country-selection.json`. `base_url` is the host of every country, None: each has BMW's."""
    countries = [
        {"name": name, "link": f"{base_url or f'https://{host}'}/"} for name, host in sorted(COUNTRY_HOSTS.items())
    ]
    return {"countryData": {"europe": [{"countries": countries}]}}
